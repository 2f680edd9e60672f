using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>
/// Gradient of the weight where most elements of ay are zero, as behind pooling and rectifiers: every other element adds its window, which is a run of a strip,
/// to the sums of its channel. Items are groups of images, cut by the shape alone; their sums are added in order.
/// </summary>
internal sealed unsafe class StripTapProduct<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int MostItems = 8;

    [ThreadStatic]
    private static StripTapProduct<T>? instance;

    private readonly Action<int, int> sum;
    private StripGeometry geometry = null!;
    private int images, imagesOfGroup;
    private T* x, ay, sums;

    private StripTapProduct() => sum = Sum;

    private int SumsLength => geometry.Shape.Outputs * geometry.Vectors * geometry.Lanes;

    /// <summary>aw ← aw + adjoint of ay.</summary>
    public static void Run(WorkerTeam? team, StripGeometry geometry, int images, T* x, T* ay, T* aw)
    {
        StripTapProduct<T> job = instance ?? new StripTapProduct<T>();
        instance = null;
        (job.geometry, job.images, job.imagesOfGroup) = (geometry, images, (images + MostItems - 1) / MostItems);
        job.x = x;
        job.ay = ay;
        int groups = (images + job.imagesOfGroup - 1) / job.imagesOfGroup, length = job.SumsLength;
        job.sums = ConvolutionBuffers.Get<T>(ConvolutionBuffer.Weights, (long)groups * length);
        TeamItems.Run(team, groups, job.sum);
        var total = new Span<T>(job.sums, length);
        for (int group = 1; group < groups; group++)
            Vectors.AddScaled(T.One, new ReadOnlySpan<T>(job.sums + ((long)group * length), length), total);
        job.Add(aw);
        instance = job;
    }

    private void Sum(int item, int worker)
    {
        if (geometry.Lanes == Vector512<T>.Count)
            Sum<Vector512<T>, Simd512<T>>(item);
        else if (geometry.Lanes == Vector256<T>.Count)
            Sum<Vector256<T>, Simd256<T>>(item);
        else if (geometry.Lanes == Vector128<T>.Count)
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
        int vectors = geometry.Vectors, pixels = s.OutputPixels, stride = vectors * TSimd.Count;
        T* target = sums + ((long)item * SumsLength);
        new Span<T>(target, SumsLength).Clear();
        T* image = geometry.Image.Prepare<T>(1), strips = ConvolutionBuffers.Get<T>(ConvolutionBuffer.Results, geometry.Length);
        int room = (pixels + (2 * StripEntries<T>.Slack) - 1) / StripEntries<T>.Slack * StripEntries<T>.Slack;
        T* values = ConvolutionBuffers.Get<T>(ConvolutionBuffer.Panel, 2L * room), listed = values + room;
        int end = Math.Min(images, (item + 1) * imagesOfGroup);
        fixed (int* offsets = geometry.Offsets)
        {
            for (int n = item * imagesOfGroup; n < end; n++)
            {
                geometry.Image.Read(x + ((long)n * s.InputSize), 1, image);
                Strips<T>.Cut(geometry, image, strips);
                T* a = ay + ((long)n * s.OutputSize);
                for (nint o = 0; o < s.Outputs; o++)
                {
                    nint count = StripEntries<T>.List(a + (o * pixels), offsets, pixels, values, listed);
                    StripTiles<T, TVector, TSimd>.Gather(values, listed, count, strips, target + (o * stride), vectors);
                }
            }
        }
    }

    /// <summary>From [output][kernel row, channel, kernel column] to the weight's order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(T* aw)
    {
        ConvolutionShape s = geometry.Shape;
        T* row = sums;
        for (int o = 0; o < s.Outputs; o++, row += geometry.Vectors * geometry.Lanes)
        {
            for (int c = 0; c < s.Channels; c++)
            {
                for (int p = 0; p < s.KernelRows; p++)
                {
                    T* source = row + (p * geometry.RowLength) + (c * s.KernelColumns);
                    for (int q = 0; q < s.KernelColumns; q++)
                        *aw++ += source[q];
                }
            }
        }
    }
}
