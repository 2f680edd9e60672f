using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>
/// dG += Gᵀ [(A dY Aᵀ) ⊙ (Bᵀ d B)] G, summed over tiles, for few tiles and many kernels: all tiles are transformed once, then each block of
/// channels x lanes is one thread's item, whose sums never leave the second-level cache.
/// </summary>
internal sealed unsafe class WinogradWeightBlocks<T, TVector, TSimd, TData, TAdjoint, TKernel>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : struct
    where TSimd : ISimd<T, TVector>
    where TData : struct, IWinogradMap<T>
    where TAdjoint : struct, IWinogradMap<T>
    where TKernel : struct, IWinogradMap<T>
{
    /// <summary>Tiles between two additions to the kernels; a panel of them fits the first-level cache.</summary>
    private const int MostTiles = 128;

    /// <summary>Tiles transformed by one item.</summary>
    private const int TilesAtOnce = 8;

    [ThreadStatic]
    private static WinogradWeightBlocks<T, TVector, TSimd, TData, TAdjoint, TKernel>? instance;

    private readonly Action<int, int> transforms, blocks;
    private WinogradOperands<T> o;
    private WinogradTiles tiles;
    private int firstImage;
    private WinogradPlanes<T> v, z;

    private WinogradWeightBlocks() => (transforms, blocks) = (Transform, Block);

    private static int Components => TData.Outputs * TData.Outputs;

    private static int Width => 2 * TSimd.Count;

    private static int Side => WinogradSums<T, TVector, TSimd, TKernel>.Side;

    private int PerImage => tiles.Down * tiles.Across;

    public static void Run(WorkerTeam? team, in WinogradOperands<T> operands)
    {
        WinogradWeightBlocks<T, TVector, TSimd, TData, TAdjoint, TKernel> job =
            instance ?? new WinogradWeightBlocks<T, TVector, TSimd, TData, TAdjoint, TKernel>();
        instance = null;
        WinogradMemory memory = WinogradMemory.TakeShared();
        job.o = operands;
        job.tiles = operands.Tiles(operands.Images, TAdjoint.Inputs, TilesAtOnce);
        int images = Math.Min(operands.Images, Math.Max(1, MostTiles / job.PerImage));
        nint panel = (images * job.PerImage * Width) + TSimd.Count;
        nint data = (Padded(operands.Channels) / Width * panel) + TSimd.Count, adjoint = (Padded(operands.Lanes) / Width * panel) + TSimd.Count;
        T* start = memory.Get<T>(Components * (data + adjoint));
        (job.v, job.z) = (new(start, data, Width, panel), new(start + (Components * data), adjoint, Width, panel));
        int count = (operands.Channels + Side - 1) / Side * ((operands.Lanes + Side - 1) / Side);
        for (job.firstImage = 0; job.firstImage < operands.Images; job.firstImage += images)
        {
            job.o.Images = Math.Min(images, operands.Images - job.firstImage);
            job.tiles = operands.Tiles(job.o.Images, TAdjoint.Inputs, TilesAtOnce);
            TeamItems.Run(team, job.tiles.Items, job.transforms);
            TeamItems.Run(team, count, job.blocks);
        }

        WinogradMemory.GiveBack(memory);
        instance = job;
    }

    private static nint Padded(int lanes) => (lanes + Width - 1) / Width * Width;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Transform(int item, int worker)
    {
        (int first, int end, int firstRow, int endRow) = tiles.Item(item);
        nint vWidth = Padded(o.Channels), zWidth = Padded(o.Lanes);
        T* scratch = WinogradMemory.Own.Get<T>(Math.Max(
            WinogradBand<T, TVector, TSimd, TData>.Scratch(tiles, o.Columns, vWidth), WinogradBand<T, TVector, TSimd, TAdjoint>.Scratch(tiles, tiles.Columns, zWidth)));
        for (int image = first; image < end; image++)
        {
            nint tile = ((image * PerImage) + (firstRow * tiles.Across)) * Width;
            T* x = o.X + ((firstImage + image) * o.Channels * o.Plane), y = o.Y + ((firstImage + image) * o.Lanes * o.OutputPlane);
            WinogradBand<T, TVector, TSimd, TData>.Transform(
                x, o.Channels, o.Rows, o.Columns, o.Padding, tiles, firstRow, endRow, vWidth, new(v.Start + tile, v.Component, v.Tile, v.Panel), scratch);
            WinogradBand<T, TVector, TSimd, TAdjoint>.Transform(
                y, o.Lanes, tiles.Rows, tiles.Columns, 0, tiles, firstRow, endRow, zWidth, new(z.Start + tile, z.Component, z.Tile, z.Panel), scratch);
        }
    }

    private void Block(int item, int worker)
    {
        int laneBlocks = (o.Lanes + Side - 1) / Side, channel = item / laneBlocks * Side, lane = item % laneBlocks * Side;
        int channels = Math.Min(Side, o.Channels - channel), lanes = Math.Min(Side, o.Lanes - lane);
        nint length = WinogradSums<T, TVector, TSimd, TKernel>.Length;
        T* sums = WinogradMemory.Own.Get<T>(length + WinogradSums<T, TVector, TSimd, TKernel>.Scratch(Side));
        var data = new WinogradPlanes<T>(v.Start + (channel / Width * v.Panel), v.Component, v.Tile, v.Panel);
        var adjoint = new WinogradPlanes<T>(z.Start + (lane / Width * z.Panel), z.Component, z.Tile, z.Panel);
        WinogradSums<T, TVector, TSimd, TKernel>.Multiply(o.Images * PerImage, channels, data, lanes, adjoint, T.Zero, sums);
        T* w = o.W + (lane * o.LaneStep) + (channel * o.ChannelStep);
        WinogradSums<T, TVector, TSimd, TKernel>.AddTo(w, o.LaneStep, channels, lanes, sums, sums + length);
    }
}
