using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>Matrix times vector: no packing, every element of A is read once.</summary>
internal static unsafe class MatrixVector
{
    public static void Multiply<T>(bool transpose, int m, int n, T alpha, T* a, T* x, T beta, T* y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (Vector512.IsHardwareAccelerated)
            Multiply<T, Vector512<T>, Simd512<T>>(transpose, m, n, alpha, a, x, beta, y);
        else if (Vector256.IsHardwareAccelerated)
            Multiply<T, Vector256<T>, Simd256<T>>(transpose, m, n, alpha, a, x, beta, y);
        else if (Vector128.IsHardwareAccelerated)
            Multiply<T, Vector128<T>, Simd128<T>>(transpose, m, n, alpha, a, x, beta, y);
        else
            Multiply<T, T, SimdScalar<T>>(transpose, m, n, alpha, a, x, beta, y);
    }

    private static void Multiply<T, TVector, TSimd>(bool transpose, int m, int n, T alpha, T* a, T* x, T beta, T* y)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        if (transpose)
            Columns<T, TVector, TSimd>(m, n, alpha, a, x, beta, y);
        else
            Rows<T, TVector, TSimd>(m, n, alpha, a, x, beta, y);
    }

    /// <summary>y_i ← α Σ_j a_ij x_j + β y_i, four rows at a time; j runs in lanes, then the rest one by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows<T, TVector, TSimd>(int m, int n, T alpha, T* a, T* x, T beta, T* y)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        int whole = n - (n % TSimd.Count);
        T* sums = stackalloc T[4];
        for (int i = 0; i < m; i += 4)
        {
            nint last = Math.Min(4, m - i) - 1, row = n;
            T* a0 = a + (i * row);
            T* a1 = a0 + (Math.Min(1, last) * row);
            T* a2 = a0 + (Math.Min(2, last) * row);
            T* a3 = a0 + (last * row);
            TVector s0 = default, s1 = default, s2 = default, s3 = default;
            for (nint j = 0; j < whole; j += TSimd.Count)
            {
                TVector v = TSimd.Load(x + j);
                s0 = TSimd.MultiplyAdd(TSimd.Load(a0 + j), v, s0);
                s1 = TSimd.MultiplyAdd(TSimd.Load(a1 + j), v, s1);
                s2 = TSimd.MultiplyAdd(TSimd.Load(a2 + j), v, s2);
                s3 = TSimd.MultiplyAdd(TSimd.Load(a3 + j), v, s3);
            }

            sums[0] = TSimd.Sum(s0);
            sums[1] = TSimd.Sum(s1);
            sums[2] = TSimd.Sum(s2);
            sums[3] = TSimd.Sum(s3);
            for (nint r = 0; r <= last; r++)
            {
                T sum = sums[r];
                T* rest = a0 + (r * row);
                for (nint j = whole; j < n; j++)
                    sum += rest[j] * x[j];
                y[i + r] = T.IsZero(beta) ? alpha * sum : (alpha * sum) + (beta * y[i + r]);
            }
        }
    }

    /// <summary>y_j ← Σ_i (α x_i) a_ij + β y_j: rows are added to y in order, four in one pass.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Columns<T, TVector, TSimd>(int m, int n, T alpha, T* a, T* x, T beta, T* y)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        var target = new Span<T>(y, n);
        if (T.IsZero(beta))
            target.Clear();
        else if (beta != T.One)
            Vectors.Scale(beta, target);
        nint row = n;
        int i = 0;
        for (; i <= m - 4; i += 4)
        {
            T* a0 = a + (i * row);
            T* a1 = a0 + row;
            T* a2 = a1 + row;
            T* a3 = a2 + row;
            T x0 = alpha * x[i], x1 = alpha * x[i + 1], x2 = alpha * x[i + 2], x3 = alpha * x[i + 3];
            TVector v0 = TSimd.Broadcast(x0), v1 = TSimd.Broadcast(x1), v2 = TSimd.Broadcast(x2), v3 = TSimd.Broadcast(x3);
            nint j = 0;
            for (; j <= n - TSimd.Count; j += TSimd.Count)
            {
                TVector s = TSimd.MultiplyAdd(v0, TSimd.Load(a0 + j), TSimd.Load(y + j));
                s = TSimd.MultiplyAdd(v1, TSimd.Load(a1 + j), s);
                s = TSimd.MultiplyAdd(v2, TSimd.Load(a2 + j), s);
                TSimd.Store(TSimd.MultiplyAdd(v3, TSimd.Load(a3 + j), s), y + j);
            }

            for (; j < n; j++)
                y[j] = y[j] + (x0 * a0[j]) + (x1 * a1[j]) + (x2 * a2[j]) + (x3 * a3[j]);
        }

        for (; i < m; i++)
            Vectors.AddScaled(alpha * x[i], new ReadOnlySpan<T>(a + (i * row), n), target);
    }
}
