using System.Numerics;

namespace MetaMirror.Numerics;

/// <summary>
/// Roots of symmetric positive definite matrices by products, for large ones: A = L Lᵀ, L = H U with U orthogonal (<see cref="PolarFactor{T}"/>),
/// A^{1/2} = H = L Uᵀ and A^{−1/2} = L^{−T} Uᵀ. The iteration sees the square root of A's condition only.
/// </summary>
/// <remarks>Differs from the coupled Newton-Schulz iteration on A itself, which loses the digits of A's condition. Memory 5 n²; nothing is allocated after construction.</remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
/// <param name="n">Order of the matrices.</param>
public sealed class SpdRoots<T>(int n)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly PolarFactor<T> _polar = new(n);
    private readonly T[] _l = new T[n * n];
    private readonly T[] _u = new T[n * n];

    /// <summary>n.</summary>
    public int Order => n;

    /// <summary>result ← A^{1/2}.</summary>
    /// <param name="a">Shape [n, n], symmetric up to rounding.</param>
    /// <param name="result">Shape [n, n]; overwritten on success, else left as it was; may be a itself.</param>
    /// <exception cref="ArgumentException">A shape is wrong, or a is not finite and symmetric.</exception>
    public RootReport SquareRoot(ReadOnlySpan<T> a, Span<T> result)
    {
        Require.Shape(n, n, result.Length, nameof(result), "n x n");
        RootReport report = Factor(a);
        if (report.Succeeded)
        {
            Gemm.Multiply<T>(false, true, n, n, n, T.One, _l, _u, T.Zero, result);
            Symmetry.Symmetrize(result, n, result);
        }

        return report;
    }

    /// <summary>result ← A^{−1/2}.</summary>
    /// <param name="a">Shape [n, n], symmetric up to rounding.</param>
    /// <param name="result">Shape [n, n]; overwritten on success, else left as it was; may be a itself.</param>
    /// <exception cref="ArgumentException">A shape is wrong, or a is not finite and symmetric.</exception>
    public RootReport InverseSquareRoot(ReadOnlySpan<T> a, Span<T> result)
    {
        Require.Shape(n, n, result.Length, nameof(result), "n x n");
        RootReport report = Factor(a);
        if (report.Succeeded)
        {
            Transposition.Copy(n, n, _u, result);
            Triangular.Solve(true, n, n, _l, result);
            Symmetry.Symmetrize(result, n, result);
        }

        return report;
    }

    /// <summary>result ← A^{−1/p} by log₂ p roots; the report has the iterations of all and the largest residual.</summary>
    /// <param name="a">Shape [n, n], symmetric up to rounding.</param>
    /// <param name="p">A power of two from 2: 2, 4, 8.</param>
    /// <param name="result">Shape [n, n]; overwritten; on failure holds a root on the way or what it held; may be a itself.</param>
    /// <exception cref="ArgumentException">A shape is wrong, p is no such power, or a is not finite and symmetric.</exception>
    public RootReport InverseRoot(ReadOnlySpan<T> a, int p, Span<T> result)
    {
        if (p < 2 || !BitOperations.IsPow2(p))
            throw new ArgumentOutOfRangeException(nameof(p), p, $"The root must be a power of two from 2, but is {p}.");
        if (p == 2)
            return InverseSquareRoot(a, result);
        int iterations = 0;
        double residual = 0;
        RootReport report = SquareRoot(a, result);
        for (int power = p / 2; report.Succeeded; power /= 2)
        {
            (iterations, residual) = (iterations + report.Iterations, Math.Max(residual, report.Residual));
            if (power == 1)
                return new RootReport(RootStatus.Converged, iterations, residual);
            report = power == 2 ? InverseSquareRoot(result, result) : SquareRoot(result, result);
        }

        return report;
    }

    /// <summary>result ← A⁻¹ = L^{−T} L⁻¹; no iterations.</summary>
    /// <param name="a">Shape [n, n], symmetric up to rounding.</param>
    /// <param name="result">Shape [n, n]; overwritten on success, else left as it was; may be a itself.</param>
    /// <exception cref="ArgumentException">A shape is wrong, or a is not finite and symmetric.</exception>
    public RootReport Inverse(ReadOnlySpan<T> a, Span<T> result)
    {
        Require.Shape(n, n, result.Length, nameof(result), "n x n");
        Symmetry.RequireSymmetric(a, n, nameof(a));
        Symmetry.Symmetrize(a, n, _l);
        if (!Cholesky.TryFactor(_l, n, _l))
            return new RootReport(RootStatus.NotPositiveDefinite, 0, double.PositiveInfinity);
        result.Clear();
        for (int i = 0; i < n; i++)
            result[(i * n) + i] = T.One;
        Triangular.Solve(false, n, n, _l, result);
        Triangular.Solve(true, n, n, _l, result);
        Symmetry.Symmetrize(result, n, result);
        return new RootReport(RootStatus.Converged, 0, 0);
    }

    private RootReport Factor(ReadOnlySpan<T> a)
    {
        Symmetry.RequireSymmetric(a, n, nameof(a));
        Symmetry.Symmetrize(a, n, _l);
        return Cholesky.TryFactor(_l, n, _l) ? _polar.Compute(_l, _u) : new RootReport(RootStatus.NotPositiveDefinite, 0, double.PositiveInfinity);
    }
}
