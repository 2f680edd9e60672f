using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using MetaMirror.Datasets;

namespace MetaMirror.Experiments.Readers;

/// <summary>
/// A user's own tasks: a folder of CSV files (<c>*.csv</c>, <c>*.csv.gz</c>), one task each, or of IDX pairs
/// (<c>NAME-images-idx3-ubyte</c> or <c>idx4</c> with <c>NAME-labels-idx1-ubyte</c>, <c>.gz</c> or not), one task each; in ordinal order of their names.
/// </summary>
public static class TaskFolder
{
    private const string Packed = ".gz";
    private const string Csv = ".csv";
    private const string Labels = "-labels-idx1-ubyte";
    private static readonly string[] Images = ["-images-idx3-ubyte", "-images-idx4-ubyte"];

    /// <summary>Reads all tasks. They must agree in the number of features and in the kind of target; classes are shared, so that a class that one task lacks keeps its number.</summary>
    /// <param name="folder">The folder; folders inside it and other files are left alone.</param>
    /// <param name="options">How to read it.</param>
    /// <exception cref="DataFormatException">A file is damaged, or the tasks do not belong together, or there are none.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="IOException">The folder or a file cannot be read.</exception>
    public static IReadOnlyList<TaskData<T>> Read<T>(string folder, TaskFolderOptions? options = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        options ??= new TaskFolderOptions();
        if (!(options.TestFraction >= 0 && options.TestFraction < 1))
        {
            throw new ArgumentException($"expected a test fraction from 0 to below 1, found {options.TestFraction}", nameof(options));
        }

        if (!Directory.Exists(folder))
        {
            throw new DatasetNotFoundException($"expected a folder of CSV files or IDX pairs, found none at '{folder}'");
        }

        var files = Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal).ToList();
        var tables = ByName(folder, files, [Csv]);
        var images = ByName(folder, files, Images);
        if ((tables.Count > 0) == (images.Count > 0))
        {
            throw new DataFormatException(folder, "CSV files, or IDX pairs NAME-images-idx3-ubyte[.gz] and NAME-labels-idx1-ubyte[.gz]", tables.Count > 0 ? "both" : "neither");
        }

        if (Math.Max(tables.Count, images.Count) > options.MaxTasks)
        {
            throw new DataFormatException(folder, $"at most {options.MaxTasks} tasks", $"{Math.Max(tables.Count, images.Count)}");
        }

        var tasks = tables.Count > 0 ? ReadTables<T>(tables, options) : ReadImages<T>(images, ByName(folder, files, [Labels]));
        return [.. tasks.Select(t => Divide(t.File, t.Examples, options, standardize: options.Standardize && tables.Count > 0))];
    }

    /// <summary>What there is in such a folder, for reports and logs: the number of files that are read, and one checksum of them all.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="IOException">The folder or a file cannot be read.</exception>
    public static DataUse Use(string folder)
    {
        string[] files = [.. Directory.GetFiles(folder).Where(IsRead).Order(StringComparer.Ordinal)];
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in files)
        {
            using FileStream stream = File.OpenRead(file);
            all.AppendData(Encoding.UTF8.GetBytes($"{Path.GetFileName(file)}\0{FileSums.Of(stream).Sha256}\n"));
        }

        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        return new DataUse(name, "the user's own", null, [new DataFileUse($"{files.Length} files", $"SHA-256 {Convert.ToHexStringLower(all.GetHashAndReset())} of names and contents")]);
    }

    private static bool IsRead(string file)
    {
        string plain = file.EndsWith(Packed, StringComparison.Ordinal) ? file[..^Packed.Length] : file;
        return plain.EndsWith(Csv, StringComparison.Ordinal) || plain.EndsWith(Labels, StringComparison.Ordinal) || Array.Exists(Images, e => plain.EndsWith(e, StringComparison.Ordinal));
    }

    private static SortedDictionary<string, string> ByName(string folder, List<string> files, string[] endings)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            var plain = file.EndsWith(Packed, StringComparison.Ordinal) ? file[..^Packed.Length] : file;
            var ending = endings.FirstOrDefault(e => plain.Length > e.Length && plain.EndsWith(e, StringComparison.Ordinal));
            if (ending is null)
            {
                continue;
            }

            var name = plain[..^ending.Length];
            if (!found.TryAdd(name, Path.Combine(folder, file)))
            {
                throw new DataFormatException(folder, $"one file for task {Shown.Text(name)}", "two");
            }
        }

        return found;
    }

    private static List<(string File, Dataset<T> Examples)> ReadTables<T>(SortedDictionary<string, string> files, TaskFolderOptions options)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var tables = files.Select(f => (Name: f.Key, File: f.Value, Table: CsvReader.ReadFile(f.Value, options.Csv))).ToList();
        var first = tables[0];
        foreach (var (_, file, table) in tables)
        {
            if (table.Features != first.Table.Features || !table.FeatureNames.SequenceEqual(first.Table.FeatureNames, StringComparer.Ordinal))
            {
                throw new DataFormatException(file, $"the same {first.Table.Features} input columns as in {first.File}", $"{table.Features}, or other names or order");
            }
        }

        var classes = CsvTable.Sorted(tables.SelectMany(t => t.Table.Classes));
        return [.. tables.Select(t => (t.File, t.Table.ToDataset<T>(t.Name, classes)))];
    }

    private static List<(string File, Dataset<T> Examples)> ReadImages<T>(SortedDictionary<string, string> images, SortedDictionary<string, string> labels)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var pairs = new List<(string Name, string File, string LabelFile, IdxArray Labels)>();
        foreach (var (name, file) in images)
        {
            if (!labels.TryGetValue(name, out var labelFile))
            {
                throw new DataFormatException(file, $"a file {name}{Labels}[{Packed}] beside it", "none");
            }

            pairs.Add((name, file, labelFile, IdxReader.ReadFile(labelFile)));
        }

        var classes = 1;
        foreach (var pair in pairs)
        {
            foreach (var label in pair.Labels.Data)
            {
                classes = Math.Max(classes, label + 1);
            }
        }

        var tasks = pairs.ConvertAll(p => (p.File, Examples: ImageFiles.Join<T>(p.Name, p.File, IdxReader.ReadFile(p.File), p.LabelFile, p.Labels, classes)));
        foreach (var (file, examples) in tasks)
        {
            if (examples.Image != tasks[0].Examples.Image)
            {
                throw new DataFormatException(file, $"images of {tasks[0].Examples.Image} as in {tasks[0].File}", $"{examples.Image}");
            }
        }

        return tasks;
    }

    private static TaskData<T> Divide<T>(string file, Dataset<T> all, TaskFolderOptions options, bool standardize)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var n = all.Count;
        var tested = (int)Math.Floor(n * options.TestFraction);
        var train = new List<int>();
        var test = new List<int>();
        for (var i = 0; i < n; i++)
        {
            // Row i is a test row where (i + 1) tested / n passes an integer: evenly spread, the first ones train.
            var isTest = options.Split == RowSplit.Last ? i >= n - tested : (i + 1L) * tested / n > (long)i * tested / n;
            (isTest ? test : train).Add(i);
        }

        if (train.Count == 0)
        {
            throw new DataFormatException(file, "at least one training row", "none");
        }

        var task = new TaskData<T>(
            all.Name,
            DataSplit<T>.Lazily($"train of {all.Name}", () => all.Select([.. train])),
            test: tested == 0 ? null : DataSplit<T>.Lazily($"test of {all.Name}", () => all.Select([.. test])));
        return standardize ? Standardization<T>.Of(task, targets: true) : task;
    }
}
