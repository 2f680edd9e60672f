using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>α A B of short inner length beside other matrices, in one pass over them: four rows at a time along whole rows, while B, read again for each four, stays in a near cache.</summary>
internal static unsafe class ThinProduct
{
    /// <summary>Longest inner length: beyond it the product counts, not the passes.</summary>
    private const int MostInner = 16;

    /// <summary>Of B: half a first-level cache.</summary>
    private const int MostBytes = 1 << 14;

    private const int Rows = 4;

    /// <summary>Whether rows of C are whole vectors, and so short a product is worth it.</summary>
    public static bool Suits<T>(int n, int k)
        where T : unmanaged => k is > 0 and <= MostInner && SimdWidth<T>.Lanes > 1 && n % SimdWidth<T>.Lanes == 0 && (long)k * n * sizeof(T) <= MostBytes;

    /// <summary>C ← (γ C + β D) + α A B, without C where it is not read; all matrices lie in whole rows.</summary>
    public static void Multiply<T>(int m, int n, int k, T alpha, T* a, T* b, T beta, T* d, T gamma, bool readsC, T* c)
        where T : unmanaged
    {
        if (Vector512.IsHardwareAccelerated)
            Multiply<T, Vector512<T>, Simd512<T>>(m, n, k, alpha, a, b, beta, d, gamma, readsC, c);
        else if (Vector256.IsHardwareAccelerated)
            Multiply<T, Vector256<T>, Simd256<T>>(m, n, k, alpha, a, b, beta, d, gamma, readsC, c);
        else
            Multiply<T, Vector128<T>, Simd128<T>>(m, n, k, alpha, a, b, beta, d, gamma, readsC, c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<T, TVector, TSimd>(int m, int n, int k, T alpha, T* a, T* b, T beta, T* d, T gamma, bool readsC, T* c)
        where T : unmanaged
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        TVector factor = TSimd.Broadcast(alpha), weight = TSimd.Broadcast(beta), share = TSimd.Broadcast(gamma);
        nint row = n, wide = 2 * TSimd.Count;
        for (nint i = 0; i < m; i += Rows)
        {
            // Rows past the last one are the last one again: it is computed more than once from the same values, and stored once.
            nint last = Math.Min(Rows, m - i) - 1, one = Math.Min(1, last), two = Math.Min(2, last), three = Math.Min(3, last);
            T* a0 = a + (i * k), a1 = a0 + (one * k), a2 = a0 + (two * k), a3 = a0 + (three * k);
            T* d0 = d + (i * row), c0 = c + (i * row);
            nint j = 0;
            for (; j <= row - wide; j += wide)
            {
                TVector s0 = default, s1 = default, s2 = default, s3 = default, t0 = default, t1 = default, t2 = default, t3 = default;
                T* x = b + j;
                for (nint p = 0; p < k; p++, x += row)
                {
                    TVector y = TSimd.Load(x), z = TSimd.Load(x + TSimd.Count);
                    TVector m0 = TSimd.Broadcast(a0[p]), m1 = TSimd.Broadcast(a1[p]), m2 = TSimd.Broadcast(a2[p]), m3 = TSimd.Broadcast(a3[p]);
                    s0 = TSimd.MultiplyAdd(m0, y, s0);
                    t0 = TSimd.MultiplyAdd(m0, z, t0);
                    s1 = TSimd.MultiplyAdd(m1, y, s1);
                    t1 = TSimd.MultiplyAdd(m1, z, t1);
                    s2 = TSimd.MultiplyAdd(m2, y, s2);
                    t2 = TSimd.MultiplyAdd(m2, z, t2);
                    s3 = TSimd.MultiplyAdd(m3, y, s3);
                    t3 = TSimd.MultiplyAdd(m3, z, t3);
                }

                StoreTwo<T, TVector, TSimd>(factor, s0, t0, weight, d0 + j, share, readsC, c0 + j);
                if (last > 0)
                    StoreTwo<T, TVector, TSimd>(factor, s1, t1, weight, d0 + row + j, share, readsC, c0 + row + j);
                if (last > 1)
                    StoreTwo<T, TVector, TSimd>(factor, s2, t2, weight, d0 + (2 * row) + j, share, readsC, c0 + (2 * row) + j);
                if (last > 2)
                    StoreTwo<T, TVector, TSimd>(factor, s3, t3, weight, d0 + (3 * row) + j, share, readsC, c0 + (3 * row) + j);
            }

            if (j < row)
            {
                TVector s0 = default, s1 = default, s2 = default, s3 = default;
                T* x = b + j;
                for (nint p = 0; p < k; p++, x += row)
                {
                    TVector y = TSimd.Load(x);
                    s0 = TSimd.MultiplyAdd(TSimd.Broadcast(a0[p]), y, s0);
                    s1 = TSimd.MultiplyAdd(TSimd.Broadcast(a1[p]), y, s1);
                    s2 = TSimd.MultiplyAdd(TSimd.Broadcast(a2[p]), y, s2);
                    s3 = TSimd.MultiplyAdd(TSimd.Broadcast(a3[p]), y, s3);
                }

                Store<T, TVector, TSimd>(factor, s0, weight, d0 + j, share, readsC, c0 + j);
                if (last > 0)
                    Store<T, TVector, TSimd>(factor, s1, weight, d0 + row + j, share, readsC, c0 + row + j);
                if (last > 1)
                    Store<T, TVector, TSimd>(factor, s2, weight, d0 + (2 * row) + j, share, readsC, c0 + (2 * row) + j);
                if (last > 2)
                    Store<T, TVector, TSimd>(factor, s3, weight, d0 + (3 * row) + j, share, readsC, c0 + (3 * row) + j);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreTwo<T, TVector, TSimd>(TVector alpha, TVector s, TVector t, TVector beta, T* d, TVector gamma, bool readsC, T* c)
        where T : unmanaged
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        Store<T, TVector, TSimd>(alpha, s, beta, d, gamma, readsC, c);
        Store<T, TVector, TSimd>(alpha, t, beta, d + TSimd.Count, gamma, readsC, c + TSimd.Count);
    }

    /// <summary>Each operation rounds as in <see cref="Vectors.AddScaled"/> and then <see cref="TileOutput{T}.Store"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T, TVector, TSimd>(TVector alpha, TVector s, TVector beta, T* d, TVector gamma, bool readsC, T* c)
        where T : unmanaged
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        TVector other = TSimd.Multiply(beta, TSimd.Load(d));
        if (readsC)
            other = TSimd.Add(TSimd.Multiply(gamma, TSimd.Load(c)), other);
        TSimd.Store(TSimd.Add(other, TSimd.Multiply(alpha, s)), c);
    }
}
