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

    /// <summary>Training images with their labels.</summary>
    Train,

    /// <summary>Test images with their labels.</summary>
    Test,
}

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

    /// <summary>File name, with <c>.gz</c> where it is packed.</summary>
    public string Name { get; }

    /// <summary>The contents it may have.</summary>
    public IReadOnlyList<KnownContent> Contents { get; }

    /// <summary>Whether it is of the test split.</summary>
    internal bool IsTest => Role is DataFileRole.Test or DataFileRole.TestImages or DataFileRole.TestLabels;

    /// <summary>The file in a folder, packed or not, or null.</summary>
    internal string? In(string folder)
    {
        string packed = Path.Combine(folder, Name);
        if (File.Exists(packed))
            return packed;
        if (!Name.EndsWith(".gz", StringComparison.Ordinal))
            return null;
        string plain = Path.Combine(folder, Path.GetFileNameWithoutExtension(Name));
        return File.Exists(plain) ? plain : null;
    }
}
