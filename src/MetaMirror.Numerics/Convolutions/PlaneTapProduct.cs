using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>
/// Gradient of the weight with stride 1 for few output channels: inner products of output planes with shifted input planes, lanes being pixels. Both are copied
/// with the same distance between rows, and zeros between the rows of the output. Items are groups of images; their sums are added in order. The cut depends
/// on the shape alone, and so do the bits.
/// </summary>
internal sealed unsafe class PlaneTapProduct<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int MostItems = 16;

    /// <summary>Vectors of pixels that copying takes, for each plane.</summary>
    private const double CopyCost = 4;

    [ThreadStatic]
    private static PlaneTapProduct<T>? instance;

    private readonly Action<int, int> sum;
    private PlaneTapGeometry geometry = null!;
    private int images, imagesOfGroup;
    private T* x, ay, sums;

    private PlaneTapProduct() => sum = Sum;

    /// <summary>aw ← aw + adjoint of ay.</summary>
    public static void Run(WorkerTeam? team, PlaneTapGeometry geometry, int images, T* x, T* ay, T* aw)
    {
        PlaneTapProduct<T> job = instance ?? new PlaneTapProduct<T>();
        instance = null;
        (job.geometry, job.images, job.imagesOfGroup) = (geometry, images, (images + MostItems - 1) / MostItems);
        job.x = x;
        job.ay = ay;
        int groups = (images + job.imagesOfGroup - 1) / job.imagesOfGroup, length = geometry.Shape.WeightSize;
        job.sums = ConvolutionBuffers.Get<T>(ConvolutionBuffer.Weights, (long)groups * length);
        TeamItems.Run(team, groups, job.sum);
        for (int group = 0; group < groups; group++)
            Vectors.AddScaled(T.One, new ReadOnlySpan<T>(job.sums + ((long)group * length), length), new Span<T>(aw, length));
        instance = job;
    }

    /// <summary>About how many cycles an image takes, for comparison with <see cref="TapProduct{T}.Cost"/>.</summary>
    public static double Cost(PlaneTapGeometry geometry)
    {
        ConvolutionShape s = geometry.Shape;
        bool many = Vector512.IsHardwareAccelerated;
        int planes = many ? 6 : 4, taps = many ? 4 : 2, lanes = SimdWidth<T>.Lanes;
        double tiles = (double)((s.Outputs + planes - 1) / planes * planes) * ((s.Taps + taps - 1) / taps * taps);
        return (tiles + (CopyCost * s.Outputs)) * ((geometry.Length + lanes - 1) / lanes);
    }

    private void Sum(int item, int worker)
    {
        if (Vector512.IsHardwareAccelerated)
            Sum<Vector512<T>, Simd512<T>>(item);
        else if (Vector256.IsHardwareAccelerated)
            Sum<Vector256<T>, Simd256<T>>(item);
        else if (Vector128.IsHardwareAccelerated)
            Sum<Vector128<T>, Simd128<T>>(item);
        else
            Sum<T, SimdScalar<T>>(item);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sum<TVector, TSimd>(int item)
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        ConvolutionShape s = geometry.Shape;
        int planes = PlaneDotTile<T, TVector, TSimd>.Planes, taps = PlaneDotTile<T, TVector, TSimd>.Taps, length = planes * taps * TSimd.Count;
        int tiles = ((s.Outputs + planes - 1) / planes) * ((s.Taps + taps - 1) / taps);
        T* tile = ConvolutionBuffers.Get<T>(ConvolutionBuffer.Panel, (long)tiles * length);
        new Span<T>(tile, tiles * length).Clear();
        T* input = geometry.Input.Prepare<T>(1, ConvolutionBuffer.Images), output = geometry.Output.Prepare<T>(1, ConvolutionBuffer.Results);
        int end = Math.Min(images, (item + 1) * imagesOfGroup);
        for (int n = item * imagesOfGroup; n < end; n++)
        {
            geometry.Input.Read(x + ((long)n * s.InputSize), 1, input);
            geometry.Output.Read(ay + ((long)n * s.OutputSize), 1, output);
            Image<TVector, TSimd>(input, output, tile);
        }

        Finish<TVector, TSimd>(tile, sums + ((long)item * s.WeightSize));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Image<TVector, TSimd>(T* input, T* output, T* tile)
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        ConvolutionShape s = geometry.Shape;
        int planes = PlaneDotTile<T, TVector, TSimd>.Planes, taps = PlaneDotTile<T, TVector, TSimd>.Taps, stride = geometry.Output.PlaneStride;
        fixed (int* offsets = geometry.Taps)
        {
            for (int o = 0; o < s.Outputs; o += planes)
            {
                for (int k = 0; k < s.Taps; k += taps, tile += planes * taps * TSimd.Count)
                {
                    PlaneDotTile<T, TVector, TSimd>.Add(
                        input, offsets + k, s.Taps - 1 - k, output + (o * stride), stride, s.Outputs - 1 - o, geometry.Length, tile);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Finish<TVector, TSimd>(T* tile, T* target)
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        ConvolutionShape s = geometry.Shape;
        int planes = PlaneDotTile<T, TVector, TSimd>.Planes, taps = PlaneDotTile<T, TVector, TSimd>.Taps;
        for (int o = 0; o < s.Outputs; o += planes)
        {
            for (int k = 0; k < s.Taps; k += taps)
            {
                for (int i = 0; i < planes * taps; i++, tile += TSimd.Count)
                {
                    if (o + (i / taps) < s.Outputs && k + (i % taps) < s.Taps)
                        target[((o + (i / taps)) * s.Taps) + k + (i % taps)] = TSimd.Sum(TSimd.Load(tile));
                }
            }
        }
    }
}
