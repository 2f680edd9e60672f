using System.Numerics;

namespace MetaMirror.Numerics;

/// <summary>Functions of symmetric matrices by eigendecomposition, f(A) = V diag(f(λ)) Vᵀ, row-major. Results are exactly symmetric.</summary>
public static class SymmetricMatrix
{
    /// <summary>Eigenvalues down to minus this times the largest count as zero.</summary>
    private const double NegativeTolerance = 1e-10;

    /// <summary>result ← A^{1/2}.</summary>
    /// <param name="a">Shape [n, n], symmetric positive semidefinite (up to rounding).</param>
    /// <param name="n">Order of the matrix.</param>
    /// <param name="result">Shape [n, n]; overwritten; may be a itself.</param>
    /// <exception cref="ArgumentException">A shape is wrong, or a is not finite, symmetric and positive semidefinite.</exception>
    public static void Sqrt(ReadOnlySpan<double> a, int n, Span<double> result) => Power(a, n, 0.5, double.NegativeInfinity, result);

    /// <summary>result ← A^{−1/2}.</summary>
    /// <param name="a">Shape [n, n], symmetric positive definite.</param>
    /// <param name="n">Order of the matrix.</param>
    /// <param name="result">Shape [n, n]; overwritten; may be a itself.</param>
    /// <exception cref="ArgumentException">A shape is wrong, or a is not finite, symmetric and positive definite.</exception>
    public static void InverseSqrt(ReadOnlySpan<double> a, int n, Span<double> result) => Power(a, n, -0.5, double.NegativeInfinity, result);

    /// <summary>result ← V diag(max(λ, floor)^exponent) Vᵀ.</summary>
    /// <param name="a">Shape [n, n], symmetric.</param>
    /// <param name="n">Order of the matrix.</param>
    /// <param name="exponent">Exponent, finite.</param>
    /// <param name="floor">Eigenvalues below it are raised to it; −∞ leaves them (then negative ones, and zero with a negative exponent, are refused).</param>
    /// <param name="result">Shape [n, n]; overwritten; may be a itself.</param>
    /// <exception cref="ArgumentException">A shape is wrong, a is not finite and symmetric, or an eigenvalue has no such power.</exception>
    public static void Power(ReadOnlySpan<double> a, int n, double exponent, double floor, Span<double> result)
    {
        Require.Shape(n, n, result.Length, nameof(result), "n x n");
        Require.SameStartOrDisjoint(a, result, nameof(a), nameof(result));
        if (!double.IsFinite(exponent) || double.IsNaN(floor))
            throw new ArgumentException(
                FormattableString.Invariant($"The exponent must be finite and the floor a number, but they are {exponent} and {floor}."), nameof(exponent));
        if (n == 0)
            return;
        using var work = new Rented((2 * n * n) + n);
        Span<double> values = work.Span[..n], vectors = work.Span.Slice(n, n * n), scaled = work.Span[^(n * n)..];
        SymmetricEigen.Decompose(a, n, values, vectors);
        double negligible = NegativeTolerance * Math.Max(Math.Abs(values[0]), Math.Abs(values[^1]));
        for (int j = 0; j < n; j++)
        {
            double value = Math.Max(values[j], floor);
            if (value < 0 && value >= -negligible)
                value = 0;
            if (value < 0 || (value == 0 && exponent < 0))
            {
                string found = FormattableString.Invariant($"Power {exponent} needs positive eigenvalues, but eigenvalue {j} of {n} is {value}; ");
                throw new ArgumentException(found + "raise the floor or add damping.", nameof(a));
            }

            values[j] = exponent switch { 0.5 => Math.Sqrt(value), -0.5 => 1 / Math.Sqrt(value), 1 => value, -1 => 1 / value, _ => Math.Pow(value, exponent) };
        }

        for (int i = 0; i < n; i++)
            Vectors.Multiply<double>(vectors.Slice(i * n, n), values, scaled.Slice(i * n, n));
        Gemm.Multiply<double>(false, true, n, n, n, 1, scaled, vectors, 0, result);
        Symmetry.Symmetrize(result, n, result);
    }

