using MetaMirror.Datasets;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Tests.Readers;

public sealed class IdxReaderTests
{
    [Theory]
    [InlineData(5)]
    [InlineData(0)]
    [InlineData(3, 4)]
    [InlineData(6, 28, 28)]
    [InlineData(2, 32, 32, 3)]
    [InlineData(200, 28, 28)]
    public void What_is_generated_is_read_plain_and_packed(params int[] dimensions)
    {
        var data = IdxBytes.Pattern(dimensions.Aggregate(1, (p, d) => p * d));
        var plain = IdxBytes.Of(data, dimensions);
        foreach (var bytes in new[] { plain, IdxBytes.Gzip(plain) })
        {
            var read = Read(bytes);
            Assert.Equal(dimensions, read.Dimensions.ToArray());
            Assert.Equal(data, read.Data.ToArray());
        }
    }

    [Fact]
    public void The_first_items_can_be_read_alone()
    {
        var data = IdxBytes.Pattern(5 * 6);
        var plain = IdxBytes.Of(data, 5, 2, 3);
        foreach (var bytes in new[] { plain, IdxBytes.Gzip(plain) })
        {
            var read = IdxReader.Read(new MemoryStream(bytes), "f", first: 2);
            Assert.Equal([2, 2, 3], read.Dimensions.ToArray());
            Assert.Equal((2, 5), (read.Count, read.Declared));
            Assert.Equal(data[..12], read.Data.ToArray());
            Assert.Equal(5, IdxReader.Read(new MemoryStream(bytes), "f", first: 9).Count);
        }
    }

    public static TheoryData<byte[], string> Broken => new()
    {
        { [], "found only 0 bytes" },
        { [0, 0, 8], "found only 3 bytes" },
        { [0, 1, 8, 1, 0, 0, 0, 0], "found 0, 1, 8, 1" },
        { [0, 0, 13, 1, 0, 0, 0, 0], "found 0, 0, 13, 1" },
        { [0, 0, 8, 0], "found 0, 0, 8, 0" },
        { [0, 0, 8, 5, 0, 0, 0, 0], "found 0, 0, 8, 5" },
        { [0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0], "the end of the file in size 2" },
        { [0, 0, 8, 1, 0x80, 0, 0, 0], "found 2147483648" },
        { [0, 0, 8, 2, 0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff], "2147483647 x 2147483647 declared" },
        { [0, 0, 8, 3, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff], "0 x 2147483647 x 2147483647 declared" },
        { [0, 0, 8, 1, 0, 0, 0, 3, 1, 2], "expected 3 bytes of data for 3, found 2" },
        { [0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3, 4], "expected 3 bytes of data for 3, found 4" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_rule_is_named_with_the_file(byte[] bytes, string message)
    {
        var error = Assert.Throws<DataFormatException>(() => Read(bytes));
        Assert.StartsWith("f: expected ", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Throws<DataFormatException>(() => Read(IdxBytes.Gzip(bytes)));
    }

    [Fact]
    public void A_declared_giant_takes_no_memory()
    {
        // 2 GiB declared, nothing behind: refused by the length when plain, by deflate's largest ratio when packed, by arrival when neither is known.
        var giant = IdxBytes.Of([], int.MaxValue - 100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<DataFormatException>(() => Read(giant));
        Assert.Contains("cannot hold more", Assert.Throws<DataFormatException>(() => Read(IdxBytes.Gzip(giant))).Message, StringComparison.Ordinal);
        Assert.Throws<DataFormatException>(() => IdxReader.Read(new OneWay(giant), "f"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Unpacking_stops_at_the_declared_size()
    {
        // 8 MiB of zeros behind a header that declares 10.
        var bomb = IdxBytes.Gzip([.. IdxBytes.Of([], 10), .. new byte[8 << 20]]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("found more", Assert.Throws<DataFormatException>(() => Read(bomb)).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Damaged_gzip_is_refused()
    {
        var packed = IdxBytes.Gzip(IdxBytes.Of(IdxBytes.Pattern(1000), 1000));
        packed[packed.Length / 2] ^= 0x55;
        Assert.Throws<DataFormatException>(() => Read(packed));
        Assert.Throws<DataFormatException>(() => Read([0x1f, 0x8b, 8, 0]));
        var sum = IdxBytes.Gzip(IdxBytes.Of(IdxBytes.Pattern(1000), 1000));
        sum[^6] ^= 1;
        Assert.Contains("intact gzip", Assert.Throws<DataFormatException>(() => Read(sum)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_is_kept()
        => Assert.Contains("at most 4 bytes", Assert.Throws<DataFormatException>(() => IdxReader.Read(new MemoryStream(IdxBytes.Of(new byte[5], 5)), "f", null, new IdxLimits { MaxBytes = 4 })).Message, StringComparison.Ordinal);

    [Fact]
    public void A_pair_becomes_a_data_set_with_planes()
    {
        // Two 1 x 2 color images, stored pixel by pixel, red green blue.
        var images = Read(IdxBytes.Of([0, 51, 255, 102, 153, 204, 1, 2, 3, 4, 5, 6], 2, 1, 2, 3));
        var set = ImageFiles.Join<double>("s", "i", images, "l", Read(IdxBytes.Of([3, 1], 2)));
        Assert.Equal(new ImageShape(1, 2, 3), set.Image);
        Assert.Equal([0 / 255.0, 102 / 255.0, 51 / 255.0, 153 / 255.0, 255 / 255.0, 204 / 255.0], set.Input(0).ToArray());
        Assert.Equal((4, 2), (set.Classes, set.Count));
        Assert.Equal([3, 1], set.Labels.ToArray());
    }

    [Fact]
    public void A_pair_that_does_not_belong_together_is_refused()
    {
        var images = Read(IdxBytes.Of(new byte[8], 2, 2, 2));
        Assert.Contains("l: expected 2 labels, one for each image of i, found 3", Join(images, IdxBytes.Of(new byte[3], 3)), StringComparison.Ordinal);
        Assert.Contains("found 2 x 1", Join(images, IdxBytes.Of(new byte[2], 2, 1)), StringComparison.Ordinal);
        Assert.Contains("labels 0 to 9, found 10 at example 1", Join(images, IdxBytes.Of([9, 10], 2)), StringComparison.Ordinal);
        Assert.Contains("i: expected images", Join(Read(IdxBytes.Of(new byte[4], 2, 2)), IdxBytes.Of(new byte[2], 2)), StringComparison.Ordinal);
        Assert.Contains("i: expected images", Join(Read(IdxBytes.Of([], 0, 2, 2)), IdxBytes.Of([], 0)), StringComparison.Ordinal);
        Assert.Contains("i: expected images", Join(Read(IdxBytes.Of(new byte[4], 1, 1, 2, 2)), IdxBytes.Of([1], 1)), StringComparison.Ordinal);

        static string Join(IdxArray images, byte[] labels)
            => Assert.Throws<DataFormatException>(() => ImageFiles.Join<float>("s", "i", images, "l", Read(labels), 10)).Message;
    }

    private static IdxArray Read(byte[] bytes) => IdxReader.Read(new MemoryStream(bytes), "f");
}
