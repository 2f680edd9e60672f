using System.Numerics;

namespace MetaMirror.Datasets;

/// <summary>Color images to gray ones, and gray ones to color.</summary>
public static class ImageColor
{
    private const double Red = 0.299;
    private const double Green = 0.587;
    private const double Blue = 0.114;

    /// <summary>Luma of every image of a data set: 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601). Gray images stay as they are.</summary>
    /// <param name="images">A data set of images with 1 or 3 channels.</param>
    /// <exception cref="ArgumentException">The data set has no image shape, or another number of channels.</exception>
    public static Dataset<T> ToGrayscale<T>(Dataset<T> images)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var shape = ImageSampling.ShapeOf(images);
        if (shape.Channels == 1)
        {
            return images;
        }

        if (shape.Channels != 3)
        {
            throw new ArgumentException($"expected images of 1 or 3 channels, found {shape}", nameof(images));
        }

        var gray = shape with { Channels = 1 };
        var n = shape.Plane;
        var result = new T[images.Count * n];
        for (var i = 0; i < images.Count; i++)
        {
            var image = images.Input(i);
            for (var p = 0; p < n; p++)
            {
                var luma = (Red * double.CreateTruncating(image[p])) + (Green * double.CreateTruncating(image[n + p])) + (Blue * double.CreateTruncating(image[(2 * n) + p]));
                result[(i * n) + p] = T.CreateTruncating(luma);
            }
        }

        return images.WithInputs(result, n, gray);
    }

    /// <summary>Gray images with three equal channels. Color images stay as they are.</summary>
    /// <param name="images">A data set of images with 1 or 3 channels.</param>
    /// <exception cref="ArgumentException">The data set has no image shape, or another number of channels.</exception>
    public static Dataset<T> ToColor<T>(Dataset<T> images)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var shape = ImageSampling.ShapeOf(images);
        if (shape.Channels == 3)
        {
            return images;
        }

        if (shape.Channels != 1)
        {
            throw new ArgumentException($"expected images of 1 or 3 channels, found {shape}", nameof(images));
        }

        var color = shape with { Channels = 3 };
        var n = shape.Plane;
        var result = new T[images.Count * 3 * n];
        for (var i = 0; i < images.Count; i++)
        {
            for (var c = 0; c < 3; c++)
            {
                images.Input(i).CopyTo(result.AsSpan(((3 * i) + c) * n, n));
            }
        }

        return images.WithInputs(result, 3 * n, color);
    }
}
