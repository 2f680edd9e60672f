namespace MetaMirror.Experiments.Readers;

/// <summary>A content that a file may have.</summary>
/// <param name="Note">For example <c>whole</c>, or which part.</param>
/// <param name="FileSha256">SHA-256 of the file as published, packed if it is; null where it is not known.</param>
/// <param name="Sha256">SHA-256 of the unpacked content, if known: other packings of the same content have other headers.</param>
public sealed record KnownContent(string Note, string? FileSha256 = null, string? Sha256 = null)
{
    /// <summary>The note of what was published as one file.</summary>
    public const string Whole = "whole";

    /// <summary>MD5 of the file as published, where that is what is published; else null. It decides only where <see cref="FileSha256"/> is not known.</summary>
    public string? Md5 { get; init; }

    /// <summary>Length of the file in bytes, where no sum of it is published, only of the archive that it came in; else null.</summary>
    public long? Bytes { get; init; }

    /// <summary>Whether it is only a part of what was published.</summary>
    public bool IsSubset => !Note.StartsWith(Whole, StringComparison.Ordinal);

    /// <summary>How the content is known, for messages.</summary>
    internal string Mark => (FileSha256, Md5, Bytes) switch
    {
        ({ } sum, _, _) => $"SHA-256 {sum}",
        (_, { } sum, _) => $"MD5 {sum}",
        (_, _, { } length) => $"{length} bytes",
        _ => $"SHA-256 {Sha256} unpacked",
    };
}
