using System.Text;
using ICSharpCode.SharpZipLib.BZip2;
using MetaMirror.Datasets;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Tests.Readers;

public sealed class UspsReaderTests
{
    [Fact]
    public void The_books_lines_are_read()
    {
        byte[] text = Text($"6.0000 -1.000 1 0.5 {Values(253)} \n0 {Values(256)}\n");
        foreach (Stream stream in new Stream[] { new MemoryStream(text), new OneWay(text), new MemoryStream(IdxBytes.Gzip(text)), new MemoryStream(Bzip2(text)), new OneWay(Bzip2(text)) })
        {
            ImageBytes read = UspsReader.Read(stream, "f");
            Assert.Equal(new ImageShape(16, 16, 1), read.Image);
            Assert.Equal([6, 0], read.Labels.ToArray());

            // (0.5 + 1) / 2 * 255 = 191.25; 0 becomes 127.5, which goes to the even 128.
            Assert.Equal([0, 255, 191, 128], read.Pixels[..4].ToArray());
        }

        Assert.Equal([6], UspsReader.Read(new MemoryStream(text), "f", 1).Labels.ToArray());
    }

    [Fact]
    public void Libsvms_lines_are_read()
    {
        ImageBytes read = UspsReader.Read(new MemoryStream(Text("10 1:-1 3:1\n1 256:1.0\n")), "f");
        Assert.Equal([9, 0], read.Labels.ToArray());
        Assert.Equal([0, 128, 255, 128], read.Pixels[..4].ToArray());
        Assert.Equal(255, read.Pixels[^1]);
    }

    public static TheoryData<string, string> Broken => new()
    {
        { "", "f: expected a line for each image, found none" },
        { "10 " + Values(256), "f, line 1: expected a label from 0 to 9, found '10'" },
        { "1.5 " + Values(256), "a label from 0 to 9, found '1.5'" },
        { "0 1:1", "f, line 1: expected a label from 1 to 10, found '0'" },
        { "1 " + Values(255), "a label and 256 values, found a label and 255" },
        { "1 " + Values(257), "a label and 256 values, found more" },
        { $"1 {Values(256)}\n2 7 {Values(255)}", "f, line 2: expected a value from -1 to 1, found '7' at pixel 0" },
        { "1 nan " + Values(255), "expected a value from -1 to 1, found 'nan'" },
        { "1 0:1", "index:value with indices that grow, 1 to 256, found '0:1'" },
        { "1 5:1 5:1", "found '5:1'" },
        { "1 257:1", "found '257:1'" },
        { "1 1:1 2", "found '2'" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_line_is_named(string text, string message) =>
        Assert.Contains(message, Assert.Throws<DataFormatException>(() => UspsReader.Read(new MemoryStream(Text(text)), "f")).Message, StringComparison.Ordinal);

    [Fact]
    public void Damaged_bzip2_is_refused()
    {
        byte[] packed = Bzip2(Text(string.Concat(Enumerable.Range(0, 40).Select(i => $"{i % 10} {Values(256)}\n"))));
        byte[] flipped = [.. packed];
        flipped[packed.Length / 2] ^= 0x10;
        foreach (byte[] bytes in new[] { flipped, packed[..(packed.Length / 2)], packed[..5] })
            Assert.Contains("intact bzip2", Assert.Throws<DataFormatException>(() => UspsReader.Read(new MemoryStream(bytes), "f")).Message, StringComparison.Ordinal);
    }

    private static string Values(int count) => string.Join(' ', Enumerable.Repeat("0", count));

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Bzip2(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var bzip2 = new BZip2OutputStream(packed) { IsStreamOwner = false })
            bzip2.Write(bytes);
        return packed.ToArray();
    }
}
