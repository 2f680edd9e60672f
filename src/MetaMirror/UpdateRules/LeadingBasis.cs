using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>Leading eigenvectors of a factor: of small ones by the whole decomposition, of large ones by subspace iteration.</summary>
internal static class LeadingBasis
{
    /// <summary>From here on a few leading vectors are found faster by products.</summary>
    public const int Large = 200;

    /// <summary>Relative residual: below what single precision shows, far above rounding.</summary>
    private const double Tolerance = 1e-9;

    /// <summary>About the cost of the whole decomposition, in products with the block.</summary>
    private const int MostProducts = 120;

    /// <summary>Values in ascending order, and vectors in the columns of [n x r].</summary>
    /// <param name="factor">Shape [n x n], a sum of squares.</param>
    /// <param name="n">Order.</param>
    /// <param name="r">How many.</param>
    public static (double[] Values, double[] Vectors) Of(ReadOnlySpan<double> factor, int n, int r)
    {
        double[] values = new double[r], columns = new double[n * r];
        if (n >= Large && r > 0 && r <= n / 4)
        {
            double[] rows = new double[r * n];
            if (new LeadingEigen<double>(n, r).Compute(factor, 0, Tolerance, MostProducts, values, rows).Converged)
            {
                Array.Reverse(values);
                for (int i = 0; i < columns.Length; i++)
                    columns[i] = rows[((r - 1 - (i % r)) * n) + (i / r)];
                return (values, columns);
            }
        }

        double[] all = new double[n], vectors = new double[n * n];
        SymmetricEigen.Decompose(factor, n, all, vectors);
        all.AsSpan(n - r).CopyTo(values);
        for (int i = 0; i < columns.Length; i++)
            columns[i] = vectors[(i / r * n) + n - r + (i % r)];
        return (values, columns);
    }
}
