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
    [ThreadStatic]
    private static TapProduct<T>? instance;

    private readonly Action<int, int> sum, add;
    private ConvolutionShape shape = null!;
    private PixelGeometry geometry = null!;
    private int images, groups, stripes, imagesOfGroup, panelsOfStripe;
    private T* x, ay, aw, sums;

    private TapProduct() => (sum, add) = (Sum, Add);

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
        int panels = (shape.Outputs + SimdWidth<T>.Lanes - 1) / SimdWidth<T>.Lanes, tiles = (shape.Taps + 7) / 8;
        return ((8.0 * tiles) + PackCost) * panels * shape.OutputPixels;
    }

    /// <summary>Cycles to transpose a vector of results.</summary>
    private const double PackCost = 6;

    private int Panels => (shape.Outputs + SimdWidth<T>.Lanes - 1) / SimdWidth<T>.Lanes;

    private int Tiles => (shape.Taps + 7) / 8;

    private const int Items = 8;

    /// <summary>Sums of more weights are not kept several times.</summary>
    private const int GroupedWeights = 1 << 18;

    private void Run(WorkerTeam? team)
    {
        groups = Math.Clamp(GroupedWeights / shape.WeightSize, 1, Math.Min(Items, images));
        imagesOfGroup = (images + groups - 1) / groups;
        groups = (images + imagesOfGroup - 1) / imagesOfGroup;
        stripes = Math.Min(Panels, (Items + groups - 1) / groups);
        panelsOfStripe = (Panels + stripes - 1) / stripes;
        stripes = (Panels + panelsOfStripe - 1) / panelsOfStripe;
        sums = ConvolutionBuffers.Get<T>(ConvolutionBuffer.Weights, (long)groups * Panels * Tiles * 8 * SimdWidth<T>.Lanes);
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
        int firstImage = group * imagesOfGroup, endImage = Math.Min(images, firstImage + imagesOfGroup);
        int firstPanel = stripe * panelsOfStripe, endPanel = Math.Min(Panels, firstPanel + panelsOfStripe);
        int chunk = Math.Min(geometry.Chunk, imagesOfGroup), pixels = shape.OutputPixels;
        T* copy = geometry.Layout.Prepare<T>(chunk);
        T* mine = sums + ((long)group * Panels * Tiles * 8 * TSimd.Count);
        new Span<T>(mine + ((long)firstPanel * Tiles * 8 * TSimd.Count), (endPanel - firstPanel) * Tiles * 8 * TSimd.Count).Clear();
        T* panel = ConvolutionBuffers.Get<T>(ConvolutionBuffer.Panel, (long)chunk * pixels * TSimd.Count);
        fixed (int* taps = geometry.Tables[0].Depths, windows = geometry.Tables[0].Rows)
        {
            for (int first = firstImage; first < endImage; first += chunk)
            {
                int count = Math.Min(chunk, endImage - first);
                T* read = geometry.Layout.Read(x + ((long)first * shape.InputSize), count, copy);
                for (int j = firstPanel; j < endPanel; j++)
                {
                    int columns = Math.Min(TSimd.Count, shape.Outputs - (j * TSimd.Count));
                    for (int n = 0; n < count; n++)
                    {
                        T* planes = ay + ((long)(first + n) * shape.OutputSize) + (j * TSimd.Count * pixels);
                        Panel.Pack(new Strided<T>(planes, 1, pixels), pixels, columns, TSimd.Count, panel + (n * pixels * TSimd.Count));
                    }

                    T* tile = mine + ((long)j * Tiles * 8 * TSimd.Count);
                    for (int t = 0; t < Tiles; t++, tile += 8 * TSimd.Count)
                    {
                        int last = Math.Min(8, shape.Taps - (t * 8)) - 1;
                        IndirectTile<T, TVector, TSimd>.Multiply(read, taps + (t * 8), last, windows, count * pixels, panel, tile, TSimd.Count, tile);
                    }
                }
            }
        }
    }

    private void Add(int panel, int worker)
    {
        int columns = Math.Min(SimdWidth<T>.Lanes, shape.Outputs - (panel * SimdWidth<T>.Lanes));
        long groupLength = (long)Panels * Tiles * 8 * SimdWidth<T>.Lanes;
        T* from = sums + ((long)panel * Tiles * 8 * SimdWidth<T>.Lanes);
        T* to = aw + ((long)panel * SimdWidth<T>.Lanes * shape.Taps);
        int* targets = stackalloc int[8];
        var output = new TransposedTile<T>(to, shape.Taps, columns, T.One);
        for (int t = 0; t < Tiles; t++, from += 8 * SimdWidth<T>.Lanes)
        {
            for (int i = 0; i < 8; i++)
                targets[i] = (t * 8) + i;
            int height = Math.Min(8, shape.Taps - (t * 8));
            for (int group = 1; group < groups; group++)
                Vectors.AddScaled(T.One, new ReadOnlySpan<T>(from + (group * groupLength), 8 * SimdWidth<T>.Lanes), new Span<T>(from, 8 * SimdWidth<T>.Lanes));
            output.Store(from, SimdWidth<T>.Lanes, targets, height);
        }
    }
}
