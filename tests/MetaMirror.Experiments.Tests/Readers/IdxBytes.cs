using System.Buffers.Binary;
using System.IO.Compression;

namespace MetaMirror.Experiments.Tests.Readers;

/// <summary>IDX files made for tests.</summary>
internal static class IdxBytes
{
    public static byte[] Of(byte[] data, params int[] dimensions)
    {
        var bytes = new byte[4 + (4 * dimensions.Length) + data.Length];
        bytes[2] = 8;
        bytes[3] = (byte)dimensions.Length;
        for (var i = 0; i < dimensions.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + (4 * i)), dimensions[i]);
        }

        data.CopyTo(bytes, 4 + (4 * dimensions.Length));
        return bytes;
    }

    public static byte[] Pattern(int count) => [.. Enumerable.Range(0, count).Select(i => (byte)((i * 31) % 251))];

    public static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }
}
