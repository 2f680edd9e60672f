using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>
/// Micro-kernels: C tile ← α·A·B + β·C for 8 rows and one or two vectors of columns. Every element is one chain of multiply-adds
/// over p = 0 … k − 1, so its bits depend neither on the tile it lies in nor on its neighbors.
/// </summary>
/// <remarks>Rows past the last one read the last row again and are not stored: 8 address registers, no branch in the loop.
/// Compiled optimized at once: the first calls of a short program would otherwise run fifty times slower.</remarks>
internal static unsafe class Tile8<T, TVector, TSimd>
    where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    where TVector : struct
    where TSimd : ISimd<T, TVector>
{
    /// <summary>Two vectors of b per p, row elements apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Two(Strided<T> a, int rows, T* b, nint row, nint k, in TileOutput<T> c)
    {
        nint last = rows - 1;
        T* a0 = a.Start;
        T* a1 = a.Start + (Math.Min(1, last) * a.Row);
        T* a2 = a.Start + (Math.Min(2, last) * a.Row);
        T* a3 = a.Start + (Math.Min(3, last) * a.Row);
        T* a4 = a.Start + (Math.Min(4, last) * a.Row);
        T* a5 = a.Start + (Math.Min(5, last) * a.Row);
        T* a6 = a.Start + (Math.Min(6, last) * a.Row);
        T* a7 = a.Start + (Math.Min(7, last) * a.Row);
        TVector s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        TVector t0 = default, t1 = default, t2 = default, t3 = default, t4 = default, t5 = default, t6 = default, t7 = default;
        nint step = a.Column;
        for (nint offset = 0; k > 0; k--, offset += step)
        {
            TVector x = TSimd.Load(b), y = TSimd.Load(b + TSimd.Count);
            b += row;
            TVector m0 = TSimd.Broadcast(a0[offset]);
            s0 = TSimd.MultiplyAdd(m0, x, s0);
            t0 = TSimd.MultiplyAdd(m0, y, t0);
            TVector m1 = TSimd.Broadcast(a1[offset]);
            s1 = TSimd.MultiplyAdd(m1, x, s1);
            t1 = TSimd.MultiplyAdd(m1, y, t1);
            TVector m2 = TSimd.Broadcast(a2[offset]);
            s2 = TSimd.MultiplyAdd(m2, x, s2);
            t2 = TSimd.MultiplyAdd(m2, y, t2);
            TVector m3 = TSimd.Broadcast(a3[offset]);
            s3 = TSimd.MultiplyAdd(m3, x, s3);
            t3 = TSimd.MultiplyAdd(m3, y, t3);
            TVector m4 = TSimd.Broadcast(a4[offset]);
            s4 = TSimd.MultiplyAdd(m4, x, s4);
            t4 = TSimd.MultiplyAdd(m4, y, t4);
            TVector m5 = TSimd.Broadcast(a5[offset]);
            s5 = TSimd.MultiplyAdd(m5, x, s5);
            t5 = TSimd.MultiplyAdd(m5, y, t5);
            TVector m6 = TSimd.Broadcast(a6[offset]);
            s6 = TSimd.MultiplyAdd(m6, x, s6);
            t6 = TSimd.MultiplyAdd(m6, y, t6);
            TVector m7 = TSimd.Broadcast(a7[offset]);
            s7 = TSimd.MultiplyAdd(m7, x, s7);
            t7 = TSimd.MultiplyAdd(m7, y, t7);
        }

        c.StoreTwo<TVector, TSimd>(0, s0, t0);
        if (rows > 1)
            c.StoreTwo<TVector, TSimd>(1, s1, t1);
        if (rows > 2)
            c.StoreTwo<TVector, TSimd>(2, s2, t2);
        if (rows > 3)
            c.StoreTwo<TVector, TSimd>(3, s3, t3);
        if (rows > 4)
            c.StoreTwo<TVector, TSimd>(4, s4, t4);
        if (rows > 5)
            c.StoreTwo<TVector, TSimd>(5, s5, t5);
        if (rows > 6)
            c.StoreTwo<TVector, TSimd>(6, s6, t6);
        if (rows > 7)
            c.StoreTwo<TVector, TSimd>(7, s7, t7);
    }

    /// <summary>One vector of b per p, row elements apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void One(Strided<T> a, int rows, T* b, nint row, nint k, in TileOutput<T> c)
    {
        nint last = rows - 1;
        T* a0 = a.Start;
        T* a1 = a.Start + (Math.Min(1, last) * a.Row);
        T* a2 = a.Start + (Math.Min(2, last) * a.Row);
        T* a3 = a.Start + (Math.Min(3, last) * a.Row);
        T* a4 = a.Start + (Math.Min(4, last) * a.Row);
        T* a5 = a.Start + (Math.Min(5, last) * a.Row);
        T* a6 = a.Start + (Math.Min(6, last) * a.Row);
        T* a7 = a.Start + (Math.Min(7, last) * a.Row);
        TVector s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        nint step = a.Column;
        for (nint offset = 0; k > 0; k--, offset += step)
        {
            TVector x = TSimd.Load(b);
            b += row;
            TVector m0 = TSimd.Broadcast(a0[offset]);
            s0 = TSimd.MultiplyAdd(m0, x, s0);
            TVector m1 = TSimd.Broadcast(a1[offset]);
            s1 = TSimd.MultiplyAdd(m1, x, s1);
            TVector m2 = TSimd.Broadcast(a2[offset]);
            s2 = TSimd.MultiplyAdd(m2, x, s2);
            TVector m3 = TSimd.Broadcast(a3[offset]);
            s3 = TSimd.MultiplyAdd(m3, x, s3);
            TVector m4 = TSimd.Broadcast(a4[offset]);
            s4 = TSimd.MultiplyAdd(m4, x, s4);
            TVector m5 = TSimd.Broadcast(a5[offset]);
            s5 = TSimd.MultiplyAdd(m5, x, s5);
            TVector m6 = TSimd.Broadcast(a6[offset]);
            s6 = TSimd.MultiplyAdd(m6, x, s6);
            TVector m7 = TSimd.Broadcast(a7[offset]);
            s7 = TSimd.MultiplyAdd(m7, x, s7);
        }

        c.StoreOne<TVector, TSimd>(0, s0);
        if (rows > 1)
            c.StoreOne<TVector, TSimd>(1, s1);
        if (rows > 2)
            c.StoreOne<TVector, TSimd>(2, s2);
        if (rows > 3)
            c.StoreOne<TVector, TSimd>(3, s3);
        if (rows > 4)
            c.StoreOne<TVector, TSimd>(4, s4);
        if (rows > 5)
            c.StoreOne<TVector, TSimd>(5, s5);
        if (rows > 6)
            c.StoreOne<TVector, TSimd>(6, s6);
        if (rows > 7)
            c.StoreOne<TVector, TSimd>(7, s7);
    }
}
