using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>
/// dG += Gᵀ [(A dY Aᵀ) ⊙ (Bᵀ d B)] G, summed over tiles: the adjoint of the forward product in its kernels. An item is a block of channels x lanes
/// and a group of images, whose tiles are transformed and multiplied in the caches; the groups' sums are then added in order.
/// </summary>
internal sealed unsafe class WinogradWeights<T, TVector, TSimd, TData, TAdjoint, TKernel>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : struct
    where TSimd : ISimd<T, TVector>
    where TData : struct, IWinogradMap<T>
    where TAdjoint : struct, IWinogradMap<T>
    where TKernel : struct, IWinogradMap<T>
{
    private const int TilesAtOnce = 64;

    /// <summary>Items wanted, for the sake of threads.</summary>
    private const int WantedItems = 8;

    /// <summary>Channels whose groups are added by one item.</summary>
    private const int SliceChannels = 16;

    [ThreadStatic]
    private static WinogradWeights<T, TVector, TSimd, TData, TAdjoint, TKernel>? instance;

    private readonly Action<int, int> groups, slices;
    private WinogradOperands<T> o;
    private WinogradTiles tiles;
    private int laneBlocks, groupCount;
    private T* sums;

    private WinogradWeights() => (groups, slices) = (Group, Slice);

    private static int Components => TData.Outputs * TData.Outputs;

    private static int Width => 2 * TSimd.Count;

    private static int Side => WinogradSums<T, TVector, TSimd, TKernel>.Side;

    private static nint SumLength => WinogradSums<T, TVector, TSimd, TKernel>.Length;

    public static void Run(WorkerTeam? team, in WinogradOperands<T> operands)
    {
        WinogradWeights<T, TVector, TSimd, TData, TAdjoint, TKernel> job = instance ?? new WinogradWeights<T, TVector, TSimd, TData, TAdjoint, TKernel>();
        instance = null;
        WinogradMemory memory = WinogradMemory.TakeShared();
        job.o = operands;
        job.tiles = operands.Tiles(operands.Images, TAdjoint.Inputs, TilesAtOnce);
        job.laneBlocks = (operands.Lanes + Side - 1) / Side;
        int blocks = (operands.Channels + Side - 1) / Side * job.laneBlocks;
        job.groupCount = Math.Clamp((WantedItems + blocks - 1) / blocks, 1, job.tiles.Items);
        job.sums = memory.Get<T>(blocks * job.groupCount * SumLength);
        TeamItems.Run(team, blocks * job.groupCount, job.groups);
        TeamItems.Run(team, blocks * (Side / SliceChannels), job.slices);
        WinogradMemory.GiveBack(memory);
        instance = job;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Group(int item, int worker)
    {
        int block = item / groupCount, group = item % groupCount;
        int channel = block / laneBlocks * Side, lane = block % laneBlocks * Side;
        int channels = Math.Min(Side, o.Channels - channel), lanes = Math.Min(Side, o.Lanes - lane);
        nint vWidth = Padded(channels), zWidth = Padded(lanes), panel = (tiles.MostTiles * Width) + TSimd.Count;
        nint data = (vWidth / Width * panel) + TSimd.Count, adjoint = (zWidth / Width * panel) + TSimd.Count;
        nint length = Math.Max(
            WinogradBand<T, TVector, TSimd, TData>.Scratch(tiles, o.Columns, vWidth), WinogradBand<T, TVector, TSimd, TAdjoint>.Scratch(tiles, tiles.Columns, zWidth));
        T* v = WinogradMemory.Own.Get<T>((Components * (data + adjoint)) + length), z = v + (Components * data), scratch = z + (Components * adjoint);
        int first = (int)((long)tiles.Items * group / groupCount), end = (int)((long)tiles.Items * (group + 1) / groupCount);
        for (int i = first; i < end; i++)
        {
            (int firstImage, int endImage, int firstRow, int endRow) = tiles.Item(i);
            int perImage = (endRow - firstRow) * tiles.Across;
            for (int image = firstImage; image < endImage; image++)
            {
                nint start = (image - firstImage) * perImage * Width;
                T* x = o.X + (((image * o.Channels) + channel) * o.Plane), y = o.Y + (((image * o.Lanes) + lane) * o.OutputPlane);
                WinogradBand<T, TVector, TSimd, TData>.Transform(
                    x, channels, o.Rows, o.Columns, o.Padding, tiles, firstRow, endRow, vWidth, new(v + start, data, Width, panel), scratch);
                WinogradBand<T, TVector, TSimd, TAdjoint>.Transform(
                    y, lanes, tiles.Rows, tiles.Columns, 0, tiles, firstRow, endRow, zWidth, new(z + start, adjoint, Width, panel), scratch);
            }

            WinogradSums<T, TVector, TSimd, TKernel>.Multiply(
                perImage * (endImage - firstImage), channels, new(v, data, Width, panel), lanes, new(z, adjoint, Width, panel),
                i == first ? T.Zero : T.One, sums + (item * SumLength));
        }
    }

    private static nint Padded(int lanes) => (lanes + Width - 1) / Width * Width;

    /// <summary>Adds the groups' sums of some channels of a block in order, then Gᵀ (sum) G to the kernels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Slice(int item, int worker)
    {
        int slicesOfBlock = Side / SliceChannels, block = item / slicesOfBlock, from = item % slicesOfBlock * SliceChannels;
        int channel = (block / laneBlocks * Side) + from, lane = block % laneBlocks * Side;
        int channels = Math.Min(SliceChannels, o.Channels - channel), lanes = Math.Min(Side, o.Lanes - lane), run = channels * Side;
        if (channels <= 0)
            return;
        T* total = sums + (block * groupCount * SumLength) + (from * Side);
        for (int e = 0; e < Components; e++)
        {
            T* part = total + (e * WinogradSums<T, TVector, TSimd, TKernel>.Component);
            for (int group = 1; group < groupCount; group++)
                Vectors.AddScaled(T.One, new ReadOnlySpan<T>(part + (group * SumLength), run), new Span<T>(part, run));
        }

        T* w = o.W + (lane * o.LaneStep) + (channel * o.ChannelStep);
        T* scratch = WinogradMemory.Own.Get<T>(WinogradSums<T, TVector, TSimd, TKernel>.Scratch(SliceChannels));
        WinogradSums<T, TVector, TSimd, TKernel>.AddTo(w, o.LaneStep, channels, lanes, total, scratch);
    }
}
