using System.Numerics;

namespace MetaMirror.Numerics;

/// <summary>
/// Geometric means of symmetric positive definite matrices by products (PAPERS 6.6), through Cholesky factors and one polar factor
/// (Iannazzo, "The geometric mean of two matrices from a computational viewpoint", 2016): no matrix is squared, so condition numbers to 1e10 are no harm.
/// </summary>
/// <remarks>Memory 6 n²; nothing is allocated after construction.</remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
/// <param name="n">Order of the matrices.</param>
public sealed class SpdMean<T>(int n)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly PolarFactor<T> _polar = new(n);
    private readonly T[] _a = new T[n * n];
    private readonly T[] _b = new T[n * n];
    private readonly T[] _m = new T[n * n];

    /// <summary>n.</summary>
    public int Order => n;

    /// <summary>result ← A # B = A^{1/2} (A^{−1/2} B A^{−1/2})^{1/2} A^{1/2} = L_A V L_Bᵀ with V the polar factor of L_A⁻¹ L_B.</summary>
    /// <param name="a">Shape [n, n], symmetric positive definite.</param>
    /// <param name="b">Shape [n, n], symmetric positive definite.</param>
    /// <param name="result">Shape [n, n]; overwritten on success, else left as it was; may be a or b.</param>
    /// <exception cref="ArgumentException">A shape is wrong, or a matrix is not finite and symmetric.</exception>
    public RootReport Mean(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> result)
    {
        Require.Shape(n, n, result.Length, nameof(result), "n x n");
        if (!Factor(a, b))
            return new RootReport(RootStatus.NotPositiveDefinite, 0, double.PositiveInfinity);
        _b.CopyTo(_m.AsSpan());
        Triangular.Solve(false, n, n, _a, _m);
        RootReport report = _polar.Compute(_m, _m);
        if (!report.Succeeded)
            return report;
        Gemm.Multiply<T>(false, true, n, n, n, T.One, _m, _b, T.Zero, result);
        result.CopyTo(_m);
        Gemm.Multiply<T>(false, false, n, n, n, T.One, _a, _m, T.Zero, result);
        return Finish(report, result);
    }

    /// <summary>
    /// q ← A⁻¹ # G, the unique positive definite solution of Q A Q = G and minimizer of U(Q) = ½ tr(QA) + ½ tr(Q⁻¹G): Q = L_A^{−T} Uᵀ L_Gᵀ with U the
    /// polar factor of M = L_Gᵀ L_A, so that no inverse is formed. U(Q) = ⟨U, M⟩, the sum of M's singular values.
    /// </summary>
    /// <param name="a">Shape [n, n], symmetric positive definite.</param>
    /// <param name="g">Shape [n, n], symmetric positive definite.</param>
    /// <param name="q">Shape [n, n]; overwritten on success, else left as it was; may be a or g.</param>
    /// <param name="bound">U(Q); 0 on failure.</param>
    /// <exception cref="ArgumentException">A shape is wrong, or a matrix is not finite and symmetric.</exception>
    public RootReport Metric(ReadOnlySpan<T> a, ReadOnlySpan<T> g, Span<T> q, out double bound)
    {
        Require.Shape(n, n, q.Length, nameof(q), "n x n");
        bound = 0;
        if (!Factor(a, g))
            return new RootReport(RootStatus.NotPositiveDefinite, 0, double.PositiveInfinity);
        Gemm.Multiply<T>(true, false, n, n, n, T.One, _b, _a, T.Zero, _m);
        RootReport report = _polar.Compute(_m, _m);
        if (!report.Succeeded)
            return report;

        // ⟨U, L_Gᵀ L_A⟩ = ⟨L_G U, L_A⟩ = ⟨Uᵀ L_Gᵀ, L_Aᵀ⟩; the product is needed anyway.
        Gemm.Multiply<T>(true, true, n, n, n, T.One, _m, _b, T.Zero, q);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
                bound += double.CreateTruncating(_a[(i * n) + j]) * double.CreateTruncating(q[(j * n) + i]);
        }

        Triangular.Solve(true, n, n, _a, q);
        return Finish(report, q);
    }

    private bool Factor(ReadOnlySpan<T> a, ReadOnlySpan<T> b)
    {
        Symmetry.RequireSymmetric(a, n, nameof(a));
        Symmetry.RequireSymmetric(b, n, nameof(b));
        Symmetry.Symmetrize(a, n, _a);
        Symmetry.Symmetrize(b, n, _b);
        return Cholesky.TryFactor(_a, n, _a) && Cholesky.TryFactor(_b, n, _b);
    }

    private RootReport Finish(RootReport report, Span<T> result)
    {
        Symmetry.Symmetrize(result, n, result);
        return Vectors.AllFinite<T>(result) ? report : report with { Status = RootStatus.Inaccurate };
    }
}
