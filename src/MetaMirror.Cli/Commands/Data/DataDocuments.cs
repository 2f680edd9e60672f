namespace MetaMirror.Cli.Commands.Data;

/// <summary>Shape of one image.</summary>
internal sealed record ImageEntry(int Height, int Width, int Channels);

/// <summary>A data set known by name.</summary>
internal sealed record KnownDatasetEntry(
    string Name, string Description, ImageEntry Image, int Classes, bool Found, string? Origin, string? Folder, IReadOnlyList<string> Files)
{
    /// <summary>License or terms.</summary>
    public required string License { get; init; }

    /// <summary>What its use is restricted to; null where nothing is.</summary>
    public string? Restriction { get; init; }

    /// <summary>What 'data fetch' downloads.</summary>
    public IReadOnlyList<DownloadEntry> Downloads { get; init; } = [];
}

/// <summary>A folder that data sets are looked for in.</summary>
internal sealed record DataLocationEntry(string Folder, string Origin, bool Exists);

/// <summary>One fetched file.</summary>
internal sealed record FetchedEntry(string Path, bool WasThere);

/// <summary>One fetched data set; the error is null where all files are there.</summary>
internal sealed record FetchedDataset(string Name, IReadOnlyList<FetchedEntry> Files, string? Error);

/// <summary>The document of <c>data fetch</c>.</summary>
internal sealed record FetchDocument(bool Ok, string Folder, IReadOnlyList<FetchedDataset> Datasets);

/// <summary>Where a file can be downloaded, and its checksums; SHA-256 where it is known.</summary>
internal sealed record DownloadEntry(string File, string Md5, string? Sha256, IReadOnlyList<string> Addresses);

/// <summary>The document of <c>data list</c>.</summary>
internal sealed record DatasetListDocument(IReadOnlyList<KnownDatasetEntry> Datasets, IReadOnlyList<DataLocationEntry> Locations);

/// <summary>One split: how many examples, and of which classes.</summary>
internal sealed record SplitEntry(string Name, int Examples, IReadOnlyList<int> Labels);

/// <summary>Smallest, largest and mean value of the inputs.</summary>
internal sealed record RangeEntry(double Least, double Most, double Mean);

/// <summary>The document of <c>data show</c>.</summary>
internal sealed record DatasetDocument(
    string Name, string Description, string Origin, string? Folder, ImageEntry Image, int Classes, IReadOnlyList<SplitEntry> Splits,
    [property: System.Text.Json.Serialization.JsonPropertyName("trainInputs")] RangeEntry Inputs)
{
    /// <summary>License or terms.</summary>
    public required string License { get; init; }

    /// <summary>Which content each file has.</summary>
    public required IReadOnlyList<MetaMirror.Experiments.Readers.DataFileUse> Files { get; init; }
}

/// <summary>One checked file.</summary>
internal sealed record FileEntry(string Path, string Verdict, string Note, bool IsSubset);

/// <summary>One checked data set.</summary>
internal sealed record VerifiedDataset(string Name, bool Ok, IReadOnlyList<FileEntry> Files);

/// <summary>The document of <c>data verify</c>.</summary>
internal sealed record VerifyDocument(bool Ok, IReadOnlyList<VerifiedDataset> Datasets);
