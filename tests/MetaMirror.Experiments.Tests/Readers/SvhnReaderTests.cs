using System.Buffers.Binary;
using MetaMirror.Datasets;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Tests.Readers;

public sealed class SvhnReaderTests
{
    private const int Side = 32, Plane = Side * Side, Image = 3 * Plane;
    private static readonly byte[] Two = IdxBytes.Pattern(2 * Image);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Columns_become_rows_and_ten_becomes_zero(bool packed)
    {
        byte[] x = MatBytes.Array("X", [32, 32, 3, 2], Two), y = MatBytes.Array("y", [2, 1], [10, 7]);
        byte[] other = MatBytes.Array("comment", [1, 3], [1, 2, 3]);
        byte[] file = packed ? MatBytes.File(MatBytes.Packed(other), MatBytes.Packed(x), MatBytes.Packed(y)) : MatBytes.File(other, x, y);
        foreach (Stream stream in new Stream[] { new MemoryStream(file), new OneWay(file), new MemoryStream(IdxBytes.Gzip(file)) })
        {
            ImageBytes read = SvhnReader.Read(stream, "f");
            Assert.Equal(new ImageShape(32, 32, 3), read.Image);
            Assert.Equal([0, 7], read.Labels.ToArray());
            for (int p = 0; p < 2 * Image; p += 997)
            {
                int start = p / Plane * Plane, row = p % Plane / Side, column = p % Side;
                Assert.Equal(Two[start + (column * Side) + row], read.Pixels[p]);
            }
        }

        Assert.Equal([0], SvhnReader.Read(new MemoryStream(file), "f", 1).Labels.ToArray());
    }

    [Fact]
    public void One_image_and_labels_as_doubles_are_read_too()
    {
        var label = new byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(label, 4);
        byte[] file = MatBytes.File(MatBytes.Array("X", [32, 32, 3], Two[..Image]), MatBytes.Array("y", [1, 1], label, type: 9, flags: 6));
        Assert.Equal([4], SvhnReader.Read(new MemoryStream(file), "f").Labels.ToArray());
    }

    [Fact]
    public void Broken_files_are_refused_with_the_place()
    {
        byte[] x = MatBytes.Array("X", [32, 32, 3, 2], Two), y = MatBytes.Array("y", [2, 1], [10, 7]);
        Refused("f: expected a MATLAB 5 file with a header of 128 bytes, found only 5 bytes", [1, 2, 3, 4, 5]);
        byte[] big = MatBytes.File(x, y);
        (big[126], big[127]) = (big[127], big[126]);
        Refused("f, byte 124: expected a little-endian MATLAB 5 file", big);
        Refused("f: expected one array 'y', found 0", MatBytes.File(x));
        Refused("f: expected one array 'X', found 2", MatBytes.File(x, x, y));
        Refused("f: expected X of 32 x 32 x 3 x N", MatBytes.File(MatBytes.Array("X", [32, 32, 1, 2], Two[..(2 * Plane)]), y));
        Refused("f: expected y with a label for each of 2 images, found 3 x 1", MatBytes.File(x, MatBytes.Array("y", [3, 1], [1, 2, 3])));
        Refused("f: expected labels from 1 to 10 in y, found 11 at example 1", MatBytes.File(x, MatBytes.Array("y", [2, 1], [1, 11])));
        Refused("f: expected labels from 1 to 10 in y, found 0 at example 0", MatBytes.File(x, MatBytes.Array("y", [2, 1], [0, 1])));
        Refused("f: expected X as bytes", MatBytes.File(MatBytes.Array("X", [32, 32, 3, 1], new byte[4 * Image], type: 5), MatBytes.Array("y", [1, 1], [1])));
        Refused("'X' as an array of real numbers", MatBytes.File(MatBytes.Array("X", [32, 32, 3, 2], Two, flags: 0x809), y));
        Refused("'X' as integers or doubles, found type 7", MatBytes.File(MatBytes.Array("X", [32, 32, 3, 2], Two, type: 7), y));
        Refused("array flags: type 6, at most 8 bytes, found type 1", MatBytes.File([.. MatBytes.Little(14), .. MatBytes.Little(16), .. MatBytes.Little(1), .. MatBytes.Little(8), .. new byte[8]]));
    }

    [Fact]
    public void Truncated_and_damaged_data_are_refused()
    {
        byte[] x = MatBytes.Array("X", [32, 32, 3, 2], Two), y = MatBytes.Array("y", [2, 1], [10, 7]);
        byte[] plain = MatBytes.File(x, y);
        Refused("element at byte 128: expected 6200 bytes, as its tag says, found 4868 (the file is truncated)", plain[..5004]);
        byte[] packed = MatBytes.File(MatBytes.Packed(x), MatBytes.Packed(y));
        for (int cut = 129; cut < packed.Length; cut += 37)
        {
            byte[] part = packed[..cut];
            Assert.Throws<DataFormatException>(() => SvhnReader.Read(new MemoryStream(part), "f"));
            Assert.Throws<DataFormatException>(() => SvhnReader.Read(new OneWay(part), "f"));
        }

        // The last four bytes of a zlib stream are its checksum.
        byte[] sum = MatBytes.Packed(x);
        sum[^1] ^= 1;
        Refused("expected intact zlib data, found damaged ones", MatBytes.File(sum, MatBytes.Packed(y)));
        Refused("one array in a compressed element, found more", MatBytes.File(MatBytes.Packed([.. x, 1]), MatBytes.Packed(y)));
    }

    [Fact]
    public void A_declared_giant_takes_no_memory()
    {
        byte[] y = MatBytes.Array("y", [2, 1], [10, 7]);
        byte[] giant = MatBytes.File(MatBytes.Packed(MatBytes.Array("X", [32, 32, 3, 500_000], Two, declared: 1_536_000_000)), y);
        byte[] sizes = MatBytes.File(MatBytes.Array("X", [32, 32, 3, int.MaxValue], Two), y);
        byte[] tag = MatBytes.File([.. MatBytes.Little(15), 0xff, 0xff, 0xff, 0xff, 1, 2, 3]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refused("f, element at byte 128", giant);
        Refused("N at most", sizes);
        Refused("expected 4294967295 bytes, as its tag says, found 3", tag);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    private static void Refused(string message, byte[] file) =>
        Assert.Contains(message, Assert.Throws<DataFormatException>(() => SvhnReader.Read(new MemoryStream(file), "f")).Message, StringComparison.Ordinal);
}
