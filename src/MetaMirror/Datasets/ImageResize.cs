using System.Numerics;

namespace MetaMirror.Datasets;

/// <summary>Resizes images, bilinear without antialiasing: PyTorch's <c>F.interpolate(mode="bilinear", align_corners=False)</c>.</summary>
public static class ImageResize
{
    /// <summary>Resizes every image of a data set.</summary>
    /// <param name="images">A data set with an image shape.</param>
    /// <param name="rows">New height, at least 1.</param>
    /// <param name="columns">New width, at least 1.</param>
    /// <exception cref="ArgumentException">The data set has no image shape, or a size is below 1.</exception>
    public static Dataset<T> Bilinear<T>(Dataset<T> images, int rows, int columns)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var source = ImageSampling.ShapeOf(images);
        var target = source with { Rows = rows, Columns = columns };
        target.Validate(nameof(rows));
        return source == target ? images : Sampling(source, target).Apply(images, source, target);
    }

    /// <summary>Resizes one image. Source coordinate = max(0, (d + 1/2) * from/to - 1/2) along each axis, the last pixel repeated.</summary>
    /// <param name="image">Shape [Channels x Rows x Columns] of <paramref name="from"/>.</param>
    /// <param name="from">The image's shape.</param>
    /// <param name="destination">Shape [Channels x Rows x Columns] of <paramref name="to"/>; overwritten; apart from the image.</param>
    /// <param name="to">The new shape, with as many channels.</param>
    /// <exception cref="ArgumentException">Lengths or channels disagree, or the spans overlap.</exception>
    public static void Bilinear<T>(ReadOnlySpan<T> image, ImageShape from, Span<T> destination, ImageShape to)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ImageSampling.Check(image, from, destination, to);
        if (from.Channels != to.Channels)
        {
            throw new ArgumentException($"expected {from.Channels} channels as in the image, found {to.Channels}", nameof(to));
        }

        Sampling(from, to).Apply(image, from, destination, to);
    }

    private static ImageSampling Sampling(ImageShape from, ImageShape to)
    {
        var sampling = new ImageSampling(to.Plane);
        for (var i = 0; i < to.Rows; i++)
        {
            var (y0, y1, v) = Source(i, from.Rows, to.Rows);
            for (var j = 0; j < to.Columns; j++)
            {
                var (x0, x1, u) = Source(j, from.Columns, to.Columns);
                var d = (i * to.Columns) + j;
                sampling.Set(d, 0, (y0 * from.Columns) + x0, (1 - v) * (1 - u));
                sampling.Set(d, 1, (y0 * from.Columns) + x1, (1 - v) * u);
                sampling.Set(d, 2, (y1 * from.Columns) + x0, v * (1 - u));
                sampling.Set(d, 3, (y1 * from.Columns) + x1, v * u);
            }
        }

        return sampling;
    }

    /// <summary>The two source pixels of destination pixel d along one axis, and the weight of the second.</summary>
    private static (int First, int Second, double Weight) Source(int d, int from, int to)
    {
        var s = Math.Max(0, ((d + 0.5) * ((double)from / to)) - 0.5);
        var first = Math.Min((int)s, from - 1);
        var second = Math.Min(first + 1, from - 1);
        return (first, second, s - first);
    }
}
