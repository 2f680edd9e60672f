using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>
/// Gradient of the weight: rows are taps, columns are output channels, depth runs over all pixels of all images. Items are groups of images times stripes
/// of output channels; the sums of groups are added in order. The cut depends on the shape alone, and so do the bits.
/// </summary>
internal sealed unsafe class TapProduct<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Rows of a tile.</summary>
    private const int Height = 8;

    /// <summary>Items to share out, if the shape allows.</summary>
    private const int Items = 8;

    /// <summary>Sums of more weights are not kept several times.</summary>
    private const int GroupedWeights = 1 << 18;

    /// <summary>Pixels of a larger image are multiplied in blocks of so many: their panel stays in the second-level cache.</summary>
    private const int Block = PixelGeometry.ChunkPixels / 2;

    /// <summary>Cycles to transpose a vector of results.</summary>
    private const double PackCost = 6;

    [ThreadStatic]
    private static TapProduct<T>? instance;

    private readonly Action<int, int> sum, add;
    private ConvolutionShape shape = null!;
    private PixelGeometry geometry = null!;
    private int images, groups, stripes, imagesOfGroup, panelsOfStripe;
    private T* x, ay, aw, sums;

    private TapProduct() => (sum, add) = (Sum, Add);

    private int Panels => (shape.Outputs + SimdWidth<T>.Lanes - 1) / SimdWidth<T>.Lanes;

    private int Tiles => (shape.Taps + Height - 1) / Height;

    /// <summary>Elements of all sums of a panel.</summary>
    private int PanelLength => Tiles * Height * SimdWidth<T>.Lanes;

    /// <summary>aw ← aw + adjoint of ay.</summary>
    public static void Run(WorkerTeam? team, ConvolutionShape shape, PixelGeometry forward, int images, T* x, T* ay, T* aw)
    {
        TapProduct<T> job = instance ?? new TapProduct<T>();
        instance = null;
        (job.shape, job.geometry, job.images) = (shape, forward, images);
        job.x = x;
        job.ay = ay;
        job.aw = aw;
        job.Run(team);
        instance = job;
    }

    /// <summary>About how many cycles an image takes.</summary>
    public static double Cost(ConvolutionShape shape)
    {
        int panels = (shape.Outputs + SimdWidth<T>.Lanes - 1) / SimdWidth<T>.Lanes, tiles = (shape.Taps + Height - 1) / Height;
        return (((double)Height * tiles) + PackCost) * panels * shape.OutputPixels;
    }

    private void Run(WorkerTeam? team)
    {
        groups = Math.Clamp(GroupedWeights / shape.WeightSize, 1, Math.Min(Items, images));
        imagesOfGroup = (images + groups - 1) / groups;
        groups = (images + imagesOfGroup - 1) / imagesOfGroup;
        stripes = Math.Min(Panels, (Items + groups - 1) / groups);
        panelsOfStripe = (Panels + stripes - 1) / stripes;
        stripes = (Panels + panelsOfStripe - 1) / panelsOfStripe;
        sums = ConvolutionBuffers.Get<T>(ConvolutionBuffer.Weights, (long)groups * Panels * PanelLength);
        TeamItems.Run(team, groups * stripes, sum);
        TeamItems.Run(team, Panels, add);
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
        int group = item / stripes, stripe = item % stripes;
        int firstPanel = stripe * panelsOfStripe, endPanel = Math.Min(Panels, firstPanel + panelsOfStripe);
        T* mine = sums + ((((long)group * Panels) + firstPanel) * PanelLength);
        new Span<T>(mine, (endPanel - firstPanel) * PanelLength).Clear();
        int end = Math.Min(images, (group + 1) * imagesOfGroup), chunk = Math.Min(geometry.Chunk, imagesOfGroup), pixels = shape.OutputPixels;
        T* copy = geometry.Layout.Prepare<T>(chunk);
        T* panel = ConvolutionBuffers.Get<T>(ConvolutionBuffer.Panel, (long)(pixels > Block ? Block : chunk * pixels) * TSimd.Count);
        for (int first = group * imagesOfGroup; first < end; first += chunk)
        {
            // Either some whole images or a part of one: a chunk of images above the block length is one image.
            int count = Math.Min(chunk, end - first), step = pixels > Block ? Block : pixels;
            T* read = geometry.Layout.Read(x + ((long)first * shape.InputSize), count, copy);
            for (int pixel = 0; pixel < pixels; pixel += step)
            {
                int length = Math.Min(step, pixels - pixel);
                T* tiles = mine;
                for (int j = firstPanel; j < endPanel; j++, tiles += PanelLength)
                {
                    T* planes = ay + ((long)first * shape.OutputSize) + ((long)j * TSimd.Count * pixels) + pixel;
                    int columns = Math.Min(TSimd.Count, shape.Outputs - (j * TSimd.Count));
                    for (int n = 0; n < count; n++, planes += shape.OutputSize)
                        Panel.Pack(new Strided<T>(planes, 1, pixels), length, columns, TSimd.Count, panel + ((long)n * length * TSimd.Count));
                    Taps<TVector, TSimd>(read, pixel, count * length, panel, tiles);
                }
            }
        }
    }

    /// <summary>All taps with one panel of pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Taps<TVector, TSimd>(T* read, int first, int count, T* panel, T* tile)
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        fixed (int* taps = geometry.Tables[0].Depths, windows = geometry.Tables[0].Rows)
        {
            for (int t = 0; t < shape.Taps; t += Height, tile += Height * TSimd.Count)
            {
                int last = Math.Min(Height, shape.Taps - t) - 1;
                IndirectTile<T, TVector, TSimd>.Multiply(read, taps + t, last, windows + first, count, panel, tile, TSimd.Count, tile);
            }
        }
    }

    /// <summary>Adds the sums of all groups for one panel of output channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(int panel, int worker)
    {
        int width = SimdWidth<T>.Lanes, columns = Math.Min(width, shape.Outputs - (panel * width));
        int* targets = stackalloc int[Height];
        var output = new TransposedTile<T>(aw + ((long)panel * width * shape.Taps), shape.Taps, columns, T.One);
        T* from = sums + ((long)panel * PanelLength);
        for (int t = 0; t < shape.Taps; t += Height, from += Height * width)
        {
            for (int i = 0; i < Height; i++)
                targets[i] = t + i;
            var total = new Span<T>(from, Height * width);
            for (int group = 1; group < groups; group++)
                Vectors.AddScaled(T.One, new ReadOnlySpan<T>(from + ((long)group * Panels * PanelLength), Height * width), total);
            output.Store(from, width, targets, Math.Min(Height, shape.Taps - t));
        }
    }
}
