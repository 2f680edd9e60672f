using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>
/// dG += Gᵀ [(A dY Aᵀ) ⊙ (Bᵀ d B)] G, summed over tiles: the adjoint of the forward product in its kernels. Work is cut into blocks of
/// channels x lanes, and where these are few into groups of images whose sums are then added in order.
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

    /// <summary>Side of a block: its sums and both transformed operands of <see cref="TilesAtOnce"/> tiles stay in the second-level cache.</summary>
    private const int Block = 64;

    /// <summary>Items wanted, for the sake of threads.</summary>
    private const int WantedItems = 8;

    [ThreadStatic]
    private static WinogradWeights<T, TVector, TSimd, TData, TAdjoint, TKernel>? instance;

    private readonly Action<int, int> groups, blocks;
    private WinogradOperands<T> o;
    private WinogradTiles tiles;
    private int channelBlocks, laneBlocks, groupCount;
    private T* sums;

    private WinogradWeights() => (groups, blocks) = (Group, Add);

    private static int Components => TData.Outputs * TData.Outputs;

    private static int Width => 2 * TSimd.Count;

    /// <summary>Whole panels.</summary>
    private int SumRow => Math.Min(Block, (o.Lanes + Width - 1) / Width * Width);

    private nint SumComponent => ((nint)Math.Min(Block, o.Channels) * SumRow) + TSimd.Count;

    private nint SumBlock => Components * SumComponent;

    public static void Run(WorkerTeam? team, in WinogradOperands<T> operands)
    {
        WinogradWeights<T, TVector, TSimd, TData, TAdjoint, TKernel> job = instance ?? new WinogradWeights<T, TVector, TSimd, TData, TAdjoint, TKernel>();
        instance = null;
        WinogradMemory memory = WinogradMemory.TakeShared();
        job.o = operands;
        job.tiles = operands.Tiles(operands.Images, TAdjoint.Inputs, TilesAtOnce);
        (job.channelBlocks, job.laneBlocks) = ((operands.Channels + Block - 1) / Block, (operands.Lanes + Block - 1) / Block);
        int count = job.channelBlocks * job.laneBlocks;
        job.groupCount = Math.Clamp((WantedItems + count - 1) / count, 1, job.tiles.Items);
        job.sums = memory.Get<T>(job.groupCount == 1 ? 0 : count * job.groupCount * job.SumBlock);
        WinogradDispatch.Run(team, count * job.groupCount, job.groups);
        if (job.groupCount > 1)
            WinogradDispatch.Run(team, count, job.blocks);
        WinogradMemory.GiveBack(memory);
        instance = job;
    }

    private void Group(int item, int worker)
    {
        int block = item / groupCount, group = item % groupCount;
        int channel = block / laneBlocks * Block, lane = block % laneBlocks * Block;
        int channels = Math.Min(Block, o.Channels - channel), lanes = Math.Min(Block, o.Lanes - lane);
        nint panel = (tiles.MostTiles * Width) + TSimd.Count;
        int dataPanels = (channels + Width - 1) / Width, adjointPanels = (lanes + Width - 1) / Width;
        nint data = (dataPanels * panel) + TSimd.Count, adjoint = (adjointPanels * panel) + TSimd.Count;
        nint scratchLength = Math.Max(
            WinogradBand<T, TVector, TSimd, TData>.Scratch(tiles, o.Columns, dataPanels * Width),
            WinogradBand<T, TVector, TSimd, TAdjoint>.Scratch(tiles, tiles.Columns, adjointPanels * Width));
        bool alone = groupCount == 1;
        scratchLength = Math.Max(scratchLength, AddScratch);
        T* v = WinogradMemory.Own.Get<T>((Components * (data + adjoint)) + scratchLength + (alone ? SumBlock : 0));
        T* z = v + (Components * data), scratch = z + (Components * adjoint), target = alone ? scratch + scratchLength : sums + (item * SumBlock);
        int first = (int)((long)tiles.Items * group / groupCount), end = (int)((long)tiles.Items * (group + 1) / groupCount);
        for (int i = first; i < end; i++)
        {
            (int firstImage, int endImage, int firstRow, int endRow) = tiles.Item(i);
            int perImage = (endRow - firstRow) * tiles.Across;
            for (int image = firstImage; image < endImage; image++)
            {
                nint start = (image - firstImage) * perImage * Width;
                T* x = o.X + (((image * o.Channels) + channel) * o.Plane);
                T* y = o.Y + (((image * o.Lanes) + lane) * o.OutputPlane);
                WinogradBand<T, TVector, TSimd, TData>.Transform(
                    x, channels, o.Rows, o.Columns, o.Padding, tiles, firstRow, endRow, dataPanels * Width, new(v + start, data, Width, panel), scratch);
                WinogradBand<T, TVector, TSimd, TAdjoint>.Transform(
                    y, lanes, tiles.Rows, tiles.Columns, 0, tiles, firstRow, endRow, adjointPanels * Width, new(z + start, adjoint, Width, panel), scratch);
            }

            Products(perImage * (endImage - firstImage), channels, adjointPanels, v, data, z, adjoint, panel, i == first ? T.Zero : T.One, target);
        }

        if (alone)
            AddKernels(block, target, scratch);
    }

    /// <summary>Sums[component][channel, lane] ← Σ_tile V Z + β Sums.</summary>
    private void Products(int count, int channels, int lanePanels, T* v, nint data, T* z, nint adjoint, nint panel, T beta, T* target)
    {
        for (int e = 0; e < Components; e++)
        {
            for (int p = 0; p < lanePanels; p++)
            {
                T* c = target + (e * SumComponent) + (p * Width);
                for (int channel = 0; channel < channels; channel += Width)
                {
                    var a = new Strided<T>(v + (e * data) + (channel / Width * panel), 1, Width);
                    WinogradProduct<T, TVector, TSimd>.Panel(
                        Math.Min(Width, channels - channel), count, a, z + (e * adjoint) + (p * panel), beta, c + (channel * SumRow), SumRow);
                }
            }
        }
    }

    private int AddScratch =>
        (Math.Min(Block, o.Channels) * TKernel.Outputs * TKernel.Outputs * (TSimd.Count + 8)) + WinogradSquare<T, TVector, TSimd, TKernel>.Scratch;

    /// <summary>Adds the groups' sums in order.</summary>
    private void Add(int block, int worker)
    {
        T* total = sums + (block * groupCount * SumBlock);
        for (int group = 1; group < groupCount; group++)
            Vectors.AddScaled(T.One, new ReadOnlySpan<T>(total + (group * SumBlock), (int)SumBlock), new Span<T>(total, (int)SumBlock));
        AddKernels(block, total, WinogradMemory.Own.Get<T>(AddScratch));
    }

    /// <summary>w ← w + Gᵀ total G.</summary>
    private void AddKernels(int block, T* total, T* kernels)
    {
        int taps = TKernel.Outputs * TKernel.Outputs, channel = block / laneBlocks * Block, lane = block % laneBlocks * Block;
        int channels = Math.Min(Block, o.Channels - channel), lanes = Math.Min(Block, o.Lanes - lane);
        int positions = channels * taps, square = WinogradSquare<T, TVector, TSimd, TKernel>.Scratch;
        T* scratch = kernels + (positions * TSimd.Count);
        for (int start = 0; start < lanes; start += TSimd.Count)
        {
            Kernels(total + start, channels, SumRow, SumComponent, kernels, scratch);
            T* w = o.W + ((lane + start) * o.LaneStep) + (channel * o.ChannelStep);
            WinogradLanes<T, TVector, TSimd>.Scatter(
                kernels, TSimd.Count, Math.Min(TSimd.Count, lanes - start), positions, T.One, w, o.LaneStep, scratch + square);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Kernels(T* sums, int channels, nint row, nint component, T* kernels, T* scratch)
    {
        int taps = TKernel.Outputs * TKernel.Outputs, side = TKernel.Outputs * TSimd.Count;
        for (; channels > 0; channels--, sums += row, kernels += taps * TSimd.Count)
            WinogradSquare<T, TVector, TSimd, TKernel>.Apply(sums, TKernel.Inputs * component, component, kernels, side, TSimd.Count, scratch);
    }
}
