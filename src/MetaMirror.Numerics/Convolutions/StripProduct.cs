using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>
/// Gradient of the input where most elements of ay are zero, as behind pooling and rectifiers: every other element adds its channel's weights to its window,
/// which is a run of a strip; the strips of an image are added up. Items are groups of images.
/// </summary>
internal sealed unsafe class StripProduct<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int MostItems = 16;

    [ThreadStatic]
    private static StripProduct<T>? instance;

    private readonly Action<int, int> multiply;
    private StripGeometry geometry = null!;
    private int images, imagesOfGroup;
    private T* ay, packed, ax;
    private T beta;

    private StripProduct() => multiply = Multiply;

    /// <summary>ax ← beta · ax + adjoint of ay.</summary>
    public static void Run(WorkerTeam? team, StripGeometry geometry, int images, T* ay, T* w, T beta, T* ax)
    {
        StripProduct<T> job = instance ?? new StripProduct<T>();
        instance = null;
        (job.geometry, job.images, job.imagesOfGroup, job.beta) = (geometry, images, (images + MostItems - 1) / MostItems, beta);
        job.ay = ay;
        job.ax = ax;
        job.packed = ConvolutionBuffers.Get<T>(ConvolutionBuffer.Weights, (long)geometry.Shape.Outputs * geometry.Vectors * geometry.Lanes);
        job.Pack(w);
        TeamItems.Run(team, (images + job.imagesOfGroup - 1) / job.imagesOfGroup, job.multiply);
        instance = job;
    }

    /// <summary>To [output][kernel row, channel, kernel column], zeros between.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pack(T* w)
    {
        ConvolutionShape s = geometry.Shape;
        int length = geometry.Vectors * geometry.Lanes;
        new Span<T>(packed, s.Outputs * length).Clear();
        T* row = packed;
        for (int o = 0; o < s.Outputs; o++, row += length)
        {
            for (int c = 0; c < s.Channels; c++)
            {
                for (int p = 0; p < s.KernelRows; p++)
                {
                    T* target = row + (p * geometry.RowLength) + (c * s.KernelColumns);
                    for (int q = 0; q < s.KernelColumns; q++)
                        target[q] = *w++;
                }
            }
        }
    }

    private void Multiply(int item, int worker)
    {
        if (geometry.Lanes == Vector512<T>.Count)
            Multiply<Vector512<T>, Simd512<T>>(item);
        else if (geometry.Lanes == Vector256<T>.Count)
            Multiply<Vector256<T>, Simd256<T>>(item);
        else if (geometry.Lanes == Vector128<T>.Count)
            Multiply<Vector128<T>, Simd128<T>>(item);
        else
            Multiply<T, SimdScalar<T>>(item);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Multiply<TVector, TSimd>(int item)
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        ConvolutionShape s = geometry.Shape;
        int vectors = geometry.Vectors, pixels = s.OutputPixels, stride = vectors * TSimd.Count;
        T* image = ConvolutionBuffers.Get<T>(ConvolutionBuffer.Images, geometry.ImageLength);
        T* strips = ConvolutionBuffers.Get<T>(ConvolutionBuffer.Results, geometry.Length);
        long* entries = ConvolutionBuffers.Get<long>(ConvolutionBuffer.Panel, ((long)pixels * SparseEntries<T>.Words) + StripEntries<T>.Slack);
        int end = Math.Min(images, (item + 1) * imagesOfGroup);
        fixed (int* offsets = geometry.Offsets)
        {
            for (int n = item * imagesOfGroup; n < end; n++)
            {
                new Span<T>(strips, geometry.Length).Clear();
                T* a = ay + ((long)n * s.OutputSize);
                for (nint o = 0; o < s.Outputs; o++)
                {
                    long* last = StripEntries<T>.List(a + (o * pixels), offsets, pixels, entries);
                    StripTiles<T, TVector, TSimd>.Scatter(entries, last, strips, packed + (o * stride), vectors);
                }

                Strips<T>.Merge(geometry, strips, image);
                Store(image + geometry.Image.Lead, ax + ((long)n * s.InputSize));
            }
        }
    }

    /// <summary>ax ← beta · ax + the image without its margin.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Store(T* image, T* target)
    {
        ConvolutionShape s = geometry.Shape;
        bool adds = !T.IsZero(beta);
        nint columns = s.Columns;
        for (int c = 0; c < s.Channels; c++)
        {
            T* source = image + ((nint)c * geometry.Image.PlaneStride);
            for (int r = 0; r < s.Rows; r++, source += geometry.Image.Pitch, target += columns)
            {
                for (nint t = 0; t < columns; t++)
                    target[t] = adds ? (beta * target[t]) + source[t] : source[t];
            }
        }
    }
}
