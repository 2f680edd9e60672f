using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>
/// Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A, summed over channels: the kernels are transformed once, then each item of tiles is transformed,
/// multiplied component by component and transformed back by one thread.
/// </summary>
internal sealed unsafe class WinogradForward<T, TVector, TSimd, TData, TKernel, TOutput>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : struct
    where TSimd : ISimd<T, TVector>
    where TData : struct, IWinogradMap<T>
    where TKernel : struct, IWinogradMap<T>
    where TOutput : struct, IWinogradMap<T>
{
    /// <summary>Tiles of one item: its transformed data stay in the second-level cache as long as there are few channels.</summary>
    private const int TilesAtOnce = 32;

    /// <summary>Longest run of channels between two roundings: a panel then fits the first-level cache.</summary>
    private const int InnerBlock = 128;

    [ThreadStatic]
    private static WinogradForward<T, TVector, TSimd, TData, TKernel, TOutput>? instance;

    private readonly Action<int, int> kernels, items;
    private WinogradOperands<T> o;
    private WinogradTiles tiles;
    private T* u, bias;

    private WinogradForward() => (kernels, items) = (Kernels, Tiles);

    private static int Components => TData.Outputs * TData.Outputs;

    private static int Width => 2 * TSimd.Count;

    private int Panels => (o.Lanes + Width - 1) / Width;

    private nint DataRow => (o.Channels + TSimd.Count - 1) / TSimd.Count * TSimd.Count;

    /// <summary>One vector more than needed: components would otherwise be a power of two apart and share the same sets of the caches.</summary>
    private nint KernelComponent => ((nint)Panels * o.Channels * Width) + TSimd.Count;

    public static void Run(WorkerTeam? team, in WinogradOperands<T> operands)
    {
        WinogradForward<T, TVector, TSimd, TData, TKernel, TOutput> job = instance ?? new WinogradForward<T, TVector, TSimd, TData, TKernel, TOutput>();
        instance = null;
        WinogradMemory memory = WinogradMemory.TakeShared();
        job.o = operands;
        job.tiles = operands.Tiles(operands.Images, TOutput.Outputs, TilesAtOnce);
        int lanes = job.Panels * Width;
        job.u = memory.Get<T>((Components * job.KernelComponent) + lanes);
        job.bias = job.u + (Components * job.KernelComponent);
        for (int lane = 0; lane < lanes; lane++)
            job.bias[lane] = operands.Bias is null || lane >= operands.Lanes ? T.Zero : operands.Bias[lane];
        TeamItems.Run(team, job.Panels, job.kernels);
        TeamItems.Run(team, job.tiles.Items, job.items);
        WinogradMemory.GiveBack(memory);
        instance = job;
    }

    /// <summary>G g Gᵀ for all channels of one panel of lanes: u[component][panel][channel][lane].</summary>
    private void Kernels(int panel, int worker) => WinogradKernels<T, TVector, TSimd, TKernel>.Transform(
        o, panel * Width, 0, o.Channels, u + ((nint)panel * o.Channels * Width), KernelComponent,
        WinogradMemory.Own.Get<T>(WinogradKernels<T, TVector, TSimd, TKernel>.Scratch));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Tiles(int item, int worker)
    {
        (int firstImage, int endImage, int firstRow, int endRow) = tiles.Item(item);
        nint dataRow = DataRow, sumRow = Panels * Width;
        nint data = (tiles.MostTiles * dataRow) + TSimd.Count, sum = (tiles.MostTiles * sumRow) + TSimd.Count;
        nint there = WinogradBand<T, TVector, TSimd, TData>.Scratch(tiles, o.Columns, dataRow);
        nint back = WinogradReturn<T, TVector, TSimd, TOutput>.Scratch(tiles, sumRow);
        T* v = WinogradMemory.Own.Get<T>((Components * (data + sum)) + Math.Max(there, back));
        T* s = v + (Components * data), scratch = s + (Components * sum);
        int perImage = (endRow - firstRow) * tiles.Across, count = perImage * (endImage - firstImage);
        for (int image = firstImage; image < endImage; image++)
        {
            T* x = o.X + (image * o.Channels * o.Plane);
            var planes = new WinogradPlanes<T>(v + ((image - firstImage) * perImage * dataRow), data, dataRow, Width);
            WinogradBand<T, TVector, TSimd, TData>.Transform(
                x, o.Channels, o.Rows, o.Columns, o.Padding, tiles, firstRow, endRow, dataRow, planes, scratch);
        }

        Products(count, v, data, s, sum);
        for (int image = firstImage; image < endImage; image++)
        {
            T* y = o.Y + (image * o.Lanes * o.OutputPlane);
            var planes = new WinogradPlanes<T>(s + ((image - firstImage) * perImage * sumRow), sum, sumRow, Width);
            WinogradReturn<T, TVector, TSimd, TOutput>.Transform(planes, tiles, firstRow, endRow, sumRow, o.Lanes, bias, o.Beta, y, scratch);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Products(int count, T* v, nint data, T* s, nint sum)
    {
        nint dataRow = DataRow, sumRow = Panels * Width;
        int blocks = (o.Channels + InnerBlock - 1) / InnerBlock, inner = (o.Channels + blocks - 1) / blocks;
        for (int e = 0; e < Components; e++)
        {
            for (int p = 0; p < o.Channels; p += inner)
            {
                int depth = Math.Min(inner, o.Channels - p);
                var a = new Strided<T>(v + (e * data) + p, dataRow, 1);
                for (int panel = 0; panel < Panels; panel++)
                {
                    T* b = u + (e * KernelComponent) + ((((nint)panel * o.Channels) + p) * Width);
                    WinogradProduct<T, TVector, TSimd>.Panel(count, depth, a, b, p == 0 ? T.Zero : T.One, s + (e * sum) + (panel * Width), sumRow);
                }
            }
        }
    }
}
