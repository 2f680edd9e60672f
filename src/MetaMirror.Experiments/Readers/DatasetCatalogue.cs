using System.Numerics;
using MetaMirror.Datasets;

namespace MetaMirror.Experiments.Readers;

/// <summary>Finds and reads the data sets known by name.</summary>
/// <param name="locations">Where to look.</param>
public sealed class DatasetCatalogue(DataLocations locations)
{
    /// <summary>All data sets known by name.</summary>
    public static IReadOnlyList<KnownDataset> Known => KnownDatasets.All;

    /// <summary>The data set of a name.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ArgumentException">The name is unknown; the message lists the known ones and the nearest.</exception>
    public static KnownDataset Named(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (Known.FirstOrDefault(k => k.Name == name) is { } known)
        {
            return known;
        }

        var names = Known.Select(k => k.Name).ToList();
        var nearest = NearestName.Of(name, names) is { } n ? $" (did you mean '{n}'?)" : "";
        throw new ArgumentException($"expected a data set among {string.Join(", ", names)}, found {Shown.Text(name)}{nearest}", nameof(name));
    }

    /// <summary>Looks for a data set: the first folder that has all its files.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="found">Where it is.</param>
    /// <exception cref="ArgumentException">The name is unknown.</exception>
    public bool TryFind(string name, out FoundDataset? found)
    {
        var known = Named(name);
        if (known.IsEmbedded)
        {
            found = new FoundDataset(known, null, "embedded", []);
            return true;
        }

        foreach (var (folder, origin) in locations.Folders)
        {
            var own = Path.Combine(folder, name);
            var paths = known.Files.Select(f => PathIn(own, f)).OfType<string>().ToList();
            if (paths.Count == known.Files.Count)
            {
                found = new FoundDataset(known, own, origin, paths);
                return true;
            }
        }

        found = null;
        return false;
    }

    /// <summary>A data set as a task. Its test images are read when first asked for.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="trainCount">Use the first so many training images, or all if there are fewer.</param>
    /// <param name="testCount">Use the first so many test images, or all if there are fewer.</param>
    /// <exception cref="ArgumentException">The name is unknown, or a count is below 1.</exception>
    /// <exception cref="DatasetNotFoundException">It is nowhere; the message says which files to put where.</exception>
    /// <exception cref="DataFormatException">A file is damaged or is another data set's.</exception>
    public TaskData<T> Load<T>(string name, int trainCount = 10_000, int testCount = 2_000)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trainCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(testCount, 1);
        if (!TryFind(name, out var found))
        {
            throw Missing(Named(name));
        }

        if (found!.Known.IsEmbedded)
        {
            var all = EmbeddedDigits.Read<T>();
            var test = all.Count - EmbeddedDigits.TrainCount;
            return new TaskData<T>(
                name,
                DataSplit<T>.Of($"train of {name}", all.Slice(0, Math.Min(trainCount, EmbeddedDigits.TrainCount))),
                test: DataSplit<T>.Lazily($"test of {name}", () => all.Slice(EmbeddedDigits.TrainCount, Math.Min(testCount, test))));
        }

        return new TaskData<T>(
            name,
            DataSplit<T>.Of($"train of {name}", Read<T>(found, DataFileRole.TrainImages, DataFileRole.TrainLabels, trainCount)),
            test: DataSplit<T>.Lazily($"test of {name}", () => Read<T>(found, DataFileRole.TestImages, DataFileRole.TestLabels, testCount)));
    }

    /// <summary>Compares the files of a data set with the known checksums, in the first folder that has any of them.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ArgumentException">The name is unknown.</exception>
    public IReadOnlyList<FileCheck> Verify(string name)
    {
        var known = Named(name);
        if (known.IsEmbedded)
        {
            using var stream = EmbeddedDigits.Open();
            return [FileCheck.Of(EmbeddedDigits.Resource, stream, [new KnownContent("embedded", EmbeddedDigits.Sha256, null)])];
        }

        var folder = locations.Folders.Select(l => Path.Combine(l.Folder, name)).FirstOrDefault(own => known.Files.Any(f => PathIn(own, f) is not null))
            ?? Path.Combine(locations.Folders.Count > 0 ? locations.Folders[0].Folder : "", name);
        return [.. known.Files.Select(f => FileCheck.Of(folder, f, PathIn(folder, f)))];
    }

    /// <summary>The file, packed or not, or null.</summary>
    private static string? PathIn(string folder, KnownFile file)
    {
        var packed = Path.Combine(folder, file.Name);
        var plain = Path.Combine(folder, Path.GetFileNameWithoutExtension(file.Name));
        return File.Exists(packed) ? packed : File.Exists(plain) ? plain : null;
    }

    private static Dataset<T> Read<T>(FoundDataset found, DataFileRole images, DataFileRole labels, int count)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var known = found.Known;
        var read = ImageFiles.Read<T>(known.Name, found.PathOf(images), found.PathOf(labels), count, known.Classes);
        return read.Image == known.Image
            ? read
            : throw new DataFormatException(found.PathOf(images), $"images of {known.Image} for {known.Name}", $"{read.Image}");
    }

    private DatasetNotFoundException Missing(KnownDataset known)
    {
        var looked = string.Join(Environment.NewLine, locations.Folders.Select(l =>
        {
            var own = Path.Combine(l.Folder, known.Name);
            var there = known.Files.Count(f => PathIn(own, f) is not null);
            return $"  {own} ({l.Origin}; {there} of {known.Files.Count} files)";
        }));
        var files = string.Join(", ", known.Files.Select(f => f.Name));
        return new DatasetNotFoundException(
            $"data set '{known.Name}': expected its {known.Files.Count} files in one folder, found in none. Put{Environment.NewLine}  {files}{Environment.NewLine}(packed, or unpacked without .gz) into one of{Environment.NewLine}{looked}");
    }
}
