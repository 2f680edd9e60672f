using System.Numerics;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>
/// Whether the zeros of ay are so many that skipping them pays. Only some images are looked at: the choice depends on the shape and the data alone, hence so
/// do the bits of the result.
/// </summary>
/// <param name="shape">Geometry of one image.</param>
internal sealed unsafe class StripChoice(ConvolutionShape shape)
{
    /// <summary>Images whose elements are counted.</summary>
    private const int Samples = 8;

    /// <summary>Costs are rough: skipping must promise a clear gain.</summary>
    private const double ClearlyLess = 0.85;

    /// <summary>Cycles per run of a kernel row, per element that is looked at, and per plane of results.</summary>
    private const double RunCost = 2, ListCost = 0.5, PlaneCost = 30;

    /// <summary>Cycles per element that is transposed, and per pixel with its mask of zeros.</summary>
    private const double TurnCost = 0.5, PixelCost = 12;

    private readonly StripGeometry? singles = StripGeometry.Of(shape, SimdWidth<float>.Lanes, sizeof(float));
    private readonly StripGeometry? doubles = StripGeometry.Of(shape, SimdWidth<double>.Lanes, sizeof(double));
    private readonly StripColumnGeometry? singleColumns = StripColumnGeometry.Of(shape, SimdWidth<float>.Lanes, sizeof(float));
    private readonly StripColumnGeometry? doubleColumns = StripColumnGeometry.Of(shape, SimdWidth<double>.Lanes, sizeof(double));

    /// <summary>The strips to use for the gradient of the weight, or null if the dense product, which takes so many cycles an image, is likely faster.</summary>
    public StripGeometry? ForWeights<T>(int images, T* ay, double denseCost)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        StripGeometry? geometry = typeof(T) == typeof(float) ? singles : doubles;
        return geometry is not null && Pays(images, ay, geometry.WindowCost, Overhead<T>(geometry), denseCost) ? geometry : null;
    }

    /// <summary>The strips to use for the gradient of the input, or null.</summary>
    public StripColumnGeometry? ForInput<T>(int images, T* ay, double denseCost)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        StripColumnGeometry? geometry = typeof(T) == typeof(float) ? singleColumns : doubleColumns;
        return geometry is not null && Pays(images, ay, geometry.WindowCost, Overhead<T>(geometry), denseCost) ? geometry : null;
    }

    private bool Pays<T>(int images, T* ay, double windowCost, double overhead, double denseCost)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double left = (ClearlyLess * denseCost) - overhead;
        return left > 0 && CountPerImage(images, ay) * windowCost < left;
    }

    private double Overhead<T>(StripGeometry geometry)
        where T : unmanaged
    {
        double runs = (double)shape.OutputColumns * geometry.StripRows * shape.Channels;
        double list = ListCost * sizeof(T) / sizeof(float) * shape.OutputSize * (Vector512.IsHardwareAccelerated ? 1 : 3);
        return (RunCost * runs) + list + (shape.Outputs * (PlaneCost + geometry.Vectors));
    }

    private double Overhead<T>(StripColumnGeometry geometry)
        where T : unmanaged
    {
        double scale = (double)sizeof(T) / sizeof(float), turns = scale * ((TurnCost * shape.OutputPixels * geometry.PaddedOutputs) + (TurnCost * shape.InputSize));
        double merge = scale * shape.Pixels * geometry.PaddedChannels / 8 * (4 + (2 * shape.KernelColumns));
        return turns + merge + (PixelCost * geometry.Groups * shape.OutputPixels * (geometry.PaddedOutputs / 16));
    }

    private double CountPerImage<T>(int images, T* ay)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int samples = Math.Min(Samples, images);
        long count = 0;
        for (int k = 0; k < samples; k++)
            count += SparseEntries<T>.Count(ay + ((long)k * images / samples * shape.OutputSize), shape.OutputSize);
        return (double)count / samples;
    }
}
