using MetaMirror.Datasets;

namespace MetaMirror.Experiments.Readers;

/// <summary>A data set known by name.</summary>
public sealed class KnownDataset
{
    internal KnownDataset(string name, string description, ImageShape image, int classes)
    {
        Name = name;
        Folder = name;
        Description = description;
        Image = image;
        Classes = classes;
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>Name of its folder; that of the data set unless two share one.</summary>
    public string Folder { get; internal init; }

    /// <summary>What it is, who made it, under which license.</summary>
    public string Description { get; }

    /// <summary>The license, or the terms where there is none.</summary>
    public required string License { get; init; }

    /// <summary>What its use is restricted to, in the words of those who give it; null where nothing is. What is learned from it says so.</summary>
    public string? Restriction { get; internal init; }

    /// <summary>Shape of one image.</summary>
    public ImageShape Image { get; }

    /// <summary>Number of classes.</summary>
    public int Classes { get; }

    /// <summary>Names of the classes; empty where the number says it all.</summary>
    public IReadOnlyList<string> ClassNames { get; internal init; } = [];

    /// <summary>The forms it may lie in its folder in, the first preferred; none where it is embedded.</summary>
    public IReadOnlyList<KnownEdition> Editions { get; internal init; } = [];

    /// <summary>What to download for the first edition that is whole.</summary>
    public IReadOnlyList<KnownDownload> Downloads { get; internal init; } = [];

    /// <summary>The files of the first edition; none where it is embedded.</summary>
    public IReadOnlyList<KnownFile> Files => Editions.Count == 0 ? [] : Editions[0].Files;

    /// <summary>Whether it comes with this program.</summary>
    public bool IsEmbedded => Editions.Count == 0;

    /// <summary>A class in words: its number, with its name where it has one.</summary>
    /// <param name="label">From 0.</param>
    public string ClassName(int label)
    {
        string number = label.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return label < ClassNames.Count ? $"{number} {ClassNames[label]}" : number;
    }
}
