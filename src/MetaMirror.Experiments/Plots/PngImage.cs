using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace MetaMirror.Experiments.Plots;

/// <summary>Writes PNG images of bytes, gray or RGB, eight bits a channel.</summary>
public static class PngImage
{
    private const byte Depth = 8, Gray = 0, Rgb = 2;
    private const uint Polynomial = 0xedb88320;
    private static readonly byte[] Signature = [137, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];
    private static readonly uint[] Remainders = [.. Enumerable.Range(0, 256).Select(Remainder)];

    /// <summary>An image as a PNG file.</summary>
    /// <param name="pixels">Row by row, channels of a pixel together, shape [rows x columns x channels].</param>
    /// <param name="rows">Height, at least 1.</param>
    /// <param name="columns">Width, at least 1.</param>
    /// <param name="channels">1 for gray, 3 for RGB.</param>
    /// <exception cref="ArgumentException">Another number of channels, or of bytes.</exception>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int rows, int columns, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        if (channels is not (1 or 3) || pixels.Length != (long)rows * columns * channels)
            throw new ArgumentException($"expected {rows} x {columns} pixels of 1 or 3 channels, found {pixels.Length} bytes for {channels}", nameof(pixels));
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            int length = columns * channels;
            for (int r = 0; r < rows; r++)
            {
                // Filter 0: the row as it is.
                zlib.WriteByte(0);
                zlib.Write(pixels.Slice(r * length, length));
            }
        }

        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, columns);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), rows);
        header[8] = Depth;
        header[9] = channels == 1 ? Gray : Rgb;
        return [.. Signature, .. Part("IHDR", header), .. Part("IDAT", packed.ToArray()), .. Part("IEND", [])];
    }

    private static byte[] Part(string name, byte[] data)
    {
        var part = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(part, data.Length);
        Encoding.ASCII.GetBytes(name, part.AsSpan(4));
        data.CopyTo(part.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(part.AsSpan(8 + data.Length), Crc(part.AsSpan(4, 4 + data.Length)));
        return part;
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
            crc = Remainders[(byte)(crc ^ b)] ^ (crc >> 8);
        return ~crc;
    }

    private static uint Remainder(int value)
    {
        uint crc = (uint)value;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ Polynomial;
        return crc;
    }
}
