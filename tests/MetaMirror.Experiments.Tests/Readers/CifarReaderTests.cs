using MetaMirror.Datasets;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Tests.Readers;

public sealed class CifarReaderTests
{
    private const int Pixels = 3 * 32 * 32;

    [Fact]
    public void Ten_classes_have_one_label_before_the_planes()
    {
        byte[] bytes = [9, .. IdxBytes.Pattern(Pixels), 0, .. new byte[Pixels]];
        ImageBytes read = CifarReader.Read(new MemoryStream(bytes), "f", CifarLabels.Ten);
        Assert.Equal(new ImageShape(32, 32, 3), read.Image);
        Assert.Equal([9, 0], read.Labels.ToArray());
        Assert.Equal(IdxBytes.Pattern(Pixels), read.Pixels[..Pixels].ToArray());
        Dataset<double> set = read.ToDataset<double>("s", 10);
        Assert.Equal(31 / 255.0, set.Input(0)[1]);
        Assert.Equal(read.Pixels.ToArray(), CifarReader.Read(new MemoryStream(IdxBytes.Gzip(bytes)), "f", CifarLabels.Ten).Pixels.ToArray());
        Assert.Equal(read.Pixels.ToArray(), CifarReader.Read(new OneWay(bytes), "f", CifarLabels.Ten).Pixels.ToArray());
    }

    [Fact]
    public void A_hundred_classes_have_two_labels()
    {
        byte[] bytes = [19, 99, .. new byte[Pixels], 3, 7, .. new byte[Pixels]];
        Assert.Equal([99, 7], CifarReader.Read(new MemoryStream(bytes), "f", CifarLabels.Fine).Labels.ToArray());
        Assert.Equal([19, 3], CifarReader.Read(new MemoryStream(bytes), "f", CifarLabels.Coarse).Labels.ToArray());
        Assert.Equal([19], CifarReader.Read(new MemoryStream(bytes), "f", CifarLabels.Coarse, 1).Labels.ToArray());
    }

    [Fact]
    public void Broken_files_are_refused_with_the_place()
    {
        Assert.Contains("whole CIFAR-10 records of 3073 bytes, at least one, found 0 bytes", Error([], CifarLabels.Ten), StringComparison.Ordinal);
        Assert.Contains("found 3074 bytes: 1 and 1 bytes of another", Error(new byte[3074], CifarLabels.Ten), StringComparison.Ordinal);
        Assert.Contains("found 3072 bytes: 0 and 3072", Error(new byte[3072], CifarLabels.Ten, gzip: true), StringComparison.Ordinal);
        byte[] label = [.. new byte[3073], 10, .. new byte[Pixels]];
        Assert.Contains("f, byte 3073: expected a label from 0 to 9, found 10 at example 1", Error(label, CifarLabels.Ten), StringComparison.Ordinal);
        Assert.Contains("f, byte 0: expected a coarse label from 0 to 19, found 20", Error([20, 0, .. new byte[Pixels]], CifarLabels.Fine), StringComparison.Ordinal);
        Assert.Contains("f, byte 1: expected a fine label from 0 to 99, found 100", Error([0, 100, .. new byte[Pixels]], CifarLabels.Coarse), StringComparison.Ordinal);

        static string Error(byte[] bytes, CifarLabels kind, bool gzip = false) =>
            Assert.Throws<DataFormatException>(() => CifarReader.Read(new MemoryStream(gzip ? IdxBytes.Gzip(bytes) : bytes), "f", kind)).Message;
    }
}
