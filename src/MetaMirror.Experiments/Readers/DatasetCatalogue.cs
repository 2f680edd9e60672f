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
            found = new FoundDataset(known, null, null, "embedded", []);
            return true;
        }

        foreach ((string folder, string origin) in locations.Folders)
        {
            string own = Path.Combine(folder, known.Folder);
            foreach (KnownEdition edition in known.Editions)
            {
                string[] paths = [.. edition.Files.Select(f => f.In(own)).OfType<string>()];
                if (paths.Length != edition.Files.Count)
                    continue;
                found = new FoundDataset(known, edition, own, origin, paths);
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

        if (!found.HasTraining)
            throw TestOnly(found);
        return new TaskData<T>(
            name,
            DataSplit<T>.Of($"train of {name}", EditionReader.Read<T>(found, test: false, trainCount)),
            test: DataSplit<T>.Lazily($"test of {name}", () => EditionReader.Read<T>(found, test: true, testCount)));
    }

    /// <summary>The test images of a data set, which may be all there is of it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="count">The first so many, or all if there are fewer.</param>
    /// <exception cref="ArgumentException">The name is unknown, or the count is below 1.</exception>
    /// <exception cref="DatasetNotFoundException">It is nowhere; the message says which files to put where.</exception>
    /// <exception cref="DataFormatException">A file is damaged or is another data set's.</exception>
    public Dataset<T> LoadTest<T>(string name, int count)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        FoundDataset found = TryFind(name, out FoundDataset? there) ? there! : throw Missing(Named(name));
        return found.Known.IsEmbedded ? Load<T>(name, 1, count).Test!.Examples : EditionReader.Read<T>(found, test: true, count);
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
            return [FileCheck.Of(EmbeddedDigits.Resource, stream, [new KnownContent("whole, embedded", EmbeddedDigits.Sha256)])];
        }

        string folder = locations.Folders.Select(l => Path.Combine(l.Folder, known.Folder)).FirstOrDefault(own => known.Editions.Any(e => Present(e, own) > 0))
            ?? Path.Combine(locations.Folders.Count > 0 ? locations.Folders[0].Folder : "", known.Folder);

        // The form that is there, or of which most is: the first among equals.
        KnownEdition edition = known.Editions.FirstOrDefault(e => Present(e, folder) == e.Files.Count) ?? known.Editions.MaxBy(e => Present(e, folder))!;
        return [.. edition.Files.Select(f => FileCheck.Of(folder, f, f.In(folder)))];
    }

    /// <summary>What the files of a data set are, where it was found: which part of what was published.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ArgumentException">The name is unknown.</exception>
    /// <exception cref="DatasetNotFoundException">It is nowhere; the message says which files to put where.</exception>
    public DataUse Use(string name)
    {
        FoundDataset found = TryFind(name, out FoundDataset? there) ? there! : throw Missing(Named(name));
        IReadOnlyList<DataFileUse> files = found.Edition is null
            ? [new DataFileUse(EmbeddedDigits.Resource, "whole, embedded")]
            : [.. found.Paths.Select((path, i) => FileCheck.Of(found.Folder!, found.Edition.Files[i], path)).Zip(found.Paths, (check, path) => new DataFileUse(Path.GetFileName(path), check.Content) { Sha256 = check.Sha256 })];
        return new DataUse(name, found.Known.License, found.Known.Restriction, files);
    }

    private static int Present(KnownEdition edition, string folder) => edition.Files.Count(f => f.In(folder) is not null);

    private static DatasetNotFoundException TestOnly(FoundDataset found) => new(
        $"data set '{found.Known.Name}': expected training images, found only {string.Join(", ", found.Edition!.Files.Select(f => f.Name))} in {found.Folder}. Put{Environment.NewLine}"
        + $"  {string.Join(", ", found.Known.Files.Where(f => !f.IsTest).Select(f => f.Name))}{Environment.NewLine}there, or have it downloaded into another folder: 'metamirror data fetch {found.Known.Name} --data FOLDER'.");

    private DatasetNotFoundException Missing(KnownDataset known)
    {
        var looked = string.Join(Environment.NewLine, locations.Folders.Select(l =>
        {
            string own = Path.Combine(l.Folder, known.Folder);
            return $"  {own} ({l.Origin}; {Present(known.Editions[0], own)} of {known.Files.Count} files)";
        }));
        var files = string.Join(", ", known.Files.Select(f => f.Name));
        return new DatasetNotFoundException(
            $"data set '{known.Name}': expected its {known.Files.Count} files in one folder, found in none. Put{Environment.NewLine}  {files}{Environment.NewLine}(packed, or unpacked without .gz) into one of{Environment.NewLine}{looked}{Environment.NewLine}"
            + $"or have them downloaded: 'metamirror data fetch {known.Name}'.");
    }
}
