using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace MetaMirror.Experiments.Tests.Readers;

/// <summary>MATLAB 5 files made for tests.</summary>
internal static class MatBytes
{
    public static byte[] File(params byte[][] elements)
    {
        byte[] header = [.. Encoding.ASCII.GetBytes("MATLAB 5.0 MAT-file, made for a test".PadRight(124)), 0, 1, (byte)'I', (byte)'M'];
        return [.. header, .. elements.SelectMany(e => e)];
    }

    /// <summary>An array of a class (8 and 9: unsigned bytes; 6: doubles), its numbers stored as a type.</summary>
    public static byte[] Array(string name, int[] sizes, byte[] data, int type = 2, uint flags = 9, int? declared = null)
    {
        byte[] sizeBytes = [.. sizes.SelectMany(Little)];
        byte[] body = [.. Part(6, [.. Little((int)flags), 0, 0, 0, 0]), .. Part(5, sizeBytes), .. Name(name), .. Part(type, data, declared)];
        return [.. Little(14), .. Little(body.Length), .. body];
    }

    public static byte[] Packed(byte[] element)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal))
            zlib.Write(element);
        byte[] bytes = packed.ToArray();
        return [.. Little(15), .. Little(bytes.Length), .. bytes];
    }

    public static byte[] Little(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    // A name of up to four letters stands in its tag, as MATLAB writes it.
    private static byte[] Name(string name) => name.Length <= 4
        ? [1, 0, (byte)name.Length, 0, .. Encoding.ASCII.GetBytes(name.PadRight(4, '\0'))]
        : Part(1, Encoding.ASCII.GetBytes(name));

    private static byte[] Part(int type, byte[] data, int? declared = null) =>
        [.. Little(type), .. Little(declared ?? data.Length), .. data, .. new byte[(8 - (data.Length % 8)) % 8]];
}