    /// <summary>result ← (A + damping I)^exponent, computed in double; negative eigenvalues of A count as zero.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="a">Shape [n, n]; the mean of both halves is used.</param>
    /// <param name="n">Order of the matrix.</param>
    /// <param name="exponent">Exponent, finite.</param>
    /// <param name="damping">Positive.</param>
    /// <param name="result">Shape [n, n]; overwritten; may be a itself.</param>
    /// <returns>False if a is not finite: result is then left as it was.</returns>
    /// <exception cref="ArgumentException">A shape is wrong, or the damping is not positive.</exception>
    public static bool TryPower<T>(ReadOnlySpan<T> a, int n, double exponent, double damping, Span<T> result)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.SupportedElement<T>();
        Require.Shape(n, n, a.Length, nameof(a), "n x n");
        Require.Shape(n, n, result.Length, nameof(result), "n x n");
        if (!(damping > 0))
            throw new ArgumentOutOfRangeException(nameof(damping), damping, FormattableString.Invariant($"The damping must be positive, but is {damping}."));
        if (!Vectors.AllFinite(a))
            return false;
        using var work = new Rented(n * n);
        Symmetry.Widen(a, n, work.Span);
        for (int i = 0; i < n; i++)
            work.Span[(i * n) + i] += damping;
        Power(work.Span, n, exponent, damping, work.Span);
        for (int i = 0; i < result.Length; i++)
            result[i] = T.CreateTruncating(work.Span[i]);
        return true;
    }

    /// <summary>result ← P #_t Q = L (L⁻¹ Q L^{−T})^t Lᵀ with P = L Lᵀ: the geodesic from P (t = 0) through the geometric mean P # Q (t = 1/2) to Q (t = 1), the damped update of a metric (PAPERS 6.6).</summary>
    /// <param name="p">Shape [n, n], symmetric positive definite.</param>
    /// <param name="q">Shape [n, n], symmetric positive definite.</param>
    /// <param name="t">From 0 to 1.</param>
    /// <param name="n">Order of the matrices.</param>
    /// <param name="result">Shape [n, n]; overwritten; may be p or q.</param>
    /// <exception cref="ArgumentException">A shape is wrong, t lies outside, or a matrix is not as stated.</exception>
    public static void Geodesic(ReadOnlySpan<double> p, ReadOnlySpan<double> q, double t, int n, Span<double> result)
    {
        Require.Shape(n, n, result.Length, nameof(result), "n x n");
        Symmetry.RequireSymmetric(p, n, nameof(p));
        Symmetry.RequireSymmetric(q, n, nameof(q));
        if (!(t >= 0 && t <= 1))
            throw new ArgumentOutOfRangeException(nameof(t), t, FormattableString.Invariant($"The point of a geodesic must lie between 0 and 1, but is {t}."));
        if (n == 0)
            return;
        using var work = new Rented(3 * n * n);
        Span<double> l = work.Span[..(n * n)], middle = work.Span.Slice(n * n, n * n), spare = work.Span[^(n * n)..];
        Symmetry.Symmetrize(p, n, l);
        Symmetry.Symmetrize(q, n, middle);
        if (!Cholesky.TryFactor(l, n, l))
            throw new ArgumentException("The geodesic needs positive definite matrices, but the first one is not; add a multiple of the identity.", nameof(p));
        Triangular.Solve(false, n, n, l, middle);
        Transposition.Copy(n, n, middle, spare);
        Triangular.Solve(false, n, n, l, spare);
        Symmetry.Symmetrize<double>(spare, n, spare);
        Power(spare, n, t, double.NegativeInfinity, spare);
        Gemm.Multiply<double>(false, false, n, n, n, 1, l, spare, 0, middle);
        Gemm.Multiply<double>(false, true, n, n, n, 1, middle, l, 0, result);
        Symmetry.Symmetrize(result, n, result);
    }
}
