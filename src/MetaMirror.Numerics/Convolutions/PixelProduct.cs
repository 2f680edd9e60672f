using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>
/// Rows are result pixels, columns are result planes: the weights are packed once, then every chunk of images is a product of its own. The cut into chunks
/// depends on the shape alone, and the bits not even on that: every element is one chain of multiply-adds.
/// </summary>
internal sealed unsafe class PixelProduct<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Packing with fewer elements is not handed to other threads.</summary>
    private const int SharedPacking = 1 << 15;

    [ThreadStatic]
    private static PixelProduct<T>? instance;

    private readonly Action<int, int> pack, multiply;
    private PixelGeometry geometry = null!;
    private int images, chunk;
    private T* source, weights, bias, result, packed;
    private T beta;

    private PixelProduct() => (pack, multiply) = (Pack, Multiply);

    /// <summary>result ← beta · result + bias + windows · weights; bias may be null.</summary>
    public static void Run(WorkerTeam? team, PixelGeometry geometry, int images, T* source, T* weights, T* bias, T beta, T* result)
    {
        PixelProduct<T> job = instance ?? new PixelProduct<T>();
        instance = null;
        (job.geometry, job.images, job.beta) = (geometry, images, beta);
        job.source = source;
        job.weights = weights;
        job.bias = bias;
        job.result = result;
        job.Run(team);
        instance = job;
    }

    /// <summary>About how many cycles an image takes.</summary>
    public static double Cost(PixelGeometry geometry)
    {
        double steps = 0;
        foreach (PixelTable table in geometry.Tables)
            steps += (double)table.RowsPerImage * (table.Depths.Length + StoreCost);
        return (double)((geometry.Columns + SimdWidth<T>.Lanes - 1) / SimdWidth<T>.Lanes) * steps;
    }

    /// <summary>Steps of depth that transposing and storing takes.</summary>
    private const int StoreCost = 10;

    private int Panels => (geometry.Columns + SimdWidth<T>.Lanes - 1) / SimdWidth<T>.Lanes;

    /// <summary>Elements of a packed panel: bias, then the weights of all tables.</summary>
    private int PanelLength => (1 + geometry.Depth) * SimdWidth<T>.Lanes;

    private void Run(WorkerTeam? team)
    {
        packed = ConvolutionBuffers.Get<T>(ConvolutionBuffer.Weights, (long)Panels * PanelLength);
        TeamItems.Run((long)Panels * PanelLength < SharedPacking ? null : team, Panels, pack);
        chunk = Math.Clamp((images + MostItems - 1) / MostItems, 1, geometry.Chunk);
        TeamItems.Run(team, (images + chunk - 1) / chunk, multiply);
    }

    private const int MostItems = 8;

    private void Pack(int panel, int worker)
    {
        int first = panel * SimdWidth<T>.Lanes, columns = Math.Min(SimdWidth<T>.Lanes, geometry.Columns - first);
        T* target = packed + ((long)panel * PanelLength);
        for (int j = 0; j < SimdWidth<T>.Lanes; j++)
            target[j] = bias is null || j >= columns ? T.Zero : bias[first + j];
        target += SimdWidth<T>.Lanes;
        foreach (PixelTable table in geometry.Tables)
            target = WeightPanel.Pack(weights + ((long)first * geometry.WeightStride), geometry.WeightStride, table.Weights, columns, SimdWidth<T>.Lanes, target);
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
        int first = item * chunk, count = Math.Min(chunk, images - first);
        T* read = source + ((long)first * geometry.SourceSize);
        T* write = result + ((long)first * geometry.ResultSize);
        read = geometry.Layout.Read(read, count, geometry.Layout.Prepare<T>(count));

        for (int panel = 0; panel < Panels; panel++)
        {
            T* start = packed + ((long)panel * PanelLength), b = start + TSimd.Count;
            int columns = Math.Min(TSimd.Count, geometry.Columns - (panel * TSimd.Count));
            var output = new TransposedTile<T>(write + ((long)panel * TSimd.Count * geometry.Plane), geometry.Plane, columns, beta);
            foreach (PixelTable table in geometry.Tables)
            {
                Rows<TVector, TSimd>(read, table, count * table.RowsPerImage, start, b, output);
                b += table.Depths.Length * TSimd.Count;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows<TVector, TSimd>(T* source, PixelTable table, int count, T* start, T* panel, TransposedTile<T> output)
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        T* tile = stackalloc T[IndirectTile<T, TVector, TSimd>.Height * TSimd.Count];
        fixed (int* rows = table.Rows, targets = table.Targets, depths = table.Depths)
        {
            for (int r = 0; r < count; r += IndirectTile<T, TVector, TSimd>.Height)
            {
                int height = Math.Min(IndirectTile<T, TVector, TSimd>.Height, count - r);
                IndirectTile<T, TVector, TSimd>.Multiply(source, rows + r, height - 1, depths, table.Depths.Length, panel, start, 0, tile);
                output.Store(tile, TSimd.Count, targets + r, height);
            }
        }
    }
}
