using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>
/// Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A, summed over channels, for few tiles and many kernels: all tiles are transformed once, then each panel of lanes is one
/// thread's item, whose kernels are transformed block by block where they are used and never leave the second-level cache.
/// </summary>
internal sealed unsafe class WinogradStripes<T, TVector, TSimd, TData, TKernel, TOutput>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : struct
    where TSimd : ISimd<T, TVector>
    where TData : struct, IWinogradMap<T>
    where TKernel : struct, IWinogradMap<T>
    where TOutput : struct, IWinogradMap<T>
{
    /// <summary>Tiles between two passes over the kernels.</summary>
    private const int MostTiles = 128;

    /// <summary>Tiles transformed by one item.</summary>
    private const int TilesAtOnce = 8;

    /// <summary>Longest run of channels between two roundings: a panel then fits the first-level cache.</summary>
    private const int InnerBlock = 128;

    [ThreadStatic]
    private static WinogradStripes<T, TVector, TSimd, TData, TKernel, TOutput>? instance;

    private readonly Action<int, int> data, stripes;
    private WinogradOperands<T> o;
    private WinogradTiles tiles;
    private int firstImage;
    private T* v, bias;

    private WinogradStripes() => (data, stripes) = (Data, Stripe);

    private static int Components => TData.Outputs * TData.Outputs;

    private static int Width => 2 * TSimd.Count;

    private int Panels => (o.Lanes + Width - 1) / Width;

    private int PerImage => tiles.Down * tiles.Across;

    private nint DataRow => (o.Channels + TSimd.Count - 1) / TSimd.Count * TSimd.Count;

    /// <summary>One vector more than needed: components would otherwise be a power of two apart and share the same sets of the caches.</summary>
    private nint DataComponent => (o.Images * PerImage * DataRow) + TSimd.Count;

    public static void Run(WorkerTeam? team, in WinogradOperands<T> operands)
    {
        WinogradStripes<T, TVector, TSimd, TData, TKernel, TOutput> job = instance ?? new WinogradStripes<T, TVector, TSimd, TData, TKernel, TOutput>();
        instance = null;
        WinogradMemory memory = WinogradMemory.TakeShared();
        job.o = operands;
        job.tiles = operands.Tiles(operands.Images, TOutput.Outputs, TilesAtOnce);
        int images = Math.Min(operands.Images, Math.Max(1, MostTiles / job.PerImage)), lanes = job.Panels * Width;
        job.o.Images = images;
        job.v = memory.Get<T>((Components * job.DataComponent) + lanes);
        job.bias = job.v + (Components * job.DataComponent);
        for (int lane = 0; lane < lanes; lane++)
            job.bias[lane] = operands.Bias is null || lane >= operands.Lanes ? T.Zero : operands.Bias[lane];
        for (job.firstImage = 0; job.firstImage < operands.Images; job.firstImage += images)
        {
            job.o.Images = Math.Min(images, operands.Images - job.firstImage);
            job.tiles = operands.Tiles(job.o.Images, TOutput.Outputs, TilesAtOnce);
            TeamItems.Run(team, job.tiles.Items, job.data);
            TeamItems.Run(team, job.Panels, job.stripes);
        }

        WinogradMemory.GiveBack(memory);
        instance = job;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Data(int item, int worker)
    {
        (int first, int end, int firstRow, int endRow) = tiles.Item(item);
        nint row = DataRow;
        T* scratch = WinogradMemory.Own.Get<T>(WinogradBand<T, TVector, TSimd, TData>.Scratch(tiles, o.Columns, row));
        for (int image = first; image < end; image++)
        {
            T* x = o.X + ((firstImage + image) * o.Channels * o.Plane);
            var planes = new WinogradPlanes<T>(v + (((image * PerImage) + (firstRow * tiles.Across)) * row), DataComponent, row, Width);
            WinogradBand<T, TVector, TSimd, TData>.Transform(x, o.Channels, o.Rows, o.Columns, o.Padding, tiles, firstRow, endRow, row, planes, scratch);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Stripe(int panel, int worker)
    {
        int blocks = (o.Channels + InnerBlock - 1) / InnerBlock, inner = (o.Channels + blocks - 1) / blocks, count = o.Images * PerImage;
        nint kernel = (inner * Width) + TSimd.Count, sum = (count * Width) + TSimd.Count, row = DataRow, dataComponent = DataComponent;
        WinogradTiles whole = o.Tiles(o.Images, TOutput.Outputs, PerImage);
        nint length = Math.Max(WinogradKernels<T, TVector, TSimd, TKernel>.Scratch, WinogradReturn<T, TVector, TSimd, TOutput>.Scratch(whole, Width));
        T* u = WinogradMemory.Own.Get<T>((Components * (kernel + sum)) + length), s = u + (Components * kernel), scratch = s + (Components * sum);
        for (int p = 0; p < o.Channels; p += inner)
        {
            int depth = Math.Min(inner, o.Channels - p);
            WinogradKernels<T, TVector, TSimd, TKernel>.Transform(o, panel * Width, p, depth, u, kernel, scratch);
            for (int e = 0; e < Components; e++)
            {
                var a = new Strided<T>(v + (e * dataComponent) + p, row, 1);
                WinogradProduct<T, TVector, TSimd>.Panel(count, depth, a, u + (e * kernel), p == 0 ? T.Zero : T.One, s + (e * sum), Width);
            }
        }

        int lane = panel * Width;
        for (int image = 0; image < o.Images; image++)
        {
            T* y = o.Y + ((((firstImage + image) * o.Lanes) + lane) * o.OutputPlane);
            var planes = new WinogradPlanes<T>(s + (image * PerImage * Width), sum, Width, Width);
            WinogradReturn<T, TVector, TSimd, TOutput>.Transform(
                planes, whole, 0, tiles.Down, Width, Math.Min(Width, o.Lanes - lane), bias + lane, o.Beta, y, scratch);
        }
    }
}
