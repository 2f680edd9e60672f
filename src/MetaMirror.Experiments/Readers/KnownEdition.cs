namespace MetaMirror.Experiments.Readers;

/// <summary>How the files of a data set are written.</summary>
public enum ImageFormat
{
    /// <summary>A pair of IDX files for each split.</summary>
    Idx,

    /// <summary>IDX images, with QMNIST's labels of eight columns.</summary>
    Qmnist,

    /// <summary>USPS as text, in either edition.</summary>
    UspsText,

    /// <summary>SVHN's MATLAB 5 files.</summary>
    SvhnMat,

    /// <summary>CIFAR-10's binary records.</summary>
    Cifar10,

    /// <summary>CIFAR-100's binary records, fine labels.</summary>
    Cifar100Fine,

    /// <summary>CIFAR-100's binary records, coarse labels.</summary>
    Cifar100Coarse,

    /// <summary>STL-10's binary files.</summary>
    Stl10,
}

/// <summary>One form that a data set may lie in its folder in: files of one format.</summary>
public sealed class KnownEdition
{
    internal KnownEdition(ImageFormat format, params KnownFile[] files)
    {
        Format = format;
        Files = files;
    }

    /// <summary>How the files are written.</summary>
    public ImageFormat Format { get; }

    /// <summary>The files; the data set is there if all are.</summary>
    public IReadOnlyList<KnownFile> Files { get; }
}

/// <summary>A file to download.</summary>
/// <param name="File">Its name in the data set's folder.</param>
/// <param name="Md5">MD5 as published.</param>
/// <param name="Addresses">Where it is, the canonical place first.</param>
public sealed record KnownDownload(string File, string Md5, params IReadOnlyList<Uri> Addresses)
{
    /// <summary>SHA-256, where it is known: it decides then. Null: MD5 is all there is.</summary>
    public string? Sha256 { get; init; }

    /// <summary>The checksum that decides, with its name.</summary>
    public string Mark => Sha256 is { } sum ? $"SHA-256 {sum}" : $"MD5 {Md5}";

    /// <summary>Where it is a <c>.tar.gz</c>: the files to take from it. It is not kept then.</summary>
    public IReadOnlyList<string> Members { get; init; } = [];
}
