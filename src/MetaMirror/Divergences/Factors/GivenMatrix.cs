using MetaMirror.Numerics;

namespace MetaMirror.Divergences.Factors;

/// <summary>What can be wrong with a factor that a user gives.</summary>
internal static class GivenMatrix
{
    /// <summary>Largest difference between a_ij and a_ji, relative to the largest entry, that is taken for rounding.</summary>
    private const double SymmetryTolerance = 1e-6;

    /// <summary>Eigenvalues below this times the largest are rounding errors of zero.</summary>
    public static double Rounding(int n) => n * 2.2e-16;

    /// <summary>Why f is no symmetric finite matrix of order n; null if it is.</summary>
    public static string? Problem(ReadOnlySpan<double> f, int n)
    {
        if (f.Length != (long)n * n)
            return $"expected {n} x {n} values, found {f.Length}";
        int bad = Vectors.IndexOfNonFinite(f);
        if (bad >= 0)
            return FormattableString.Invariant($"expected finite values, found {f[bad]} at [{bad / n}, {bad % n}]");
        double limit = SymmetryTolerance * Vectors.MaxAbs(f);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++)
            {
                double x = f[(i * n) + j], y = f[(j * n) + i];
                if (Math.Abs(x - y) > limit)
                    return FormattableString.Invariant($"expected a symmetric matrix, found {x} at [{i}, {j}] and {y} at [{j}, {i}]");
            }
        }

        return null;
    }

    /// <summary>Says by how much f, symmetric and finite, misses being positive definite.</summary>
    public static string NotPositive(ReadOnlySpan<double> f, int n)
    {
        double[] values = new double[n], vectors = new double[n * n];
        SymmetricEigen.Decompose(f, n, values, vectors);
        return FormattableString.Invariant($"expected a positive definite matrix, found eigenvalues from {values[0]} to {values[^1]}; add damping to a singular one");
    }
}
