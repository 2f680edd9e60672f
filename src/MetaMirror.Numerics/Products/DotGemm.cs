using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>
/// A Bᵀ for B of a few long rows: inner products of rows where they lie, p in lanes. A vector over so few columns of C would be half padding or more, and packing B would cost as much as the product.
/// </summary>
internal static unsafe class DotGemm
{
    /// <summary>Vectors in the shortest row: in shorter ones lanes are added up, and what is left of a vector is gone through one by one, longer than it takes to pack B.</summary>
    private const int LeastVectors = 32;

    /// <summary>Of B, which is read again for every few rows of A, from the second-level cache.</summary>
    private const int MostBytes = 1 << 18;

    /// <summary>Whether A [m, k] and B [n, k] are multiplied here: both lie in whole rows along p. However many rows A has, so that an element's bits do not depend on those around it.</summary>
    public static bool Suits<T>(int n, int k, Strided<T> a, Strided<T> b)
        where T : unmanaged
    {
        int lanes = SimdWidth<T>.Lanes;
        return 2 * n <= lanes && k >= LeastVectors * lanes && (long)n * k * sizeof(T) <= MostBytes && a.Column == 1 && b.Row == 1;
    }

    /// <summary>C[m, n] ← α A Bᵀ + β C.</summary>
    public static void Multiply<T>(int m, int n, int k, T alpha, Strided<T> a, Strided<T> b, T beta, Strided<T> c)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (Vector512.IsHardwareAccelerated)
            Multiply<T, Vector512<T>, Simd512<T>>(m, n, k, alpha, a, b, beta, c);
        else if (Vector256.IsHardwareAccelerated)
            Multiply<T, Vector256<T>, Simd256<T>>(m, n, k, alpha, a, b, beta, c);
        else if (Vector128.IsHardwareAccelerated)
            Multiply<T, Vector128<T>, Simd128<T>>(m, n, k, alpha, a, b, beta, c);
        else
            Multiply<T, T, SimdScalar<T>>(m, n, k, alpha, a, b, beta, c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<T, TVector, TSimd>(int m, int n, int k, T alpha, Strided<T> a, Strided<T> b, T beta, Strided<T> c)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        int high = PlaneDotTile<T, TVector, TSimd>.Planes, wide = PlaneDotTile<T, TVector, TSimd>.Taps, whole = k - (k % TSimd.Count), length = high * wide * TSimd.Count;
        T* tile = stackalloc T[length];
        int* rows = stackalloc int[wide];
        for (int j = 0; j < Math.Min(wide, n); j++)
            rows[j] = j * (int)b.Column;
        for (int i = 0; i < m; i += high)
        {
            T* left = a.Start + (i * a.Row);
            for (int j = 0; j < n; j += wide)
            {
                T* right = b.Start + (j * b.Column);
                new Span<T>(tile, length).Clear();
                PlaneDotTile<T, TVector, TSimd>.Add(right, rows, n - 1 - j, left, a.Row, m - 1 - i, whole, tile);
                for (nint r = 0; r < Math.Min(high, m - i); r++)
                {
                    for (nint q = 0; q < Math.Min(wide, n - j); q++)
                    {
                        T sum = TSimd.Sum(TSimd.Load(tile + (((r * wide) + q) * TSimd.Count)));
                        for (nint p = whole; p < k; p++)
                            sum += left[(r * a.Row) + p] * right[(q * b.Column) + p];
                        T* z = c.Start + ((i + r) * c.Row) + j + q;
                        *z = T.IsZero(beta) ? alpha * sum : (alpha * sum) + (beta * *z);
                    }
                }
            }
        }
    }
}
