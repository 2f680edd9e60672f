using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>
/// Rows are result pixels, columns are result planes: the weights are packed once, then every chunk of images is a product of its own, or, if there are few,
/// several for groups of panels. The cut depends on the shape alone, and the bits not even on that: every element is one chain of multiply-adds.
/// </summary>
internal sealed unsafe class PixelProduct<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Packing with fewer elements is not handed to other threads.</summary>
    private const int SharedPacking = 1 << 15;

    /// <summary>Items to share out, if the shape allows.</summary>
    private const int Items = 8;

    /// <summary>Multiplications below which an item is not worth it.</summary>
    private const double ItemVolume = 1 << 18;

    /// <summary>Steps of depth that transposing and storing takes.</summary>
    private const int StoreCost = 10;

    /// <summary>With narrower vectors, two products a cycle wait for loads.</summary>
    private const double LoadCost = 1.25;

    [ThreadStatic]
    private static PixelProduct<T>? instance;

    private readonly Action<int, int> pack, multiply;
    private PixelGeometry geometry = null!;
    private int images, chunk, groups;
    private T* source, weights, bias, result, packed;
    private T beta;

    private PixelProduct() => (pack, multiply) = (Pack, Multiply);

    private int Panels => (geometry.Columns + SimdWidth<T>.Lanes - 1) / SimdWidth<T>.Lanes;

    /// <summary>Elements of a packed panel: bias, then the weights of all tables.</summary>
    private int PanelLength => (1 + geometry.Depth) * SimdWidth<T>.Lanes;

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
    public static double Cost(PixelGeometry geometry) =>
        (double)((geometry.Columns + SimdWidth<T>.Lanes - 1) / SimdWidth<T>.Lanes) * Steps(geometry) * (Vector512.IsHardwareAccelerated ? 1 : LoadCost);

    private static double Steps(PixelGeometry geometry)
    {
        double steps = 0;
        foreach (PixelTable table in geometry.Tables)
            steps += (double)table.RowsPerImage * (table.Depths.Length + StoreCost);
        return steps;
    }

    private void Run(WorkerTeam? team)
    {
        packed = ConvolutionBuffers.Get<T>(ConvolutionBuffer.Weights, (long)Panels * PanelLength);
        TeamItems.Run((long)Panels * PanelLength < SharedPacking ? null : team, Panels, pack);
        chunk = Math.Clamp((images + Items - 1) / Items, 1, geometry.Chunk);
        int chunks = (images + chunk - 1) / chunk;
        double volume = images * Cost(geometry) * SimdWidth<T>.Lanes;
        groups = Math.Clamp((int)Math.Min(Items, volume / ItemVolume) / chunks, 1, Panels);
        TeamItems.Run(team, chunks * groups, multiply);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pack(int panel, int worker)
    {
        int width = SimdWidth<T>.Lanes, first = panel * width, columns = Math.Min(width, geometry.Columns - first);
        T* target = packed + ((long)panel * PanelLength);
        for (int j = 0; j < width; j++)
            target[j] = bias is null || j >= columns ? T.Zero : bias[first + j];
        geometry.Weights.Pack(weights + ((long)first * geometry.Weights.Column), geometry.Tables, columns, width, target + width);
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
        int first = item / groups * chunk, count = Math.Min(chunk, images - first), group = item % groups;
        T* read = source + ((long)first * geometry.SourceSize);
        read = geometry.Layout.Read(read, count, geometry.Layout.Prepare<T>(count));
        int end = (group + 1) * Panels / groups;
        for (int panel = group * Panels / groups; panel < end; panel++)
        {
            T* start = packed + ((long)panel * PanelLength);
            int columns = Math.Min(TSimd.Count, geometry.Columns - (panel * TSimd.Count));
            T* write = result + ((long)first * geometry.ResultSize) + ((long)panel * TSimd.Count * geometry.Plane);
            if (geometry.Residues is null)
            {
                var output = new TransposedTile<T>(write, geometry.Plane, columns, beta);
                Rows<TVector, TSimd>(read, geometry.Tables[0], count * geometry.Plane, start, start + TSimd.Count, output);
            }
            else
            {
                Classes<TVector, TSimd>(read, count, start, columns, write);
            }
        }
    }

    /// <summary>The product of each pair of residue classes by itself, then all together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Classes<TVector, TSimd>(T* read, int count, T* start, int columns, T* write)
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        PixelTable[] tables = geometry.Tables;
        int plane = count * geometry.Plane;
        T* sums = ConvolutionBuffers.Get<T>(ConvolutionBuffer.Results, (long)columns * plane), panel = start + TSimd.Count;
        T** pixels = stackalloc T*[tables.Length];
        int before = 0;
        for (int k = 0; k < tables.Length; k++)
        {
            pixels[k] = tables[k].Depths.Length == 0 ? null : sums + before;
            if (tables[k].Depths.Length > 0)
                Rows<TVector, TSimd>(read, tables[k], count * tables[k].RowsPerImage, start, panel, new TransposedTile<T>(sums + before, plane, columns, T.Zero));
            before += count * tables[k].RowsPerImage;
            panel += tables[k].Depths.Length * TSimd.Count;
        }

        for (int c = 0; c < columns; c++)
        {
            geometry.Residues!.Store(pixels, count, beta, write + ((long)c * geometry.Plane), geometry.ResultSize);
            for (int k = 0; k < tables.Length; k++)
                pixels[k] = pixels[k] is null ? null : pixels[k] + plane;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows<TVector, TSimd>(T* source, PixelTable table, int count, T* start, T* panel, TransposedTile<T> output)
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        const int Height = 8;
        T* tile = stackalloc T[Height * TSimd.Count];
        fixed (int* rows = table.Rows, targets = table.Targets, depths = table.Depths)
        {
            for (int r = 0; r < count; r += Height)
            {
                int height = Math.Min(Height, count - r);
                IndirectTile<T, TVector, TSimd>.Multiply(source, rows + r, height - 1, depths, table.Depths.Length, panel, start, 0, tile);
                output.Store(tile, TSimd.Count, targets + r, height);
            }
        }
    }
}
