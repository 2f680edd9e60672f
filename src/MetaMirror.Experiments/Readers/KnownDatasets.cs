namespace MetaMirror.Experiments.Readers;

/// <summary>The data sets known by name.</summary>
internal static class KnownDatasets
{
    /// <summary>Restrictions, the narrowest first.</summary>
    public const string NonCommercial = "non-commercial use only";
    public const string Research = "research use, no license stated";

    public static IReadOnlyList<string> Restrictions { get; } = [NonCommercial, Research];

    public static IReadOnlyList<KnownDataset> All { get; } = [.. GraySets.All, .. ColorSets.All];
}
