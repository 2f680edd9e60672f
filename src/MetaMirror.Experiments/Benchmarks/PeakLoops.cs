using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Experiments.Benchmarks;

/// <summary>Loops that do nothing but multiply and add in registers, and nothing but read and write memory, at the machine's widest vectors.</summary>
internal static unsafe class PeakLoops
{
    /// <summary>Sums that do not wait for each other: more than latency times units of any processor so far, and 256-bit registers for all.</summary>
    private const int Accumulators = 12;

    private const int Unrolled = 4;

    /// <summary>Flops of one round of <see cref="MultiplyAdd(int)"/>.</summary>
    public static double FlopsPerRound => 2.0 * Accumulators * (Vector512.IsHardwareAccelerated ? Lanes512.Count : Vector256.IsHardwareAccelerated ? Lanes256.Count : Lanes128.Count);

    /// <summary>Rounds of a = 0.999 a + 0.001, from 0 towards 1.</summary>
    /// <returns>A sum that depends on every operation, so that none is left out.</returns>
    public static float MultiplyAdd(int rounds) =>
        Vector512.IsHardwareAccelerated ? MultiplyAdd<Vector512<float>, Lanes512>(rounds)
        : Vector256.IsHardwareAccelerated ? MultiplyAdd<Vector256<float>, Lanes256>(rounds)
        : MultiplyAdd<Vector128<float>, Lanes128>(rounds);

    /// <summary>y = 0.5 x + y over whole vectors: two reads and a write of 4 bytes each per number.</summary>
    public static void Update(float* x, float* y, nint length)
    {
        if (Vector512.IsHardwareAccelerated)
            Update<Vector512<float>, Lanes512>(x, y, length);
        else if (Vector256.IsHardwareAccelerated)
            Update<Vector256<float>, Lanes256>(x, y, length);
        else
            Update<Vector128<float>, Lanes128>(x, y, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float MultiplyAdd<TVector, TLanes>(int rounds)
        where TVector : struct
        where TLanes : struct, ILanes<TVector>
    {
        TVector x = TLanes.Fill(0.999f), z = TLanes.Fill(0.001f);
        TVector a0 = TLanes.Fill(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0, a8 = a0, a9 = a0, a10 = a0, a11 = a0;
        for (int i = 0; i < rounds; i++)
        {
            a0 = TLanes.MultiplyAdd(a0, x, z);
            a1 = TLanes.MultiplyAdd(a1, x, z);
            a2 = TLanes.MultiplyAdd(a2, x, z);
            a3 = TLanes.MultiplyAdd(a3, x, z);
            a4 = TLanes.MultiplyAdd(a4, x, z);
            a5 = TLanes.MultiplyAdd(a5, x, z);
            a6 = TLanes.MultiplyAdd(a6, x, z);
            a7 = TLanes.MultiplyAdd(a7, x, z);
            a8 = TLanes.MultiplyAdd(a8, x, z);
            a9 = TLanes.MultiplyAdd(a9, x, z);
            a10 = TLanes.MultiplyAdd(a10, x, z);
            a11 = TLanes.MultiplyAdd(a11, x, z);
        }

        TVector s = TLanes.Fill(1);
        a0 = TLanes.MultiplyAdd(a0, s, TLanes.MultiplyAdd(a1, s, TLanes.MultiplyAdd(a2, s, a3)));
        a4 = TLanes.MultiplyAdd(a4, s, TLanes.MultiplyAdd(a5, s, TLanes.MultiplyAdd(a6, s, a7)));
        a8 = TLanes.MultiplyAdd(a8, s, TLanes.MultiplyAdd(a9, s, TLanes.MultiplyAdd(a10, s, a11)));
        a0 = TLanes.MultiplyAdd(a0, s, TLanes.MultiplyAdd(a4, s, a8));
        float* lanes = stackalloc float[Vector512<float>.Count];
        TLanes.Store(a0, lanes);
        return lanes[0];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Update<TVector, TLanes>(float* x, float* y, nint length)
        where TVector : struct
        where TLanes : struct, ILanes<TVector>
    {
        TVector half = TLanes.Fill(0.5f);
        nint width = TLanes.Count;
        nint whole = length - (length % (Unrolled * width));
        for (nint i = 0; i < whole; i += Unrolled * width)
        {
            TVector y0 = TLanes.MultiplyAdd(TLanes.Load(x + i), half, TLanes.Load(y + i));
            TVector y1 = TLanes.MultiplyAdd(TLanes.Load(x + i + width), half, TLanes.Load(y + i + width));
            TVector y2 = TLanes.MultiplyAdd(TLanes.Load(x + i + (2 * width)), half, TLanes.Load(y + i + (2 * width)));
            TVector y3 = TLanes.MultiplyAdd(TLanes.Load(x + i + (3 * width)), half, TLanes.Load(y + i + (3 * width)));
            TLanes.Store(y0, y + i);
            TLanes.Store(y1, y + i + width);
            TLanes.Store(y2, y + i + (2 * width));
            TLanes.Store(y3, y + i + (3 * width));
        }
    }
}
