using System.Security.Cryptography;

namespace MetaMirror.Experiments.Readers;

/// <summary>Checksums of a stream, in one pass. MD5 only because of some files nothing else is published; it guards against damage, not against forgers.</summary>
internal static class FileSums
{
    private const int Chunk = 1 << 16;

    /// <summary>SHA-256 and MD5 of the rest of a stream, in lower-case hexadecimal.</summary>
    public static (string Sha256, string Md5) Of(Stream stream, CancellationToken cancellationToken = default)
    {
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        byte[] buffer = new byte[Chunk];
        for (int read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
        {
            cancellationToken.ThrowIfCancellationRequested();
            sha256.AppendData(buffer, 0, read);
            md5.AppendData(buffer, 0, read);
        }

        return (Convert.ToHexStringLower(sha256.GetHashAndReset()), Convert.ToHexStringLower(md5.GetHashAndReset()));
    }
}
