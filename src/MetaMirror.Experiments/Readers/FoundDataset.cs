namespace MetaMirror.Experiments.Readers;

/// <summary>A known data set and where its files are.</summary>
public sealed class FoundDataset
{
    internal FoundDataset(KnownDataset known, string? folder, string origin, IReadOnlyList<string> paths)
    {
        Known = known;
        Folder = folder;
        Origin = origin;
        Paths = paths;
    }

    /// <summary>The data set.</summary>
    public KnownDataset Known { get; }

    /// <summary>Its folder; null where it is embedded.</summary>
    public string? Folder { get; }

    /// <summary>How the folder came to be looked at: <c>--data</c>, <c>METAMIRROR_DATA</c>, <c>cache</c>, <c>system</c> or <c>embedded</c>.</summary>
    public string Origin { get; }

    /// <summary>Its files, in the order of <see cref="KnownDataset.Files"/>.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>The file of a role.</summary>
    internal string PathOf(DataFileRole role)
    {
        for (var i = 0; i < Paths.Count; i++)
        {
            if (Known.Files[i].Role == role)
            {
                return Paths[i];
            }
        }

        throw new DatasetNotFoundException($"data set '{Known.Name}': expected a file of {role}, found none");
    }
}
