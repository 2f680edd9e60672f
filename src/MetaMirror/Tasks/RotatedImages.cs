using System.Globalization;
using System.Numerics;
using MetaMirror.Datasets;
using MetaMirror.Networks;

namespace MetaMirror.Tasks;

/// <summary>The same images at several rotations, one task each (MetaMD v1 section 5.2): bilinear, zero outside.</summary>
public static class RotatedImages
{
    /// <summary>Tasks named <c>rotation-0</c>, <c>rotation-15</c>, ...; images are rotated when a split is first read.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="images">Splits of images.</param>
    /// <param name="degrees">Angles.</param>
    /// <param name="network">The model.</param>
    /// <param name="options">Batches, regularizer, start.</param>
    /// <param name="contrast">What the contrast of the rotated images is multiplied by (<see cref="ImageContrast"/>). Default: 1.</param>
    public static TaskFamily<T> Of<T>(TaskData<T> images, IEnumerable<double> degrees, Network network, SupervisedOptions options, double contrast = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(degrees);
        return new TaskFamily<T>(degrees.Select(a => new SupervisedTask<T>(
            images.Map(string.Create(CultureInfo.InvariantCulture, $"rotation-{a}"), split => ImageContrast.Scale(ImageRotation.Rotate(split, a), contrast)), network, options)));
    }
}
