using System.Numerics;

namespace MetaMirror.Datasets;

/// <summary>A linear map of one image plane, destination pixel d = sum_k weight[d, k] * source[index[d, k]], k = 0..3, applied to every plane of every image. Sums in double.</summary>
internal sealed class ImageSampling
{
    private const int Taps = 4;
    private readonly int[] index;
    private readonly double[] weight;

    public ImageSampling(int destinationPixels)
    {
        index = new int[destinationPixels * Taps];
        weight = new double[destinationPixels * Taps];
    }

    /// <summary>Sets tap k of a destination pixel.</summary>
    public void Set(int pixel, int k, int source, double w)
    {
        index[(pixel * Taps) + k] = source;
        weight[(pixel * Taps) + k] = w;
    }

    /// <summary>Maps one plane.</summary>
    private void Apply<T>(ReadOnlySpan<T> source, Span<T> destination)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (var d = 0; d < destination.Length; d++)
        {
            var sum = 0.0;
            for (var k = d * Taps; k < (d + 1) * Taps; k++)
            {
                // A zero weight leaves its pixel out, so that a whole-pixel map copies bits.
                if (weight[k] != 0)
                {
                    sum += weight[k] * double.CreateTruncating(source[index[k]]);
                }
            }

            destination[d] = T.CreateTruncating(sum);
        }
    }

    /// <summary>Maps every plane of one image.</summary>
    public void Apply<T>(ReadOnlySpan<T> image, ImageShape from, Span<T> destination, ImageShape to)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (var c = 0; c < from.Channels; c++)
        {
            Apply(image.Slice(c * from.Plane, from.Plane), destination.Slice(c * to.Plane, to.Plane));
        }
    }

    /// <summary>Maps every plane of every image of a data set.</summary>
    public Dataset<T> Apply<T>(Dataset<T> images, ImageShape from, ImageShape to)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var result = new T[checked(images.Count * to.Features)];
        for (var i = 0; i < images.Count; i++)
        {
            Apply(images.Input(i), from, result.AsSpan(i * to.Features, to.Features), to);
        }

        return images.WithInputs(result, to.Features, to);
    }

    /// <summary>The image shape of a data set, which must have one.</summary>
    public static ImageShape ShapeOf<T>(Dataset<T> images)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(images);
        return images.Image ?? throw new ArgumentException($"expected a data set of images, found '{images.Name}' with {images.Features} plain features", nameof(images));
    }

    /// <summary>Checks the spans of a one-image call.</summary>
    public static void Check<T>(ReadOnlySpan<T> image, ImageShape from, Span<T> destination, ImageShape to)
    {
        from.Validate(nameof(from));
        to.Validate(nameof(to));
        if (image.Length != from.Features || destination.Length != to.Features)
        {
            throw new ArgumentException($"expected {from.Features} values for {from} and {to.Features} for {to}, found {image.Length} and {destination.Length}", nameof(destination));
        }

        if (destination.Overlaps(image))
        {
            throw new ArgumentException("expected the destination apart from the image, found them overlapping", nameof(destination));
        }
    }
}
