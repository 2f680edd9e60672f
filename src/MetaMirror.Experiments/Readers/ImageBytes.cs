using System.Numerics;
using MetaMirror.Datasets;

namespace MetaMirror.Experiments.Readers;

/// <summary>Images with their labels as bytes, channel after channel, row after row, as far as a file was read.</summary>
public sealed class ImageBytes
{
    private const int Levels = 256;
    private readonly byte[] pixels;
    private readonly int[] labels;

    internal ImageBytes(ImageShape image, byte[] pixels, int[] labels)
    {
        Image = image;
        this.pixels = pixels;
        this.labels = labels;
    }

    /// <summary>Shape of one image.</summary>
    public ImageShape Image { get; }

    /// <summary>Number of images.</summary>
    public int Count => labels.Length;

    /// <summary>Shape [Count x Channels x Rows x Columns].</summary>
    public ReadOnlySpan<byte> Pixels => pixels;

    /// <summary>Shape [Count], from 0.</summary>
    public ReadOnlySpan<int> Labels => labels;

    /// <summary>The images as a data set, pixels divided by 255.</summary>
    /// <param name="name">Name of the data set.</param>
    /// <param name="classes">Number of classes.</param>
    public Dataset<T> ToDataset<T>(string name, int classes)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] scaled = Scale<T>();
        var values = new T[pixels.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = scaled[pixels[i]];
        return Dataset<T>.Classification(name, values, Image.Features, labels, classes, Image);
    }

    /// <summary>Parts read one after the other, such as the training batches of CIFAR-10.</summary>
    internal static ImageBytes Join(IReadOnlyList<ImageBytes> parts) =>
        parts.Count == 1 ? parts[0] : new ImageBytes(parts[0].Image, [.. parts.SelectMany(p => p.pixels)], [.. parts.SelectMany(p => p.labels)]);

    /// <summary>v / 255 for each byte v: a table keeps the division, which rounds as PyTorch's does, out of loops.</summary>
    internal static T[] Scale<T>()
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var scaled = new T[Levels];
        for (int v = 0; v < Levels; v++)
            scaled[v] = T.CreateTruncating(v) / T.CreateTruncating(Levels - 1);
        return scaled;
    }
}
