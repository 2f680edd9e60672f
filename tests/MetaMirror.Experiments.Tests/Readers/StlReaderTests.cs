using MetaMirror.Datasets;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Tests.Readers;

public sealed class StlReaderTests
{
    private const int Side = 96, Plane = Side * Side, Image = 3 * Plane;

    [Fact]
    public void Planes_are_turned_and_labels_begin_at_zero()
    {
        byte[] images = IdxBytes.Pattern(2 * Image);
        ImageBytes read = Read(images, [10, 1]);
        Assert.Equal(new ImageShape(Side, Side, 3), read.Image);
        Assert.Equal([9, 0], read.Labels.ToArray());
        foreach ((int image, int channel, int row, int column) in new[] { (0, 0, 0, 1), (0, 2, 95, 3), (1, 1, 40, 41) })
        {
            int start = (image * Image) + (channel * Plane);
            Assert.Equal(images[start + (column * Side) + row], read.Pixels[start + (row * Side) + column]);
        }

        Assert.Equal([9], Read(images, [10, 1], 1).Labels.ToArray());
    }

    [Fact]
    public void Broken_pairs_are_refused()
    {
        Assert.Contains("x: expected whole STL-10 images of 27648 bytes", Error(new byte[Image - 1], [1]), StringComparison.Ordinal);
        Assert.Contains("y: expected one label for each image of x, 1, found 2", Error(new byte[Image], [1, 2]), StringComparison.Ordinal);
        Assert.Contains("y, byte 1: expected a label from 1 to 10, found 0", Error(new byte[2 * Image], [1, 0]), StringComparison.Ordinal);
        Assert.Contains("y, byte 0: expected a label from 1 to 10, found 11", Error(new byte[Image], [11]), StringComparison.Ordinal);
        Assert.Contains("y: expected whole labels", Error(new byte[Image], []), StringComparison.Ordinal);
        Assert.Contains("y: expected one label", Assert.Throws<DataFormatException>(() => StlReader.Read(new OneWay(new byte[Image]), "x", new OneWay([1, 1]), "y")).Message, StringComparison.Ordinal);

        static string Error(byte[] images, byte[] labels) => Assert.Throws<DataFormatException>(() => Read(images, labels)).Message;
    }

    private static ImageBytes Read(byte[] images, byte[] labels, int? first = null) => StlReader.Read(new MemoryStream(images), "x", new MemoryStream(labels), "y", first);
}
