namespace MetaMirror.Experiments.Readers;

/// <summary>The data sets known by name.</summary>
internal static class KnownDatasets
{
    public static IReadOnlyList<KnownDataset> All { get; } = [.. GraySets.All, .. ColorSets.All];
}
