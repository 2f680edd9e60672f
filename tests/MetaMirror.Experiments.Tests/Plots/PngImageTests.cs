using System.Buffers.Binary;
using System.IO.Compression;
using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Tests.Plots;

public sealed class PngImageTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Rows_are_packed_with_filter_none(int channels)
    {
        byte[] pixels = [.. Enumerable.Range(0, 2 * 3 * channels).Select(i => (byte)(i * 10))];
        byte[] png = PngImage.Encode(pixels, 2, 3, channels);
        Assert.Equal([137, 80, 78, 71, 13, 10, 26, 10], png[..8]);
        Assert.Equal((3, 2, 8, channels == 1 ? 0 : 2), (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)), png[24], png[25]));
        int length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(33));
        using var zlib = new ZLibStream(new MemoryStream(png, 41, length), CompressionMode.Decompress);
        var rows = new byte[2 * (1 + (3 * channels))];
        zlib.ReadExactly(rows);
        Assert.Equal([0, .. pixels[..(3 * channels)], 0, .. pixels[(3 * channels)..]], rows);
    }

    [Fact]
    public void Parts_end_with_their_checksum()
    {
        // The last part of every PNG is the same twelve bytes.
        Assert.Equal([0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82], PngImage.Encode([7], 1, 1, 1)[^12..]);
    }

    [Fact]
    public void Other_shapes_are_refused()
    {
        Assert.Throws<ArgumentException>(() => PngImage.Encode(new byte[8], 2, 2, 2));
        Assert.Throws<ArgumentException>(() => PngImage.Encode(new byte[5], 2, 2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => PngImage.Encode([], 0, 2, 1));
    }
}
