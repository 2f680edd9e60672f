using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>
/// Windows times weights with images as lanes: as many images as a vector has lanes are transposed, multiplied and transposed back. An item is one such group
/// of images; the last one is filled up with zeros.
/// </summary>
internal sealed unsafe class ImageProduct<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Cycles to transpose a vector.</summary>
    private const double TransposeCost = 7;

    /// <summary>Turned images and results of a group must not leave the second-level cache much.</summary>
    private const int MostBytes = 3 << 19;

    [ThreadStatic]
    private static ImageProduct<T>? instance;

    private readonly Action<int, int> multiply;
    private ImageGeometry geometry = null!;
    private int images;
    private T* source, result, packed;
    private T beta;

    private ImageProduct() => multiply = Multiply;

    /// <summary>result ← beta · result + windows · weights.</summary>
    public static void Run(WorkerTeam? team, ImageGeometry geometry, int images, T* source, T* weights, T beta, T* result)
    {
        ImageProduct<T> job = instance ?? new ImageProduct<T>();
        instance = null;
        (job.geometry, job.images, job.beta) = (geometry, images, beta);
        job.source = source;
        job.result = result;
        job.packed = ConvolutionBuffers.Get<T>(ConvolutionBuffer.Weights, (long)RowTiles.Padded(geometry.ResultPlanes) * (geometry.Depth + 1));
        job.Pack(weights);
        TeamItems.Run(team, (images + SimdWidth<T>.Lanes - 1) / SimdWidth<T>.Lanes, job.multiply);
        instance = job;
    }

    /// <summary>About how many cycles an image takes, for comparison with <see cref="PixelProduct{T}.Cost"/>.</summary>
    public static double Cost(ImageGeometry geometry, int images)
    {
        int lanes = SimdWidth<T>.Lanes, groups = (images + lanes - 1) / lanes;
        if (((long)geometry.SourceSize + geometry.ResultSize) * lanes * sizeof(T) > MostBytes)
            return double.PositiveInfinity;
        double products = (double)RowTiles.Padded(geometry.ResultPlanes) * geometry.Pairs.Length / 2 * geometry.Planes;
        return groups * (products + (TransposeCost * ((double)geometry.SourceSize + geometry.ResultSize))) / images;
    }

    /// <summary>For each tile of rows its bias (none), then for each kernel position and plane its weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pack(T* weights)
    {
        T* target = packed;
        for (int row = 0; row < geometry.ResultPlanes;)
        {
            int height = RowTiles.Next(geometry.ResultPlanes - row), used = Math.Min(height, geometry.ResultPlanes - row);
            new Span<T>(target, height).Clear();
            target += height;
            for (int tap = 0; tap < geometry.KernelSize; tap++, target += geometry.Planes * height)
            {
                T* w = weights + ((long)row * geometry.WeightStride) + tap;
                Panel.Pack(new Strided<T>(w, geometry.PlaneStride, geometry.WeightStride), geometry.Planes, used, height, target);
            }

            row += height;
        }
    }

    private void Multiply(int item, int worker)
    {
        if (Vector512.IsHardwareAccelerated)
            Multiply<Vector512<T>, Simd512<T>>(item);
        else if (Vector256.IsHardwareAccelerated)
            Multiply<Vector256<T>, Simd256<T>>(item);
        else if (Vector128.IsHardwareAccelerated)
            Multiply<Vector128<T>, Simd128<T>>(item);
        else
            Multiply<T, SimdScalar<T>>(item);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Multiply<TVector, TSimd>(int item)
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        int first = item * TSimd.Count, count = Math.Min(TSimd.Count, images - first), size = geometry.SourceSize;
        T* turned = ConvolutionBuffers.Get<T>(ConvolutionBuffer.Images, (long)size * TSimd.Count);
        Panel.Pack(new Strided<T>(source + ((long)first * size), 1, size), size, count, TSimd.Count, turned);
        T* sums = ConvolutionBuffers.Get<T>(ConvolutionBuffer.Results, (long)geometry.ResultSize * TSimd.Count);
        Products<TVector, TSimd>(turned, sums);
        Store(sums, TSimd.Count, count, result + ((long)first * geometry.ResultSize));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Products<TVector, TSimd>(T* turned, T* sums)
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        nint plane = geometry.SourcePixels * TSimd.Count, stride = geometry.ResultPixels * TSimd.Count;
        T* w = packed;
        fixed (int* pairs = geometry.Pairs, starts = geometry.Starts)
        {
            for (int row = 0; row < geometry.ResultPlanes;)
            {
                int height = RowTiles.Next(geometry.ResultPlanes - row), used = Math.Min(height, geometry.ResultPlanes - row);
                for (int r = 0; r < geometry.ResultPixels; r++)
                {
                    T* c = sums + ((long)row * stride) + (r * TSimd.Count);
                    int* from = pairs + (2 * starts[r]);
                    int count = starts[r + 1] - starts[r];
                    if (height == 6)
                        ImageTile<T, TVector, TSimd>.Six(turned, plane, geometry.Planes, from, count, w, c, stride, used);
                    else
                        ImageTile<T, TVector, TSimd>.Four(turned, plane, geometry.Planes, from, count, w, c, stride, used);
                }

                row += height;
                w += height * (geometry.Depth + 1);
            }
        }
    }

    /// <summary>Turns [element][image] back to [image][element].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Store(T* sums, int width, int count, T* target)
    {
        int* targets = stackalloc int[8];
        for (int i = 0; i < 8; i++)
            targets[i] = i;
        int size = geometry.ResultSize;
        for (int r = 0; r < size; r += 8)
            new TransposedTile<T>(target + r, size, count, beta).Store(sums + ((long)r * width), width, targets, Math.Min(8, size - r));
    }
}
