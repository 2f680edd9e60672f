using System.Security.Cryptography;

namespace MetaMirror.Experiments.Readers;

/// <summary>What a comparison with the known checksums says.</summary>
public enum FileVerdict
{
    /// <summary>A known content.</summary>
    Ok,

    /// <summary>The length of a known content of which no sum is published.</summary>
    LengthOnly,

    /// <summary>The file is not there.</summary>
    Missing,

    /// <summary>The file is there, with a content that is not known.</summary>
    Different,
}

/// <summary>The comparison of one file with its known checksums.</summary>
public sealed class FileCheck
{
    private FileCheck(string path, FileVerdict verdict, string content, string note)
    {
        Path = path;
        Verdict = verdict;
        Content = content;
        Note = note;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The verdict.</summary>
    public FileVerdict Verdict { get; }

    /// <summary>Which content it is; for others, its sum.</summary>
    public string Content { get; }

    /// <summary>Whether it is known, but only a part of what was published.</summary>
    public bool IsSubset { get; private init; }

    /// <summary>Which content it is and how that is known, or what was expected and found.</summary>
    public string Note { get; }

    /// <summary>SHA-256 of the file in hexadecimal; null if it is missing.</summary>
    public string? Sha256 { get; private init; }

    internal static FileCheck Of(string folder, KnownFile file, string? path)
    {
        if (path is null)
            return new FileCheck(System.IO.Path.Combine(folder, file.Name), FileVerdict.Missing, "missing", $"expected {file.Contents[0].Mark}");
        using FileStream stream = File.OpenRead(path);
        return Of(path, stream, file.Contents);
    }

    internal static FileCheck Of(string path, Stream stream, IReadOnlyList<KnownContent> contents)
    {
        (string sha256, string md5) = FileSums.Of(stream);
        foreach (KnownContent known in contents)
        {
            if (known.FileSha256 is { } sum ? sum == sha256 : known.Md5 == md5)
                return new FileCheck(path, FileVerdict.Ok, known.Note, known.Note) { IsSubset = known.IsSubset, Sha256 = sha256 };
        }

        stream.Position = 0;
        string? content = contents.Any(c => c.Sha256 is not null) ? ContentHash(stream) : null;
        foreach (KnownContent known in contents)
        {
            if (known.Sha256 is not null && known.Sha256 == content)
                return new FileCheck(path, FileVerdict.Ok, known.Note, $"{known.Note} (same content, packed differently)") { IsSubset = known.IsSubset, Sha256 = sha256 };
            if (known.Bytes == stream.Length)
                return new FileCheck(path, FileVerdict.LengthOnly, known.Note, $"{known.Note}, by its length (no sum of this file is published, only of its archive)") { IsSubset = known.IsSubset, Sha256 = sha256 };
        }

        return new FileCheck(path, FileVerdict.Different, $"unknown content, SHA-256 {sha256}", $"expected {contents[0].Mark}, found {(contents[0].FileSha256 is null && contents[0].Md5 is not null ? md5 : contents[0].Bytes is null ? sha256 : $"{stream.Length} bytes")}") { Sha256 = sha256 };
    }

    /// <summary>SHA-256 of the unpacked content; null where it cannot be unpacked. Hashed in a stream, so that a gzip bomb costs time but no memory.</summary>
    private static string? ContentHash(Stream stream)
    {
        try
        {
            using var source = ByteSource.Open(stream, "");
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[1 << 16];
            for (var read = source.Read(buffer); read > 0; read = source.Read(buffer))
            {
                hash.AppendData(buffer.AsSpan(0, read));
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        catch (DataFormatException)
        {
            return null;
        }
    }
}
