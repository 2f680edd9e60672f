using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>
/// Micro-kernels with images as lanes: c[r · stride] ← w[r] + Σ over pairs (offset, tap) and planes d of w[height · (1 + tap · planes + d) + r] ·
/// a[offset · lanes + d · plane] for 6 or 4 rows. Every element is one chain of multiply-adds in this order.
/// </summary>
/// <remarks>Only the taps that meet the image are in the list of pairs: nothing is multiplied by padding. Rows past the last one are not stored.
/// Compiled optimized at once: the first calls of a short program would otherwise run fifty times slower.</remarks>
internal static unsafe class ImageTile<T, TVector, TSimd>
    where T : unmanaged
    where TVector : struct
    where TSimd : ISimd<T, TVector>
{
    /// <summary>Six rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Six(T* a, nint plane, nint planes, int* pairs, nint count, T* w, T* c, nint stride, int rows)
    {
        TVector s0 = TSimd.Broadcast(w[0]), s1 = TSimd.Broadcast(w[1]), s2 = TSimd.Broadcast(w[2]);
        TVector s3 = TSimd.Broadcast(w[3]), s4 = TSimd.Broadcast(w[4]), s5 = TSimd.Broadcast(w[5]);
        for (w += 6; count > 0; count--, pairs += 2)
        {
            T* x = a + (pairs[0] * (nint)TSimd.Count), m = w + (6 * planes * pairs[1]);
            for (nint d = planes; d > 0; d--, x += plane, m += 6)
            {
                TVector v = TSimd.Load(x);
                s0 = TSimd.MultiplyAdd(TSimd.Broadcast(m[0]), v, s0);
                s1 = TSimd.MultiplyAdd(TSimd.Broadcast(m[1]), v, s1);
                s2 = TSimd.MultiplyAdd(TSimd.Broadcast(m[2]), v, s2);
                s3 = TSimd.MultiplyAdd(TSimd.Broadcast(m[3]), v, s3);
                s4 = TSimd.MultiplyAdd(TSimd.Broadcast(m[4]), v, s4);
                s5 = TSimd.MultiplyAdd(TSimd.Broadcast(m[5]), v, s5);
            }
        }

        TSimd.Store(s0, c);
        if (rows > 1)
            TSimd.Store(s1, c + stride);
        if (rows > 2)
            TSimd.Store(s2, c + (2 * stride));
        if (rows > 3)
            TSimd.Store(s3, c + (3 * stride));
        if (rows > 4)
            TSimd.Store(s4, c + (4 * stride));
        if (rows > 5)
            TSimd.Store(s5, c + (5 * stride));
    }

    /// <summary>Four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Four(T* a, nint plane, nint planes, int* pairs, nint count, T* w, T* c, nint stride, int rows)
    {
        TVector s0 = TSimd.Broadcast(w[0]), s1 = TSimd.Broadcast(w[1]), s2 = TSimd.Broadcast(w[2]);
        TVector s3 = TSimd.Broadcast(w[3]);
        for (w += 4; count > 0; count--, pairs += 2)
        {
            T* x = a + (pairs[0] * (nint)TSimd.Count), m = w + (4 * planes * pairs[1]);
            for (nint d = planes; d > 0; d--, x += plane, m += 4)
            {
                TVector v = TSimd.Load(x);
                s0 = TSimd.MultiplyAdd(TSimd.Broadcast(m[0]), v, s0);
                s1 = TSimd.MultiplyAdd(TSimd.Broadcast(m[1]), v, s1);
                s2 = TSimd.MultiplyAdd(TSimd.Broadcast(m[2]), v, s2);
                s3 = TSimd.MultiplyAdd(TSimd.Broadcast(m[3]), v, s3);
            }
        }

        TSimd.Store(s0, c);
        if (rows > 1)
            TSimd.Store(s1, c + stride);
        if (rows > 2)
            TSimd.Store(s2, c + (2 * stride));
        if (rows > 3)
            TSimd.Store(s3, c + (3 * stride));
    }
}
