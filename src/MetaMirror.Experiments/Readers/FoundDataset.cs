namespace MetaMirror.Experiments.Readers;

/// <summary>A known data set and where its files are.</summary>
public sealed class FoundDataset
{
    internal FoundDataset(KnownDataset known, KnownEdition? edition, string? folder, string origin, IReadOnlyList<string> paths)
    {
        Known = known;
        Edition = edition;
        Folder = folder;
        Origin = origin;
        Paths = paths;
    }

    /// <summary>The data set.</summary>
    public KnownDataset Known { get; }

    /// <summary>The form it lies there in; null where it is embedded.</summary>
    public KnownEdition? Edition { get; }

    /// <summary>Its folder; null where it is embedded.</summary>
    public string? Folder { get; }

    /// <summary>How the folder came to be looked at: <c>--data</c>, <c>METAMIRROR_DATA</c>, <c>cache</c>, <c>system</c> or <c>embedded</c>.</summary>
    public string Origin { get; }

    /// <summary>Its files, in the order of the edition's.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>Whether it has training images: some parts of data sets have test images only.</summary>
    public bool HasTraining => Edition is null || Edition.Files.Any(f => !f.IsTest);

    /// <summary>The files of a role; there may be none.</summary>
    internal string[] PathsOf(DataFileRole role) => [.. Paths.Where((_, i) => Edition!.Files[i].Role == role)];

    /// <summary>The one file of a role.</summary>
    internal string PathOf(DataFileRole role) => PathsOf(role) is [var path, ..]
        ? path
        : throw new DatasetNotFoundException($"data set '{Known.Name}': expected a file of {role} in {Folder}, found none");
}
