using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>
/// Micro-kernels for few planes: c[r · plane + j] ← w[r] + Σ over p of w[(p + 1) · height + r] · a[offsets[p] + j] for 6 or 4 rows and one or two vectors of
/// neighboring pixels j. Every element is one chain of multiply-adds over p, so its bits do not depend on the tile it lies in.
/// </summary>
/// <remarks>Lanes are pixels: no lane is lost where there are fewer planes than lanes, and results need no transpose. Rows past the last one are not stored.
/// Compiled optimized at once: the first calls of a short program would otherwise run fifty times slower.</remarks>
internal static unsafe class PlaneTile<T, TVector, TSimd>
    where T : unmanaged
    where TVector : struct
    where TSimd : ISimd<T, TVector>
{
    /// <summary>Six rows, two vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void SixByTwo(T* a, int* offsets, nint depth, T* w, T* c, nint plane, int rows)
    {
        TVector s0 = TSimd.Broadcast(w[0]), s1 = TSimd.Broadcast(w[1]), s2 = TSimd.Broadcast(w[2]);
        TVector s3 = TSimd.Broadcast(w[3]), s4 = TSimd.Broadcast(w[4]), s5 = TSimd.Broadcast(w[5]);
        TVector t0 = s0, t1 = s1, t2 = s2, t3 = s3, t4 = s4, t5 = s5;
        for (w += 6; depth > 0; depth--, w += 6)
        {
            T* from = a + *offsets++;
            TVector x = TSimd.Load(from), y = TSimd.Load(from + TSimd.Count);
            TVector m0 = TSimd.Broadcast(w[0]);
            s0 = TSimd.MultiplyAdd(m0, x, s0);
            t0 = TSimd.MultiplyAdd(m0, y, t0);
            TVector m1 = TSimd.Broadcast(w[1]);
            s1 = TSimd.MultiplyAdd(m1, x, s1);
            t1 = TSimd.MultiplyAdd(m1, y, t1);
            TVector m2 = TSimd.Broadcast(w[2]);
            s2 = TSimd.MultiplyAdd(m2, x, s2);
            t2 = TSimd.MultiplyAdd(m2, y, t2);
            TVector m3 = TSimd.Broadcast(w[3]);
            s3 = TSimd.MultiplyAdd(m3, x, s3);
            t3 = TSimd.MultiplyAdd(m3, y, t3);
            TVector m4 = TSimd.Broadcast(w[4]);
            s4 = TSimd.MultiplyAdd(m4, x, s4);
            t4 = TSimd.MultiplyAdd(m4, y, t4);
            TVector m5 = TSimd.Broadcast(w[5]);
            s5 = TSimd.MultiplyAdd(m5, x, s5);
            t5 = TSimd.MultiplyAdd(m5, y, t5);
        }

        TSimd.Store(s0, c);
        TSimd.Store(t0, c + TSimd.Count);
        if (rows <= 1)
            return;
        c += plane;
        TSimd.Store(s1, c);
        TSimd.Store(t1, c + TSimd.Count);
        if (rows <= 2)
            return;
        c += plane;
        TSimd.Store(s2, c);
        TSimd.Store(t2, c + TSimd.Count);
        if (rows <= 3)
            return;
        c += plane;
        TSimd.Store(s3, c);
        TSimd.Store(t3, c + TSimd.Count);
        if (rows <= 4)
            return;
        c += plane;
        TSimd.Store(s4, c);
        TSimd.Store(t4, c + TSimd.Count);
        if (rows <= 5)
            return;
        c += plane;
        TSimd.Store(s5, c);
        TSimd.Store(t5, c + TSimd.Count);
    }

    /// <summary>Six rows, one vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void SixByOne(T* a, int* offsets, nint depth, T* w, T* c, nint plane, int rows)
    {
        TVector s0 = TSimd.Broadcast(w[0]), s1 = TSimd.Broadcast(w[1]), s2 = TSimd.Broadcast(w[2]);
        TVector s3 = TSimd.Broadcast(w[3]), s4 = TSimd.Broadcast(w[4]), s5 = TSimd.Broadcast(w[5]);
        for (w += 6; depth > 0; depth--, w += 6)
        {
            TVector x = TSimd.Load(a + *offsets++);
            s0 = TSimd.MultiplyAdd(TSimd.Broadcast(w[0]), x, s0);
            s1 = TSimd.MultiplyAdd(TSimd.Broadcast(w[1]), x, s1);
            s2 = TSimd.MultiplyAdd(TSimd.Broadcast(w[2]), x, s2);
            s3 = TSimd.MultiplyAdd(TSimd.Broadcast(w[3]), x, s3);
            s4 = TSimd.MultiplyAdd(TSimd.Broadcast(w[4]), x, s4);
            s5 = TSimd.MultiplyAdd(TSimd.Broadcast(w[5]), x, s5);
        }

        TSimd.Store(s0, c);
        if (rows <= 1)
            return;
        c += plane;
        TSimd.Store(s1, c);
        if (rows <= 2)
            return;
        c += plane;
        TSimd.Store(s2, c);
        if (rows <= 3)
            return;
        c += plane;
        TSimd.Store(s3, c);
        if (rows <= 4)
            return;
        c += plane;
        TSimd.Store(s4, c);
        if (rows <= 5)
            return;
        c += plane;
        TSimd.Store(s5, c);
    }

    /// <summary>Four rows, two vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void FourByTwo(T* a, int* offsets, nint depth, T* w, T* c, nint plane, int rows)
    {
        TVector s0 = TSimd.Broadcast(w[0]), s1 = TSimd.Broadcast(w[1]), s2 = TSimd.Broadcast(w[2]);
        TVector s3 = TSimd.Broadcast(w[3]);
        TVector t0 = s0, t1 = s1, t2 = s2, t3 = s3;
        for (w += 4; depth > 0; depth--, w += 4)
        {
            T* from = a + *offsets++;
            TVector x = TSimd.Load(from), y = TSimd.Load(from + TSimd.Count);
            TVector m0 = TSimd.Broadcast(w[0]);
            s0 = TSimd.MultiplyAdd(m0, x, s0);
            t0 = TSimd.MultiplyAdd(m0, y, t0);
            TVector m1 = TSimd.Broadcast(w[1]);
            s1 = TSimd.MultiplyAdd(m1, x, s1);
            t1 = TSimd.MultiplyAdd(m1, y, t1);
            TVector m2 = TSimd.Broadcast(w[2]);
            s2 = TSimd.MultiplyAdd(m2, x, s2);
            t2 = TSimd.MultiplyAdd(m2, y, t2);
            TVector m3 = TSimd.Broadcast(w[3]);
            s3 = TSimd.MultiplyAdd(m3, x, s3);
            t3 = TSimd.MultiplyAdd(m3, y, t3);
        }

        TSimd.Store(s0, c);
        TSimd.Store(t0, c + TSimd.Count);
        if (rows <= 1)
            return;
        c += plane;
        TSimd.Store(s1, c);
        TSimd.Store(t1, c + TSimd.Count);
        if (rows <= 2)
            return;
        c += plane;
        TSimd.Store(s2, c);
        TSimd.Store(t2, c + TSimd.Count);
        if (rows <= 3)
            return;
        c += plane;
        TSimd.Store(s3, c);
        TSimd.Store(t3, c + TSimd.Count);
    }

    /// <summary>Four rows, one vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void FourByOne(T* a, int* offsets, nint depth, T* w, T* c, nint plane, int rows)
    {
        TVector s0 = TSimd.Broadcast(w[0]), s1 = TSimd.Broadcast(w[1]), s2 = TSimd.Broadcast(w[2]);
        TVector s3 = TSimd.Broadcast(w[3]);
        for (w += 4; depth > 0; depth--, w += 4)
        {
            TVector x = TSimd.Load(a + *offsets++);
            s0 = TSimd.MultiplyAdd(TSimd.Broadcast(w[0]), x, s0);
            s1 = TSimd.MultiplyAdd(TSimd.Broadcast(w[1]), x, s1);
            s2 = TSimd.MultiplyAdd(TSimd.Broadcast(w[2]), x, s2);
            s3 = TSimd.MultiplyAdd(TSimd.Broadcast(w[3]), x, s3);
        }

        TSimd.Store(s0, c);
        if (rows <= 1)
            return;
        c += plane;
        TSimd.Store(s1, c);
        if (rows <= 2)
            return;
        c += plane;
        TSimd.Store(s2, c);
        if (rows <= 3)
            return;
        c += plane;
        TSimd.Store(s3, c);
    }
}
