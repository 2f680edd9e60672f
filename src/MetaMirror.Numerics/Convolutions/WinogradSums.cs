using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>A block of sums over tiles, [component][channel][lane], of one part of the kernels.</summary>
/// <remarks>The side of a block is chosen such that its sums and some 64 tiles of both operands stay in the second-level cache.</remarks>
internal static unsafe class WinogradSums<T, TVector, TSimd, TMap>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : struct
    where TSimd : ISimd<T, TVector>
    where TMap : struct, IWinogradMap<T>
{
    /// <summary>Channels and lanes of a block.</summary>
    public const int Side = 64;

    /// <summary>Elements from one component to the next; one vector more than needed, lest all share the same sets of the caches.</summary>
    public static nint Component => (Side * Side) + TSimd.Count;

    /// <summary>Elements of a block.</summary>
    public static nint Length => Components * Component;

    private static int Components => TMap.Inputs * TMap.Inputs;

    private static int Taps => TMap.Outputs * TMap.Outputs;

    private static int Width => 2 * TSimd.Count;

    /// <summary>sums[component][channel][lane] ← Σ_tile v z + β sums, for panels of channels and of lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(int tiles, int channels, WinogradPlanes<T> v, int lanes, WinogradPlanes<T> z, T beta, T* sums)
    {
        for (int e = 0; e < Components; e++)
        {
            for (int lane = 0; lane < lanes; lane += Width)
            {
                T* b = z.Start + (e * z.Component) + (lane / Width * z.Panel);
                for (int channel = 0; channel < channels; channel += Width)
                {
                    var a = new Strided<T>(v.Start + (e * v.Component) + (channel / Width * v.Panel), 1, Width);
                    WinogradProduct<T, TVector, TSimd>.Panel(
                        Math.Min(Width, channels - channel), tiles, a, b, beta, sums + (e * Component) + (channel * Side) + lane, Side);
                }
            }
        }
    }

    /// <summary>Elements of scratch for <see cref="AddTo"/>.</summary>
    public static int Scratch(int channels) => (channels * Taps * (TSimd.Count + 8)) + WinogradSquare<T, TVector, TSimd, TMap>.Scratch;

    /// <summary>w ← w + M sums Mᵀ for some channels and lanes; w is at the first kernel of the first lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddTo(T* w, nint laneStep, int channels, int lanes, T* sums, T* scratch)
    {
        int positions = channels * Taps;
        T* kernels = scratch, square = kernels + (positions * TSimd.Count), planes = square + WinogradSquare<T, TVector, TSimd, TMap>.Scratch;
        for (int lane = 0; lane < lanes; lane += TSimd.Count)
        {
            Kernels(sums + lane, channels, kernels, square);
            WinogradLanes<T, TVector, TSimd>.Scatter(
                kernels, TSimd.Count, Math.Min(TSimd.Count, lanes - lane), positions, T.One, w + (lane * laneStep), laneStep, planes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Kernels(T* sums, int channels, T* kernels, T* scratch)
    {
        nint component = Component, row = TMap.Outputs * TSimd.Count;
        for (; channels > 0; channels--, sums += Side, kernels += Taps * TSimd.Count)
            WinogradSquare<T, TVector, TSimd, TMap>.Apply(sums, TMap.Inputs * component, component, kernels, row, TSimd.Count, scratch);
    }
}
