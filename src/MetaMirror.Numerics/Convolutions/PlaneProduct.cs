using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>
/// The same product as <see cref="PixelProduct{T}"/> with stride 1, turned round: rows are result planes, lanes are neighboring pixels. For few planes, or
/// windows so short that transposing the results would show.
/// </summary>
internal sealed unsafe class PlaneProduct<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Rows of the higher tile.</summary>
    private const int Height = 6;

    /// <summary>Items to share out, if the shape allows.</summary>
    private const int Items = 16;

    /// <summary>Cycles below which an item is not worth it.</summary>
    private const double ItemCost = 1 << 14;

    /// <summary>Steps of depth that storing takes.</summary>
    private const int StoreCost = 2;

    [ThreadStatic]
    private static PlaneProduct<T>? instance;

    private readonly Action<int, int> multiply;
    private PixelGeometry geometry = null!;
    private int images, chunk, groups;
    private T* source, result, packed;
    private T beta;

    private PlaneProduct() => multiply = Multiply;

    /// <summary>result ← beta · result + bias + windows · weights; bias may be null.</summary>
    public static void Run(WorkerTeam? team, PixelGeometry geometry, int images, T* source, T* weights, T* bias, T beta, T* result)
    {
        PlaneProduct<T> job = instance ?? new PlaneProduct<T>();
        instance = null;
        (job.geometry, job.images, job.beta) = (geometry, images, beta);
        job.source = source;
        job.result = result;
        job.packed = ConvolutionBuffers.Get<T>(ConvolutionBuffer.Weights, (long)RowTiles.Padded(geometry.Columns) * (geometry.Depth + 1));
        job.Pack(weights, bias);
        job.chunk = (images + Items - 1) / Items;
        int chunks = (images + job.chunk - 1) / job.chunk, tiles = (geometry.Columns + Height - 1) / Height;
        job.groups = Math.Clamp((int)Math.Min(Items, images * Cost(geometry) / ItemCost) / chunks, 1, tiles);
        TeamItems.Run(team, chunks * job.groups, job.multiply);
        instance = job;
    }

    /// <summary>
    /// About how many cycles an image takes, for comparison with <see cref="PixelProduct{T}.Cost"/>; a run of pixels that is shorter than a vector has none.
    /// </summary>
    public static double Cost(PixelGeometry geometry)
    {
        int run = geometry.Run, vectors = (run + SimdWidth<T>.Lanes - 1) / SimdWidth<T>.Lanes;
        return run < SimdWidth<T>.Lanes || geometry.Tables.Length > 1
            ? double.PositiveInfinity
            : (double)RowTiles.Padded(geometry.Columns) * vectors * (geometry.Plane / run) * (geometry.Depth + StoreCost);
    }

    /// <summary>For each tile of rows its bias, then for each depth its weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pack(T* weights, T* bias)
    {
        T* target = packed;
        for (int row = 0; row < geometry.Columns;)
        {
            int height = RowTiles.Next(geometry.Columns - row), used = Math.Min(height, geometry.Columns - row);
            for (int r = 0; r < height; r++)
                target[r] = bias is null || r >= used ? T.Zero : bias[row + r];
            target = geometry.Weights.Pack(weights + ((long)row * geometry.Weights.Column), geometry.Tables, used, height, target + height);
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
        int first = item / groups * chunk, end = Math.Min(images, first + chunk);
        T* copy = geometry.Layout.Prepare<T>(1);
        fixed (int* rows = geometry.Tables[0].Rows, depths = geometry.Tables[0].Depths)
        {
            for (int n = first; n < end; n++)
            {
                T* read = geometry.Layout.Read(source + ((long)n * geometry.SourceSize), 1, copy);
                Image<TVector, TSimd>(read, item % groups, rows, depths, result + ((long)n * geometry.ResultSize));
            }
        }
    }

    /// <summary>The tiles of one group, every run of neighboring pixels by vectors; the last ones overlap those before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Image<TVector, TSimd>(T* read, int group, int* rows, int* depths, T* write)
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        T* tile = stackalloc T[Height * 2 * TSimd.Count];
        bool adds = !T.IsZero(beta);
        int run = geometry.Run, depth = geometry.Depth, plane = geometry.Plane;
        T* w = packed;
        for (int row = 0; row < geometry.Columns;)
        {
            int height = RowTiles.Next(geometry.Columns - row), used = Math.Min(height, geometry.Columns - row);
            for (int start = row / Height % groups == group ? 0 : plane; start < plane; start += run)
            {
                for (int done = 0; done < run;)
                {
                    bool two = run - done > TSimd.Count && run >= 2 * TSimd.Count;
                    int lanes = two ? 2 * TSimd.Count : TSimd.Count, next = Math.Min(done + lanes, run), from = next - lanes;
                    T* target = write + start + from, to = adds ? tile : target;
                    int stride = adds ? lanes : plane;
                    T* a = read + rows[start] + from;
                    if (height == Height && two)
                        PlaneTile<T, TVector, TSimd>.SixByTwo(a, depths, depth, w, to, stride, used);
                    else if (height == Height)
                        PlaneTile<T, TVector, TSimd>.SixByOne(a, depths, depth, w, to, stride, used);
                    else if (two)
                        PlaneTile<T, TVector, TSimd>.FourByTwo(a, depths, depth, w, to, stride, used);
                    else
                        PlaneTile<T, TVector, TSimd>.FourByOne(a, depths, depth, w, to, stride, used);
                    if (adds)
                        Add(tile, lanes, done - from, used, target);
                    done = next;
                }
            }

            row += height;
            write += height * plane;
            w += height * (depth + 1);
        }
    }

    /// <summary>The lanes before skip were added before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(T* tile, nint lanes, nint skip, int rows, T* target)
    {
        for (int r = 0; r < rows; r++, tile += lanes, target += geometry.Plane)
        {
            for (nint j = skip; j < lanes; j++)
                target[j] = (beta * target[j]) + tile[j];
        }
    }
}
