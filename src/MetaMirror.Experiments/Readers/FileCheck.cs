using System.Security.Cryptography;

namespace MetaMirror.Experiments.Readers;

/// <summary>What a comparison with the known checksums says.</summary>
public enum FileVerdict
{
    /// <summary>A known content.</summary>
    Ok,

    /// <summary>The file is not there.</summary>
    Missing,

    /// <summary>The file is there, with a content that is not known.</summary>
    Different,
}

/// <summary>The comparison of one file with its known checksums.</summary>
public sealed class FileCheck
{
    private FileCheck(string path, FileVerdict verdict, string note)
    {
        Path = path;
        Verdict = verdict;
        Note = note;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The verdict.</summary>
    public FileVerdict Verdict { get; }

    /// <summary>Which content it is, or what was expected and found.</summary>
    public string Note { get; }

    internal static FileCheck Of(string folder, KnownFile file, string? path)
    {
        if (path is null)
        {
            return new FileCheck(System.IO.Path.Combine(folder, file.Name), FileVerdict.Missing, $"expected SHA-256 {file.Contents[0].PackedSha256}");
        }

        using var stream = File.OpenRead(path);
        return Of(path, stream, file.Contents);
    }

    internal static FileCheck Of(string path, Stream stream, IReadOnlyList<KnownContent> contents)
    {
        var packed = Convert.ToHexStringLower(SHA256.HashData(stream));
        stream.Position = 0;
        var content = ContentHash(stream);
        foreach (var known in contents)
        {
            if (known.PackedSha256 == packed)
            {
                return new FileCheck(path, FileVerdict.Ok, known.Note);
            }

            if (known.Sha256 is not null && known.Sha256 == content)
            {
                return new FileCheck(path, FileVerdict.Ok, $"{known.Note} (same content, packed differently)");
            }
        }

        return new FileCheck(path, FileVerdict.Different, $"expected SHA-256 {contents[0].PackedSha256}, found {packed}");
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
