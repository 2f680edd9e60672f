using System.Numerics;

namespace MetaMirror.Datasets;

/// <summary>Widens or narrows the contrast of images: x' = m + c (x - m), m the mean of the image. Nothing is clipped: the standard deviation of an image is exactly c times what it was.</summary>
public static class ImageContrast
{
    /// <summary>Scales the contrast of every image of a data set.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="images">Images; each row of inputs is one.</param>
    /// <param name="factor">c, positive and finite; 1 gives the same data set.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is not positive and finite.</exception>
    public static Dataset<T> Scale<T>(Dataset<T> images, double factor)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(images);
        if (!(factor > 0 && double.IsFinite(factor)))
            throw new ArgumentOutOfRangeException(nameof(factor), factor, "The contrast of images must be positive and finite.");
        if (factor == 1)
            return images;
        T[] values = images.Inputs.ToArray();
        T c = T.CreateChecked(factor);
        for (int i = 0; i < images.Count; i++)
        {
            Span<T> image = values.AsSpan(i * images.Features, images.Features);
            double sum = 0;
            foreach (T x in image)
                sum += double.CreateTruncating(x);
            T mean = T.CreateTruncating(sum / image.Length);
            foreach (ref T x in image)
                x = mean + (c * (x - mean));
        }

        return images.WithInputs(values, images.Features, images.Image);
    }
}
