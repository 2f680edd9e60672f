using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>
/// Micro-kernels: C tile ← α·A·B + β·C for 4 rows and one or two vectors of columns. Every element is one chain of multiply-adds
/// over p = 0 … k − 1, so its bits depend neither on the tile it lies in nor on its neighbors.
/// </summary>
/// <remarks>Rows past the last one read the last row again and are not stored: 4 address registers, no branch in the loop.
/// Compiled optimized at once: the first calls of a short program would otherwise run fifty times slower.</remarks>
internal static unsafe class Tile4<T, TVector, TSimd>
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
        TVector s0 = default, s1 = default, s2 = default, s3 = default;
        TVector t0 = default, t1 = default, t2 = default, t3 = default;
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
        }

        c.StoreTwo<TVector, TSimd>(0, s0, t0);
        if (rows > 1)
            c.StoreTwo<TVector, TSimd>(1, s1, t1);
        if (rows > 2)
            c.StoreTwo<TVector, TSimd>(2, s2, t2);
        if (rows > 3)
            c.StoreTwo<TVector, TSimd>(3, s3, t3);
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
        TVector s0 = default, s1 = default, s2 = default, s3 = default;
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
        }

        c.StoreOne<TVector, TSimd>(0, s0);
        if (rows > 1)
            c.StoreOne<TVector, TSimd>(1, s1);
        if (rows > 2)
            c.StoreOne<TVector, TSimd>(2, s2);
        if (rows > 3)
            c.StoreOne<TVector, TSimd>(3, s3);
    }
}
