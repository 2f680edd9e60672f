using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>
/// Micro-kernel: tile[r] ← start[r] + Σ over p of a[rows[r] + offsets[p]] · panel[p] for 8 rows and one vector of columns. Every element is one chain of
/// multiply-adds over p = 0 … depth − 1, so its bits do not depend on the tile it lies in.
/// </summary>
/// <remarks>The two tables make any convolution a product of matrices without writing out its windows: one holds where a pixel's window starts, the other
/// where a tap lies in a window. Rows past the last one read the last row again. Compiled optimized at once: the first calls of a short program would
/// otherwise run fifty times slower.</remarks>
internal static unsafe class IndirectTile<T, TVector, TSimd>
    where T : unmanaged
    where TVector : struct
    where TSimd : ISimd<T, TVector>
{
    /// <summary>Rows of a tile.</summary>
    public const int Height = 8;

    /// <summary>start has one vector for all rows (startStep = 0) or one per row (startStep = Count); tile has one per row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Multiply(T* a, int* rows, nint last, int* offsets, nint depth, T* panel, T* start, nint startStep, T* tile)
    {
        T* a0 = a + rows[0];
        T* a1 = a + rows[Math.Min(1, last)];
        T* a2 = a + rows[Math.Min(2, last)];
        T* a3 = a + rows[Math.Min(3, last)];
        T* a4 = a + rows[Math.Min(4, last)];
        T* a5 = a + rows[Math.Min(5, last)];
        T* a6 = a + rows[Math.Min(6, last)];
        T* a7 = a + rows[Math.Min(7, last)];
        TVector s0 = TSimd.Load(start), s1 = TSimd.Load(start + startStep);
        TVector s2 = TSimd.Load(start + (2 * startStep)), s3 = TSimd.Load(start + (3 * startStep));
        TVector s4 = TSimd.Load(start + (4 * startStep)), s5 = TSimd.Load(start + (5 * startStep));
        TVector s6 = TSimd.Load(start + (6 * startStep)), s7 = TSimd.Load(start + (7 * startStep));
        for (; depth > 0; depth--)
        {
            nint offset = *offsets++;
            TVector x = TSimd.Load(panel);
            panel += TSimd.Count;
            s0 = TSimd.MultiplyAdd(TSimd.Broadcast(a0[offset]), x, s0);
            s1 = TSimd.MultiplyAdd(TSimd.Broadcast(a1[offset]), x, s1);
            s2 = TSimd.MultiplyAdd(TSimd.Broadcast(a2[offset]), x, s2);
            s3 = TSimd.MultiplyAdd(TSimd.Broadcast(a3[offset]), x, s3);
            s4 = TSimd.MultiplyAdd(TSimd.Broadcast(a4[offset]), x, s4);
            s5 = TSimd.MultiplyAdd(TSimd.Broadcast(a5[offset]), x, s5);
            s6 = TSimd.MultiplyAdd(TSimd.Broadcast(a6[offset]), x, s6);
            s7 = TSimd.MultiplyAdd(TSimd.Broadcast(a7[offset]), x, s7);
        }

        TSimd.Store(s0, tile);
        TSimd.Store(s1, tile + TSimd.Count);
        TSimd.Store(s2, tile + (2 * TSimd.Count));
        TSimd.Store(s3, tile + (3 * TSimd.Count));
        TSimd.Store(s4, tile + (4 * TSimd.Count));
        TSimd.Store(s5, tile + (5 * TSimd.Count));
        TSimd.Store(s6, tile + (6 * TSimd.Count));
        TSimd.Store(s7, tile + (7 * TSimd.Count));
    }
}
