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

    private static int Width => Vector512.IsHardwareAccelerated ? Vector512<T>.Count
        : Vector256.IsHardwareAccelerated ? Vector256<T>.Count
        : Vector128.IsHardwareAccelerated ? Vector128<T>.Count : 1;

    private int Panels => (shape.Outputs + Width - 1) / Width;

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
        sums = ConvolutionBuffers.Get<T>(ConvolutionBuffer.Weights, (long)groups * Panels * Tiles * 8 * Width);
        Each(team, groups * stripes, sum);
        Each(team, Panels, add);
    }

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
        PlaneLayout layout = geometry.Layout;
        T* copy = null;
        int chunk = Math.Min(geometry.Chunk, imagesOfGroup), pixels = shape.OutputPixels;
        if (layout.Copies)
        {
            long length = layout.Length(chunk);
            copy = ConvolutionBuffers.Get<T>(ConvolutionBuffer.Images, length);
            new Span<T>(copy, checked((int)length)).Clear();
        }

        T* mine = sums + ((long)group * Panels * Tiles * 8 * TSimd.Count);
        new Span<T>(mine + ((long)firstPanel * Tiles * 8 * TSimd.Count), (endPanel - firstPanel) * Tiles * 8 * TSimd.Count).Clear();
        T* panel = ConvolutionBuffers.Get<T>(ConvolutionBuffer.Panel, (long)chunk * pixels * TSimd.Count);
        fixed (int* taps = geometry.Tables[0].Depths, windows = geometry.Tables[0].Rows)
        {
            for (int first = firstImage; first < endImage; first += chunk)
            {
                int count = Math.Min(chunk, endImage - first);
                T* read = x + ((long)first * shape.InputSize);
                if (layout.Copies)
                {
                    layout.Copy(read, count, copy);
                    read = copy;
                }

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
        int columns = Math.Min(Width, shape.Outputs - (panel * Width));
        long groupLength = (long)Panels * Tiles * 8 * Width;
        T* from = sums + ((long)panel * Tiles * 8 * Width);
        T* to = aw + ((long)panel * Width * shape.Taps);
        int* targets = stackalloc int[8];
        var output = new TransposedTile<T>(to, shape.Taps, columns, T.One);
        for (int t = 0; t < Tiles; t++, from += 8 * Width)
        {
            for (int i = 0; i < 8; i++)
                targets[i] = (t * 8) + i;
            int height = Math.Min(8, shape.Taps - (t * 8));
            for (int group = 1; group < groups; group++)
                Vectors.AddScaled(T.One, new ReadOnlySpan<T>(from + (group * groupLength), 8 * Width), new Span<T>(from, 8 * Width));
            output.Store(from, Width, targets, height);
        }
    }
}
