using System.Numerics;

namespace MetaMirror.Numerics;

/// <summary>Cholesky factors of symmetric positive definite matrices, A = L Lᵀ, row-major.</summary>
public static unsafe class Cholesky
{
    /// <summary>Columns that are factored one by one, before the rest is brought up to date by one product.</summary>
    private const int BlockSize = 48;

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
            a.Slice(i * n, i + 1).CopyTo(l[(i * n)..]);

        fixed (T* start = l)
        {
            for (int first = 0; first < n; first += BlockSize)
            {
                int width = Math.Min(BlockSize, n - first), end = first + width;
                if (first > 0)
                {
                    // L[first:, first:end] −= L[first:, :first] L[first:end, :first]ᵀ
                    T* rows = start + ((nint)first * n);
                    BlockedGemm.Multiply(
                        n - first, width, first, -T.One, new Strided<T>(rows, n, 1), new Strided<T>(rows, 1, n), T.One, new Strided<T>(rows + first, n, 1));
                }

                for (int i = first; i < n; i++)
                {
                    Span<T> row = l.Slice((i * n) + first, width);
                    for (int j = first; j < Math.Min(i, end); j++)
                    {
                        int known = j - first;
                        double rest = double.CreateTruncating(row[known]) - Vectors.Dot<T>(row[..known], l.Slice((j * n) + first, known));
                        row[known] = T.CreateTruncating(rest / double.CreateTruncating(l[(j * n) + j]));
                    }

                    if (i >= end)
                        continue;
                    double pivot = double.CreateTruncating(row[i - first]) - Vectors.SquaredNorm<T>(row[..(i - first)]);
                    if (!(pivot > 0) || !double.IsFinite(pivot))
                        return false;
                    T root = T.CreateTruncating(Math.Sqrt(pivot));
                    if (T.IsZero(root))
                        return false;
                    row[i - first] = root;
                }
            }
        }

        // Products write above the diagonal too.
        for (int i = 0; i < n; i++)
            l[((i * n) + i + 1)..((i + 1) * n)].Clear();
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
