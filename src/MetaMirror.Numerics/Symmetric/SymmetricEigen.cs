using System.Numerics;

namespace MetaMirror.Numerics;

/// <summary>
/// Eigenvalues and eigenvectors of a symmetric matrix, A = V diag(λ) Vᵀ, by Householder tridiagonalization and implicit QL
/// (Golub and Van Loan, "Matrix Computations", 8.3). One thread, sums in fixed lanes: the same bits on every instruction set.
/// </summary>
public static class SymmetricEigen
{
    /// <summary>Largest difference between a_ij and a_ji, relative to the largest entry, that is taken for rounding.</summary>
    private const double SymmetryTolerance = 1e-6;

    /// <summary>values ← λ in ascending order; column j of vectors ← unit eigenvector of λ_j, its entry of largest magnitude positive.</summary>
    /// <param name="a">Shape [n, n], symmetric up to rounding (the mean of both halves is used).</param>
    /// <param name="n">Order of the matrix.</param>
    /// <param name="values">Shape [n]; overwritten.</param>
    /// <param name="vectors">Shape [n, n], row-major; overwritten; shares no memory with a.</param>
    /// <exception cref="ArgumentException">A span does not have the stated shape, or a is not finite or not symmetric.</exception>
    /// <exception cref="ArithmeticException">QL did not converge (not known to happen for finite matrices).</exception>
    public static void Decompose(ReadOnlySpan<double> a, int n, Span<double> values, Span<double> vectors)
    {
        Require.NotNegative(n, nameof(n));
        Require.Shape(n, n, a.Length, nameof(a), "n x n");
        Require.Length(n, values.Length, nameof(values), "n");
        Require.Shape(n, n, vectors.Length, nameof(vectors), "n x n");
        Require.Disjoint(a, vectors, nameof(a), nameof(vectors));
        if (n == 0)
            return;
        using var work = new Rented((n * n) + (3 * n));
        Span<double> w = work.Span[..(n * n)], offDiagonal = work.Span.Slice(n * n, n), tau = work.Span.Slice((n * n) + n, n), row = work.Span[^n..];
        CopySymmetric(a, n, w);

        // The scale keeps squares of very large or very small entries in range; a power of two leaves all digits as they are.
        double largest = Vectors.MaxAbs<double>(w);
        double scale = largest == 0 ? 1 : Math.ScaleB(1, -Math.Clamp(Math.ILogB(largest), -1000, 1000));
        Vectors.Scale(scale, w);
        Householder.Tridiagonalize(w, n, values, offDiagonal, tau, row);
        Householder.Accumulate(w, n, tau, vectors);
        ImplicitQl.Diagonalize(values, offDiagonal, n, vectors);
        Vectors.Scale(1 / scale, values);
        SortIntoColumns(values, vectors, w, offDiagonal, n);
    }

    internal static void CopySymmetric(ReadOnlySpan<double> a, int n, Span<double> w)
    {
        int bad = Vectors.IndexOfNonFinite(a);
        if (bad >= 0)
            throw new ArgumentException(FormattableString.Invariant($"The matrix must be finite, but entry [{bad / n}, {bad % n}] is {a[bad]}."), nameof(a));
        double limit = SymmetryTolerance * Vectors.MaxAbs(a);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double x = a[(i * n) + j], y = a[(j * n) + i];
                if (Math.Abs(x - y) > limit)
                    throw new ArgumentException(
                        FormattableString.Invariant($"The matrix must be symmetric, but [{i}, {j}] is {x} and [{j}, {i}] is {y}."), nameof(a));
                w[(i * n) + j] = w[(j * n) + i] = (0.5 * x) + (0.5 * y);
            }
        }
    }

    /// <summary>Rows of vectors are eigenvectors in the order found: sorts by value (stable), fixes signs, transposes.</summary>
    private static void SortIntoColumns(Span<double> values, Span<double> vectors, Span<double> w, Span<double> sorted, int n)
    {
        for (int i = 0; i < n; i++)
        {
            int rank = 0;
            for (int j = 0; j < n; j++)
            {
                if (values[j] < values[i] || (values[j] == values[i] && j < i))
                    rank++;
            }

            sorted[rank] = values[i];
            ReadOnlySpan<double> vector = vectors.Slice(i * n, n);
            int largest = 0;
            for (int p = 1; p < n; p++)
            {
                if (Math.Abs(vector[p]) > Math.Abs(vector[largest]))
                    largest = p;
            }

            bool flip = vector[largest] < 0;
            for (int p = 0; p < n; p++)
                w[(p * n) + rank] = flip ? -vector[p] : vector[p];
        }

        sorted.CopyTo(values);
        w.CopyTo(vectors);
    }
}
