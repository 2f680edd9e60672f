using MetaMirror.Datasets;

namespace MetaMirror.Experiments.Readers;

/// <summary>What a file of a known data set holds.</summary>
public enum DataFileRole
{
    /// <summary>Training images.</summary>
    TrainImages,

    /// <summary>Training labels.</summary>
    TrainLabels,

    /// <summary>Test images.</summary>
    TestImages,

    /// <summary>Test labels.</summary>
    TestLabels,
}

/// <summary>A content that a file may have.</summary>
/// <param name="Note">For example <c>whole</c>, or which part.</param>
/// <param name="PackedSha256">SHA-256 of the gzip file as published.</param>
/// <param name="Sha256">SHA-256 of the unpacked content, if known: other packings of the same content have other headers.</param>
public readonly record struct KnownContent(string Note, string PackedSha256, string? Sha256);

/// <summary>One file of a known data set, packed (as named) or unpacked (without <c>.gz</c>).</summary>
public sealed class KnownFile
{
    internal KnownFile(DataFileRole role, string name, params KnownContent[] contents)
    {
        Role = role;
        Name = name;
        Contents = contents;
    }

    /// <summary>What it holds.</summary>
    public DataFileRole Role { get; }

    /// <summary>File name, with <c>.gz</c>.</summary>
    public string Name { get; }

    /// <summary>The contents it may have.</summary>
    public IReadOnlyList<KnownContent> Contents { get; }
}

/// <summary>A data set known by name.</summary>
public sealed class KnownDataset
{
    internal KnownDataset(string name, string description, ImageShape image, int classes, params KnownFile[] files)
    {
        Name = name;
        Description = description;
        Image = image;
        Classes = classes;
        Files = files;
    }

    /// <summary>The name, which is also its folder's.</summary>
    public string Name { get; }

    /// <summary>What it is, who made it, under which licence.</summary>
    public string Description { get; }

    /// <summary>Shape of one image.</summary>
    public ImageShape Image { get; }

    /// <summary>Number of classes.</summary>
    public int Classes { get; }

    /// <summary>Its files; none where it is embedded.</summary>
    public IReadOnlyList<KnownFile> Files { get; }

    /// <summary>Whether it comes with this program.</summary>
    public bool IsEmbedded => Files.Count == 0;
}
