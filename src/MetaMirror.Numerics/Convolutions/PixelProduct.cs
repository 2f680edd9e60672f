using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>What a product of windows with weights needs besides its numbers: the forward product, or the gradient of the input.</summary>
/// <param name="Layout">How source images are read.</param>
/// <param name="Tables">One table, or one for each pair of residue classes.</param>
/// <param name="Chunk">Most images at once.</param>
/// <param name="Columns">Planes of a result.</param>
/// <param name="WeightStride">From the weights of one column to those of the next.</param>
/// <param name="SourceSize">Elements of a source image.</param>
/// <param name="ResultSize">Elements of a result.</param>
/// <param name="Plane">Elements of a plane of a result.</param>
internal sealed record PixelGeometry(
    PlaneLayout Layout, PixelTable[] Tables, int Chunk, int Columns, int WeightStride, int SourceSize, int ResultSize, int Plane)
{
    /// <summary>Depths of all tables together.</summary>
    public int Depth { get; } = Tables.Sum(table => table.Depths.Length);
}

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

    private static int Width => Vector512.IsHardwareAccelerated ? Vector512<T>.Count
        : Vector256.IsHardwareAccelerated ? Vector256<T>.Count
        : Vector128.IsHardwareAccelerated ? Vector128<T>.Count : 1;

    private int Panels => (geometry.Columns + Width - 1) / Width;

    /// <summary>Elements of a packed panel: bias, then the weights of all tables.</summary>
    private int PanelLength => (1 + geometry.Depth) * Width;

    private void Run(WorkerTeam? team)
    {
        packed = ConvolutionBuffers.Get<T>(ConvolutionBuffer.Weights, (long)Panels * PanelLength);
        Each((long)Panels * PanelLength < SharedPacking ? null : team, Panels, pack);
        chunk = Math.Clamp((images + MostItems - 1) / MostItems, 1, geometry.Chunk);
        Each(team, (images + chunk - 1) / chunk, multiply);
    }

    private const int MostItems = 8;

    private static void Each(WorkerTeam? team, int items, Action<int, int> body)
    {
        if (team is not null)
        {
            team.Run(items, body);
            return;
        }

        for (int item = 0; item < items; item++)
            body(item, 0);
    }

    private void Pack(int panel, int worker)
    {
        int first = panel * Width, columns = Math.Min(Width, geometry.Columns - first);
        T* target = packed + ((long)panel * PanelLength);
        for (int j = 0; j < Width; j++)
            target[j] = bias is null || j >= columns ? T.Zero : bias[first + j];
        target += Width;
        foreach (PixelTable table in geometry.Tables)
            target = WeightPanel.Pack(weights + ((long)first * geometry.WeightStride), geometry.WeightStride, table.Weights, columns, Width, target);
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
        if (geometry.Layout.Copies)
        {
            long length = geometry.Layout.Length(count);
            T* copy = ConvolutionBuffers.Get<T>(ConvolutionBuffer.Images, length);
            new Span<T>(copy, checked((int)length)).Clear();
            geometry.Layout.Copy(read, count, copy);
            read = copy;
        }

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
