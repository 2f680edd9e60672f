using System.Numerics;
using MetaMirror.Datasets;

namespace MetaMirror.Experiments.Readers;

/// <summary>A pair of IDX files, images and their labels, as one data set: pixels divided by 255, color images as planes.</summary>
public static class ImageFiles
{
    private const int ColorChannels = 3;

    /// <summary>Reads a pair.</summary>
    /// <param name="name">Name of the data set.</param>
    /// <param name="images">IDX of N x rows x columns, or N x rows x columns x channels with the channel last.</param>
    /// <param name="labels">IDX of N.</param>
    /// <param name="first">Read only that many examples; null for all.</param>
    /// <param name="classes">Number of classes; null for the largest label plus one.</param>
    /// <exception cref="DataFormatException">A file breaks the format, or the two do not belong together.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static Dataset<T> Read<T>(string name, string images, string labels, int? first = null, int? classes = null)
        where T : unmanaged, IFloatingPointIeee754<T>
        => Join<T>(name, images, IdxReader.ReadFile(images, first), labels, IdxReader.ReadFile(labels, first), classes);

    /// <summary>Joins two arrays already read.</summary>
    /// <param name="name">Name of the data set.</param>
    /// <param name="imagesFile">Name of the image file, for messages.</param>
    /// <param name="images">N x rows x columns, or N x rows x columns x channels.</param>
    /// <param name="labelsFile">Name of the label file, for messages.</param>
    /// <param name="labels">N.</param>
    /// <param name="classes">Number of classes; null for the largest label plus one.</param>
    /// <exception cref="DataFormatException">The two do not belong together.</exception>
    public static Dataset<T> Join<T>(string name, string imagesFile, IdxArray images, string labelsFile, IdxArray labels, int? classes = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        var shape = Shape(imagesFile, images);
        if (labels.Dimensions.Length != 1 || labels.Declared != images.Declared || labels.Count != images.Count)
        {
            throw new DataFormatException(labelsFile, $"{images.Declared} labels, one for each image of {imagesFile}", string.Join(" x ", labels.Dimensions.ToArray()));
        }

        var y = new int[labels.Count];
        for (var i = 0; i < y.Length; i++)
        {
            y[i] = labels.Data[i];
            if (y[i] >= classes)
            {
                throw new DataFormatException(labelsFile, $"labels 0 to {classes - 1}", $"{y[i]} at example {i}");
            }
        }

        return Dataset<T>.Classification(name, Planes<T>(images, shape), shape.Features, y, classes ?? y.Max() + 1, shape);
    }

    private static ImageShape Shape(string file, IdxArray images)
    {
        var d = images.Dimensions;
        if (d.Length is not (3 or 4) || d[0] < 1 || d[1] < 1 || d[2] < 1 || (d.Length == 4 && d[3] is not (1 or ColorChannels)))
        {
            throw new DataFormatException(file, "images: N x rows x columns, or N x rows x columns x 1 or 3, none of them 0", string.Join(" x ", d.ToArray()));
        }

        return new ImageShape(d[1], d[2], d.Length == 4 ? d[3] : 1);
    }

    private static T[] Planes<T>(IdxArray images, ImageShape shape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] scaled = ImageBytes.Scale<T>();
        var result = new T[images.Data.Length];
        var data = images.Data;
        var plane = shape.Plane;
        var channels = shape.Channels;
        for (var i = 0; i < images.Count; i++)
        {
            for (var c = 0; c < channels; c++)
            {
                var target = result.AsSpan((i * shape.Features) + (c * plane), plane);
                var source = data.Slice(i * shape.Features, shape.Features);
                for (var p = 0; p < plane; p++)
                {
                    target[p] = scaled[source[(p * channels) + c]];
                }
            }
        }

        return result;
    }
}
