using System.Numerics;

namespace MetaMirror.Numerics;

/// <summary>Products of dense row-major matrices.</summary>
public static class Gemm
{
    /// <summary>C ← α·op(A)·op(B) + β·C, with op(X) = X or Xᵀ; β = 0 does not read C.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="transposeA">Whether A is stored as [k, m] and used transposed.</param>
    /// <param name="transposeB">Whether B is stored as [n, k] and used transposed.</param>
    /// <param name="m">Rows of C.</param>
    /// <param name="n">Columns of C.</param>
    /// <param name="k">Inner length.</param>
    /// <param name="alpha">α.</param>
    /// <param name="a">Shape [m, k], or [k, m] if transposed.</param>
    /// <param name="b">Shape [k, n], or [n, k] if transposed.</param>
    /// <param name="beta">β.</param>
    /// <param name="c">Shape [m, n]; overwritten; shares no memory with a or b.</param>
    /// <exception cref="ArgumentException">A span does not have the stated shape, or c overlaps an input.</exception>
    public static void Multiply<T>(bool transposeA, bool transposeB, int m, int n, int k, T alpha, ReadOnlySpan<T> a, ReadOnlySpan<T> b, T beta, Span<T> c)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.SupportedElement<T>();
        Require.NotNegative(m, nameof(m));
        Require.NotNegative(n, nameof(n));
        Require.NotNegative(k, nameof(k));
        Require.Length((long)m * k, a.Length, nameof(a), transposeA ? $"k x m = {k} x {m}" : $"m x k = {m} x {k}");
        Require.Length((long)k * n, b.Length, nameof(b), transposeB ? $"n x k = {n} x {k}" : $"k x n = {k} x {n}");
        Require.Length((long)m * n, c.Length, nameof(c), $"m x n = {m} x {n}");
        Require.Disjoint(a, c, nameof(a), nameof(c));
        Require.Disjoint(b, c, nameof(b), nameof(c));
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                T sum = T.Zero;
                for (int p = 0; p < k; p++)
                    sum += (transposeA ? a[(p * m) + i] : a[(i * k) + p]) * (transposeB ? b[(j * k) + p] : b[(p * n) + j]);
                c[(i * n) + j] = T.IsZero(beta) ? alpha * sum : (alpha * sum) + (beta * c[(i * n) + j]);
            }
        }
    }

    /// <summary>y ← α·op(A)·x + β·y, with op(A) = A or Aᵀ; β = 0 does not read y.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="transpose">Whether Aᵀ is used.</param>
    /// <param name="m">Rows of A as stored.</param>
    /// <param name="n">Columns of A as stored.</param>
    /// <param name="alpha">α.</param>
    /// <param name="a">Shape [m, n].</param>
    /// <param name="x">Shape [n], or [m] if transposed.</param>
    /// <param name="beta">β.</param>
    /// <param name="y">Shape [m], or [n] if transposed; overwritten; shares no memory with a or x.</param>
    /// <exception cref="ArgumentException">A span does not have the stated shape, or y overlaps an input.</exception>
    public static void MultiplyVector<T>(bool transpose, int m, int n, T alpha, ReadOnlySpan<T> a, ReadOnlySpan<T> x, T beta, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Multiply(transpose, false, transpose ? n : m, 1, transpose ? m : n, alpha, a, x, beta, y);
}
