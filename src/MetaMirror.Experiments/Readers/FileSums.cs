using System.Security.Cryptography;

namespace MetaMirror.Experiments.Readers;

/// <summary>Checksums of a stream, in one pass. MD5 only because that is what was published; it guards against damage, not against forgers.</summary>
internal static class FileSums
{
    private const int Chunk = 1 << 16;

    /// <summary>SHA-256 and MD5 of the rest of a stream, in lower-case hexadecimal.</summary>
    public static (string Sha256, string Md5) Of(Stream stream)
    {
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        byte[] buffer = new byte[Chunk];
        for (int read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
        {
            sha256.AppendData(buffer, 0, read);
            md5.AppendData(buffer, 0, read);
        }

        return (Convert.ToHexStringLower(sha256.GetHashAndReset()), Convert.ToHexStringLower(md5.GetHashAndReset()));
    }

    /// <summary>MD5 of the rest of a stream, in lower-case hexadecimal.</summary>
    public static string Md5(Stream stream, CancellationToken cancellationToken)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        byte[] buffer = new byte[Chunk];
        for (int read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
        {
            cancellationToken.ThrowIfCancellationRequested();
            md5.AppendData(buffer, 0, read);
        }

        return Convert.ToHexStringLower(md5.GetHashAndReset());
    }
}
