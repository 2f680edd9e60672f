using System.Numerics;

namespace MetaMirror.Numerics;

/// <summary>Cholesky factors of symmetric positive definite matrices, A = L Lᵀ, row-major.</summary>
public static class Cholesky
{
    /// <summary>l ← L, lower triangular with a positive diagonal and zeros above it.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="a">Shape [n, n]; only the lower triangle is read.</param>
    /// <param name="n">Order of the matrix.</param>
    /// <param name="l">Shape [n, n]; overwritten; may be a itself.</param>
    /// <returns>False if a is not positive definite (or not finite): l is then unfinished.</returns>
    /// <exception cref="ArgumentException">A span does not have the stated shape, or the spans overlap without starting together.</exception>
    public static bool TryFactor<T>(ReadOnlySpan<T> a, int n, Span<T> l)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.NotNegative(n, nameof(n));
        Require.Shape(n, n, a.Length, nameof(a), "n x n");
        Require.Shape(n, n, l.Length, nameof(l), "n x n");
        Require.SameStartOrDisjoint(a, l, nameof(a), nameof(l));
        for (int i = 0; i < n; i++)
        {
            Span<T> row = l.Slice(i * n, n);
            for (int j = 0; j < i; j++)
                row[j] = (a[(i * n) + j] - T.CreateTruncating(Vectors.Dot<T>(row[..j], l.Slice(j * n, j)))) / l[(j * n) + j];
            T pivot = a[(i * n) + i] - T.CreateTruncating(Vectors.SquaredNorm<T>(row[..i]));
            if (!(pivot > T.Zero) || !T.IsFinite(pivot))
                return false;
            row[i] = T.Sqrt(pivot);
            row[(i + 1)..].Clear();
        }

        return true;
    }

    /// <summary>x ← A⁻¹ b by L y = b, Lᵀ x = y.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="l">Shape [n, n], a factor from <see cref="TryFactor"/>.</param>
    /// <param name="n">Order of the matrix.</param>
    /// <param name="b">Shape [n].</param>
    /// <param name="x">Shape [n]; overwritten; may be b itself.</param>
    /// <exception cref="ArgumentException">A span does not have the stated shape, or the spans overlap without starting together.</exception>
    public static void Solve<T>(ReadOnlySpan<T> l, int n, ReadOnlySpan<T> b, Span<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.NotNegative(n, nameof(n));
        Require.Shape(n, n, l.Length, nameof(l), "n x n");
        Require.Length(n, b.Length, nameof(b), "n");
        Require.Length(n, x.Length, nameof(x), "n");
        Require.SameStartOrDisjoint(b, x, nameof(b), nameof(x));
        Require.Disjoint(l, x, nameof(l), nameof(x));
        for (int i = 0; i < n; i++)
            x[i] = (b[i] - T.CreateTruncating(Vectors.Dot(l.Slice(i * n, i), x[..i]))) / l[(i * n) + i];
        for (int i = n - 1; i >= 0; i--)
        {
            x[i] /= l[(i * n) + i];
            Vectors.AddScaled(-x[i], l.Slice(i * n, i), x[..i]);
        }
    }
}
