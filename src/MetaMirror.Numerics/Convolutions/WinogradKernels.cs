using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>Kernels of one panel of lanes, transformed: U = G g Gᵀ, [component][channel][lane].</summary>
internal static unsafe class WinogradKernels<T, TVector, TSimd, TMap>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : struct
    where TSimd : ISimd<T, TVector>
    where TMap : struct, IWinogradMap<T>
{
    /// <summary>Kernels of one lane gathered at once.</summary>
    private const int AtOnce = 16;

    /// <summary>Elements of scratch.</summary>
    public static int Scratch => (Taps * AtOnce * Width) + WinogradSquare<T, TVector, TSimd, TMap>.Scratch;

    private static int Taps => TMap.Inputs * TMap.Inputs;

    private static int Width => 2 * TSimd.Count;

    /// <summary>u[e·component + c·width + l] ← (G g Gᵀ)_e of the kernel of channel first + c and lane lane + l; 0 for lanes that are not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transform(in WinogradOperands<T> o, int lane, int first, int count, T* u, nint component, T* scratch)
    {
        // Kernels of one lane lie side by side in the forward product; in the input gradient those of one channel do.
        int atOnce = o.ChannelStep == Taps ? AtOnce : 1, lanes = Math.Min(Width, o.Lanes - lane);
        for (int c = 0; c < count; c += atOnce)
        {
            int some = Math.Min(atOnce, count - c);
            T* w = o.W + (lane * o.LaneStep) + ((first + c) * o.ChannelStep);
            WinogradLanes<T, TVector, TSimd>.Gather(w, o.LaneStep, lanes, Taps * some, scratch, Width);
            Squares(scratch, some, o.Flipped, u + ((nint)c * Width), component, scratch + (Taps * AtOnce * Width));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Squares(T* g, int count, bool flipped, T* u, nint component, T* scratch)
    {
        int row = TMap.Inputs * Width, column = Width;
        if (flipped)
        {
            g += (Taps - 1) * Width;
            (row, column) = (-row, -column);
        }

        for (; count > 0; count--, g += Taps * Width, u += Width)
        {
            for (int lane = 0; lane < Width; lane += TSimd.Count)
                WinogradSquare<T, TVector, TSimd, TMap>.Apply(g + lane, row, column, u + lane, TMap.Outputs * component, component, scratch);
        }
    }
}
