using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>
/// Micro-kernels for inner products of planes with shifted planes: tile[r · taps + k] ← tile + lane sums of x[taps[k] + i] · y[r · plane + i] over i in
/// 0 … length − 1, as many as the registers hold.
/// </summary>
/// <remarks>Lanes are pixels; lanes are added up only when all images are done. Planes and taps past the last one repeat the last one.
/// Compiled optimized at once: the first calls of a short program would otherwise run fifty times slower.</remarks>
internal static unsafe class PlaneDotTile<T, TVector, TSimd>
    where T : unmanaged
    where TVector : struct
    where TSimd : ISimd<T, TVector>
{
    /// <summary>Planes of a tile.</summary>
    public static int Planes => TSimd.TileRows == 8 ? 6 : 4;

    /// <summary>Taps of a tile.</summary>
    public static int Taps => TSimd.TileRows == 8 ? 4 : 2;

    /// <summary>The tile that the registers hold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(T* x, int* taps, nint lastTap, T* y, nint plane, nint lastPlane, nint length, T* tile)
    {
        if (TSimd.TileRows == 8)
            SixByFour(x, taps, lastTap, y, plane, lastPlane, length, tile);
        else
            FourByTwo(x, taps, lastTap, y, plane, lastPlane, length, tile);
    }

    /// <summary>Six planes, four taps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void SixByFour(T* x, int* taps, nint lastTap, T* y, nint plane, nint lastPlane, nint length, T* tile)
    {
        T* x0 = x + taps[0];
        T* x1 = x + taps[Math.Min(1, lastTap)];
        T* x2 = x + taps[Math.Min(2, lastTap)];
        T* x3 = x + taps[Math.Min(3, lastTap)];
        T* y0 = y;
        T* y1 = y + (Math.Min(1, lastPlane) * plane);
        T* y2 = y + (Math.Min(2, lastPlane) * plane);
        T* y3 = y + (Math.Min(3, lastPlane) * plane);
        T* y4 = y + (Math.Min(4, lastPlane) * plane);
        T* y5 = y + (Math.Min(5, lastPlane) * plane);
        TVector s0 = TSimd.Load(tile), t0 = TSimd.Load(tile + (1 * TSimd.Count)), u0 = TSimd.Load(tile + (2 * TSimd.Count)), v0 = TSimd.Load(tile + (3 * TSimd.Count));
        TVector s1 = TSimd.Load(tile + (4 * TSimd.Count)), t1 = TSimd.Load(tile + (5 * TSimd.Count)), u1 = TSimd.Load(tile + (6 * TSimd.Count)), v1 = TSimd.Load(tile + (7 * TSimd.Count));
        TVector s2 = TSimd.Load(tile + (8 * TSimd.Count)), t2 = TSimd.Load(tile + (9 * TSimd.Count)), u2 = TSimd.Load(tile + (10 * TSimd.Count)), v2 = TSimd.Load(tile + (11 * TSimd.Count));
        TVector s3 = TSimd.Load(tile + (12 * TSimd.Count)), t3 = TSimd.Load(tile + (13 * TSimd.Count)), u3 = TSimd.Load(tile + (14 * TSimd.Count)), v3 = TSimd.Load(tile + (15 * TSimd.Count));
        TVector s4 = TSimd.Load(tile + (16 * TSimd.Count)), t4 = TSimd.Load(tile + (17 * TSimd.Count)), u4 = TSimd.Load(tile + (18 * TSimd.Count)), v4 = TSimd.Load(tile + (19 * TSimd.Count));
        TVector s5 = TSimd.Load(tile + (20 * TSimd.Count)), t5 = TSimd.Load(tile + (21 * TSimd.Count)), u5 = TSimd.Load(tile + (22 * TSimd.Count)), v5 = TSimd.Load(tile + (23 * TSimd.Count));
        for (nint i = 0; i < length; i += TSimd.Count)
        {
            TVector a0 = TSimd.Load(x0 + i);
            TVector a1 = TSimd.Load(x1 + i);
            TVector a2 = TSimd.Load(x2 + i);
            TVector a3 = TSimd.Load(x3 + i);
            TVector b0 = TSimd.Load(y0 + i);
            s0 = TSimd.MultiplyAdd(a0, b0, s0);
            t0 = TSimd.MultiplyAdd(a1, b0, t0);
            u0 = TSimd.MultiplyAdd(a2, b0, u0);
            v0 = TSimd.MultiplyAdd(a3, b0, v0);
            TVector b1 = TSimd.Load(y1 + i);
            s1 = TSimd.MultiplyAdd(a0, b1, s1);
            t1 = TSimd.MultiplyAdd(a1, b1, t1);
            u1 = TSimd.MultiplyAdd(a2, b1, u1);
            v1 = TSimd.MultiplyAdd(a3, b1, v1);
            TVector b2 = TSimd.Load(y2 + i);
            s2 = TSimd.MultiplyAdd(a0, b2, s2);
            t2 = TSimd.MultiplyAdd(a1, b2, t2);
            u2 = TSimd.MultiplyAdd(a2, b2, u2);
            v2 = TSimd.MultiplyAdd(a3, b2, v2);
            TVector b3 = TSimd.Load(y3 + i);
            s3 = TSimd.MultiplyAdd(a0, b3, s3);
            t3 = TSimd.MultiplyAdd(a1, b3, t3);
            u3 = TSimd.MultiplyAdd(a2, b3, u3);
            v3 = TSimd.MultiplyAdd(a3, b3, v3);
            TVector b4 = TSimd.Load(y4 + i);
            s4 = TSimd.MultiplyAdd(a0, b4, s4);
            t4 = TSimd.MultiplyAdd(a1, b4, t4);
            u4 = TSimd.MultiplyAdd(a2, b4, u4);
            v4 = TSimd.MultiplyAdd(a3, b4, v4);
            TVector b5 = TSimd.Load(y5 + i);
            s5 = TSimd.MultiplyAdd(a0, b5, s5);
            t5 = TSimd.MultiplyAdd(a1, b5, t5);
            u5 = TSimd.MultiplyAdd(a2, b5, u5);
            v5 = TSimd.MultiplyAdd(a3, b5, v5);
        }

        TSimd.Store(s0, tile);
        TSimd.Store(t0, tile + (1 * TSimd.Count));
        TSimd.Store(u0, tile + (2 * TSimd.Count));
        TSimd.Store(v0, tile + (3 * TSimd.Count));
        TSimd.Store(s1, tile + (4 * TSimd.Count));
        TSimd.Store(t1, tile + (5 * TSimd.Count));
        TSimd.Store(u1, tile + (6 * TSimd.Count));
        TSimd.Store(v1, tile + (7 * TSimd.Count));
        TSimd.Store(s2, tile + (8 * TSimd.Count));
        TSimd.Store(t2, tile + (9 * TSimd.Count));
        TSimd.Store(u2, tile + (10 * TSimd.Count));
        TSimd.Store(v2, tile + (11 * TSimd.Count));
        TSimd.Store(s3, tile + (12 * TSimd.Count));
        TSimd.Store(t3, tile + (13 * TSimd.Count));
        TSimd.Store(u3, tile + (14 * TSimd.Count));
        TSimd.Store(v3, tile + (15 * TSimd.Count));
        TSimd.Store(s4, tile + (16 * TSimd.Count));
        TSimd.Store(t4, tile + (17 * TSimd.Count));
        TSimd.Store(u4, tile + (18 * TSimd.Count));
        TSimd.Store(v4, tile + (19 * TSimd.Count));
        TSimd.Store(s5, tile + (20 * TSimd.Count));
        TSimd.Store(t5, tile + (21 * TSimd.Count));
        TSimd.Store(u5, tile + (22 * TSimd.Count));
        TSimd.Store(v5, tile + (23 * TSimd.Count));
    }

    /// <summary>Four planes, two taps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void FourByTwo(T* x, int* taps, nint lastTap, T* y, nint plane, nint lastPlane, nint length, T* tile)
    {
        T* x0 = x + taps[0];
        T* x1 = x + taps[Math.Min(1, lastTap)];
        T* y0 = y;
        T* y1 = y + (Math.Min(1, lastPlane) * plane);
        T* y2 = y + (Math.Min(2, lastPlane) * plane);
        T* y3 = y + (Math.Min(3, lastPlane) * plane);
        TVector s0 = TSimd.Load(tile), t0 = TSimd.Load(tile + (1 * TSimd.Count));
        TVector s1 = TSimd.Load(tile + (2 * TSimd.Count)), t1 = TSimd.Load(tile + (3 * TSimd.Count));
        TVector s2 = TSimd.Load(tile + (4 * TSimd.Count)), t2 = TSimd.Load(tile + (5 * TSimd.Count));
        TVector s3 = TSimd.Load(tile + (6 * TSimd.Count)), t3 = TSimd.Load(tile + (7 * TSimd.Count));
        for (nint i = 0; i < length; i += TSimd.Count)
        {
            TVector a0 = TSimd.Load(x0 + i);
            TVector a1 = TSimd.Load(x1 + i);
            TVector b0 = TSimd.Load(y0 + i);
            s0 = TSimd.MultiplyAdd(a0, b0, s0);
            t0 = TSimd.MultiplyAdd(a1, b0, t0);
            TVector b1 = TSimd.Load(y1 + i);
            s1 = TSimd.MultiplyAdd(a0, b1, s1);
            t1 = TSimd.MultiplyAdd(a1, b1, t1);
            TVector b2 = TSimd.Load(y2 + i);
            s2 = TSimd.MultiplyAdd(a0, b2, s2);
            t2 = TSimd.MultiplyAdd(a1, b2, t2);
            TVector b3 = TSimd.Load(y3 + i);
            s3 = TSimd.MultiplyAdd(a0, b3, s3);
            t3 = TSimd.MultiplyAdd(a1, b3, t3);
        }

        TSimd.Store(s0, tile);
        TSimd.Store(t0, tile + (1 * TSimd.Count));
        TSimd.Store(s1, tile + (2 * TSimd.Count));
        TSimd.Store(t1, tile + (3 * TSimd.Count));
        TSimd.Store(s2, tile + (4 * TSimd.Count));
        TSimd.Store(t2, tile + (5 * TSimd.Count));
        TSimd.Store(s3, tile + (6 * TSimd.Count));
        TSimd.Store(t3, tile + (7 * TSimd.Count));
    }
}
