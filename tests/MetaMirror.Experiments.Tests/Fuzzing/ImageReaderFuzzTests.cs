using System.Text;
using ICSharpCode.SharpZipLib.BZip2;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Tests.Readers;
using MetaMirror.Numerics;

namespace MetaMirror.Experiments.Tests.Fuzzing;

/// <summary>Damaged and forged files of the image formats, as in <see cref="ReaderFuzzTests"/>.</summary>
public sealed class ImageReaderFuzzTests
{
    private const int PackedFiles = 100;
    private static readonly byte[] Labels = [10, 7];

    [Fact]
    public void Cifar_files()
    {
        byte[][] files = [[3, .. IdxBytes.Pattern(3072)], [9, .. new byte[3072], 0, .. new byte[3072]]];
        ReaderFuzzTests.Fuzz<DataFormatException>(21, files, IdxBytes.Gzip, stream => Check(CifarReader.Read(stream, "f", CifarLabels.Ten), 10));
    }

    [Fact]
    public void Stl_labels()
    {
        // Images would drown the labels: only they are damaged.
        byte[] images = new byte[3 * 27648];
        ReaderFuzzTests.Fuzz<DataFormatException>(22, [[1, 10, 5]], IdxBytes.Gzip, stream => Check(StlReader.Read(new MemoryStream(images), "x", stream, "y"), 10));
    }

    [Fact]
    public void Mat_files()
    {
        byte[] x = MatBytes.Array("X", [32, 32, 3, 2], IdxBytes.Pattern(2 * 3072)), y = MatBytes.Array("y", [2, 1], Labels), other = MatBytes.Array("comment", [1, 3], [1, 2, 3]);
        byte[][] files =
        [
            MatBytes.File(x, y),
            MatBytes.File(y, x, other),
            MatBytes.File(MatBytes.Packed(x), MatBytes.Packed(y)),
            MatBytes.File(MatBytes.Packed(other), MatBytes.Packed(x), y),
        ];
        ReaderFuzzTests.Fuzz<DataFormatException>(23, files, IdxBytes.Gzip, stream => Check(SvhnReader.Read(stream, "f"), 10));
    }

    [Fact]
    public void Usps_files()
    {
        string values = string.Join(' ', Enumerable.Range(0, 256).Select(i => i % 3 == 0 ? "-1" : i % 3 == 1 ? "0.5" : "1.000"));
        byte[][] files = [Encoding.UTF8.GetBytes($"3.0000 {values}\n9 {values} \n"), Encoding.UTF8.GetBytes("10 1:-1 3:1\n1 17:0.25 256:1.0\n")];
        ReaderFuzzTests.Fuzz<DataFormatException>(24, files, IdxBytes.Gzip, stream => Check(UspsReader.Read(stream, "f"), 10));
    }

    [Fact]
    public void Packed_usps_files()
    {
        // Each has tables of megabytes to make and to read: fewer of them.
        byte[] file = Bzip2(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(1, 10).Select(i => $"{i} {i}:1 200:-0.5\n"))));
        int refused = 0;
        for (uint i = 0; i < PackedFiles; i++)
        {
            var draws = new RandomStream(new StreamKey(ReaderFuzzTests.Seed, i, 26, StreamPurpose.Test, 0));
            byte[] mutated = Mutation.Of(file, ref draws);
            if (!ReaderFuzzTests.Accepts<DataFormatException>(mutated, seekable: i % 2 == 0, $"file {i}", stream => Check(UspsReader.Read(stream, "f"), 10)))
                refused++;
        }

        Assert.InRange(refused, PackedFiles / 2, PackedFiles);
    }

    [Fact]
    public void Qmnist_labels()
    {
        byte[] file = [0, 0, 12, 2, 0, 0, 0, 2, 0, 0, 0, 8, 0, 0, 0, 3, .. new byte[28], 0, 0, 0, 9, .. new byte[28]];
        ReaderFuzzTests.Fuzz<DataFormatException>(25, [file], IdxBytes.Gzip, stream => Assert.All(QmnistLabels.Read(stream, "f").Data.ToArray(), b => Assert.InRange(b, 0, 9)));
    }

    private static void Check(ImageBytes read, int classes)
    {
        Assert.Equal(read.Count * read.Image.Features, read.Pixels.Length);
        Assert.Equal(read.Count, read.ToDataset<float>("s", classes).Count);
    }

    private static byte[] Bzip2(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var bzip2 = new BZip2OutputStream(packed, 1) { IsStreamOwner = false })
            bzip2.Write(bytes);
        return packed.ToArray();
    }
}
