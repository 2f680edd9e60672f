using System.Numerics;

namespace MetaMirror.Datasets;

/// <summary>
/// Rotates images about their center, bilinear, zero outside. Destination pixel (x, y) on PyTorch's normalized grid takes the source at
/// x' = cos(a) x - sin(a) y, y' = sin(a) x + cos(a) y: <c>affine_grid</c> followed by <c>grid_sample</c>, both with <c>align_corners=False</c>.
/// </summary>
/// <remarks>
/// The grid runs from -1 to 1 along both axes, so an image that is not square is sheared as well, as in PyTorch. Coordinates are computed in pixels from the center,
/// which is the same formula multiplied out: multiples of 90 degrees of a square image are then exact permutations, and 0 degrees the identity, bit for bit.
/// </remarks>
public static class ImageRotation
{
    /// <summary>Rotates every image of a data set.</summary>
    /// <param name="images">A data set with an image shape.</param>
    /// <param name="degrees">The angle a.</param>
    /// <exception cref="ArgumentException">The data set has no image shape, or the angle is not finite.</exception>
    public static Dataset<T> Rotate<T>(Dataset<T> images, double degrees)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var shape = ImageSampling.ShapeOf(images);
        CheckAngle(degrees);
        return IsIdentity(degrees) ? images : Sampling(shape, degrees).Apply(images, shape, shape);
    }

    /// <summary>Rotates one image.</summary>
    /// <param name="image">Shape [Channels x Rows x Columns].</param>
    /// <param name="shape">The image's shape.</param>
    /// <param name="degrees">The angle a.</param>
    /// <param name="destination">Shape [Channels x Rows x Columns]; overwritten; apart from the image.</param>
    /// <exception cref="ArgumentException">Lengths disagree, the spans overlap, or the angle is not finite.</exception>
    public static void Rotate<T>(ReadOnlySpan<T> image, ImageShape shape, double degrees, Span<T> destination)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ImageSampling.Check(image, shape, destination, shape);
        CheckAngle(degrees);
        if (IsIdentity(degrees))
        {
            image.CopyTo(destination);
            return;
        }

        Sampling(shape, degrees).Apply(image, shape, destination, shape);
    }

    private static bool IsIdentity(double degrees) => Math.IEEERemainder(degrees, 360) == 0;

    private static void CheckAngle(double degrees)
    {
        if (!double.IsFinite(degrees))
        {
            throw new ArgumentException($"expected a finite angle in degrees, found {degrees}", nameof(degrees));
        }
    }

    private static ImageSampling Sampling(ImageShape shape, double degrees)
    {
        var (h, w) = (shape.Rows, shape.Columns);
        // SinCosPi is exact at multiples of 90 degrees.
        var (sin, cos) = double.SinCosPi(Math.IEEERemainder(degrees, 360) / 180);
        var sampling = new ImageSampling(shape.Plane);
        for (var i = 0; i < h; i++)
        {
            for (var j = 0; j < w; j++)
            {
                var u = j - ((w - 1) / 2.0);
                var v = i - ((h - 1) / 2.0);
                var x = (cos * u) - (sin * v * w / h) + ((w - 1) / 2.0);
                var y = (sin * u * h / w) + (cos * v) + ((h - 1) / 2.0);
                var x0 = Math.Floor(x);
                var y0 = Math.Floor(y);
                for (var k = 0; k < 4; k++)
                {
                    var (xk, yk) = (x0 + (k & 1), y0 + (k >> 1));
                    var inside = xk >= 0 && xk < w && yk >= 0 && yk < h;
                    var weight = (1 - Math.Abs(x - xk)) * (1 - Math.Abs(y - yk));
                    sampling.Set((i * w) + j, k, inside ? ((int)yk * w) + (int)xk : 0, inside ? weight : 0);
                }
            }
        }

        return sampling;
    }
}
