using System.Numerics;

namespace MetaMirror.Numerics;

/// <summary>
/// Conjugate gradients on the normal equations, (AᵀA + δI) x = Aᵀb, in the form that never squares A (CGLS): for matrices that are
/// not symmetric or not definite. With δ = 0 and A invertible, x solves A x = b.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
/// <param name="Tolerance">Converged when ‖b − A x‖ ≤ Tolerance·‖b‖, or with δ &gt; 0 when ‖Aᵀ(b − A x) − δx‖ ≤ Tolerance·‖Aᵀb‖.</param>
/// <param name="MaximumIterations">Most iterations (one product with A and one with Aᵀ each).</param>
/// <param name="Damping">δ ≥ 0.</param>
public sealed record NormalConjugateGradient<T>(double Tolerance = 1e-10, int MaximumIterations = 1000, double Damping = 0)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Elements of scratch that <see cref="Solve"/> needs.</summary>
    /// <param name="n">Length of the unknown.</param>
    /// <returns>5 n.</returns>
    public static int ScratchLength(int n) => 5 * n;

    /// <summary>x ← approximate solution, started from 0.</summary>
    /// <param name="a">A.</param>
    /// <param name="transpose">Aᵀ.</param>
    /// <param name="b">Shape [n].</param>
    /// <param name="x">Shape [n]; overwritten.</param>
    /// <param name="scratch">At least <see cref="ScratchLength"/> elements; overwritten.</param>
    /// <returns>What was done; the residual is that of the equation named at <see cref="Tolerance"/>; the curvature is that of AᵀA + δI.</returns>
    /// <exception cref="ArgumentException">Lengths differ or spans overlap.</exception>
    public SolveReport Solve(LinearOperator<T> a, LinearOperator<T> transpose, ReadOnlySpan<T> b, Span<T> x, Span<T> scratch)
    {
        SolveState.Check(a, b, x, scratch, ScratchLength(b.Length));
        ArgumentNullException.ThrowIfNull(transpose);
        Require.SameLength(a.Length, transpose.Length, "the operator", nameof(transpose));
        SolveState.CheckSetting(Tolerance, nameof(Tolerance));
        ArgumentOutOfRangeException.ThrowIfNegative(MaximumIterations, nameof(MaximumIterations));
        SolveState.CheckSetting(Damping, nameof(Damping));
        int n = b.Length;
        Span<T> r = scratch[..n], s = scratch.Slice(n, n), p = scratch.Slice(2 * n, n), q = scratch.Slice(3 * n, n), current = scratch.Slice(4 * n, n);
        x.Clear();
        current.Clear();
        b.CopyTo(r);
        transpose.Apply(r, s);
        s.CopyTo(p);
        double ss = Vectors.SquaredNorm<T>(s), noise = SolveState.Noise<T>(n);
        double scale = Damping > 0 ? Math.Sqrt(ss) : SolveState.Norm(b), target = Tolerance * scale, best = scale;
        var state = new SolveState("Conjugate gradients on the normal equations", scale, truncatedByRequest: Tolerance == 0);
        if (!double.IsFinite(scale) || !double.IsFinite(ss))
            return state.Report(SolveStatus.Diverged, double.NaN);
        SolveStatus status = scale <= target ? SolveStatus.Converged : SolveStatus.MaximumIterations;
        while (status == SolveStatus.MaximumIterations && state.Iterations < MaximumIterations)
        {
            a.Apply(p, q);
            state.Iterations++;
            double pp = Vectors.SquaredNorm<T>(p), curvature = Vectors.SquaredNorm<T>(q) + (Damping * pp);
            if (!double.IsFinite(curvature))
            {
                status = SolveStatus.Diverged;
                break;
            }

            // ‖Aᵀr‖ ≤ u·‖A‖·‖r‖: what is left of r is orthogonal to the range of A, to rounding. Going on would add noise only.
            bool onlyNoise = Damping == 0 && Math.Sqrt(ss) <= noise * Math.Sqrt(curvature / pp) * SolveState.Norm<T>(r);
            if (state.Record(curvature, pp, 0) != CurvatureSign.Positive || onlyNoise)
            {
                status = SolveStatus.Breakdown;
                break;
            }

            double alpha = ss / curvature;
            Vectors.AddScaled(T.CreateTruncating(alpha), p, current);
            Vectors.AddScaled(T.CreateTruncating(-alpha), q, r);
            transpose.Apply(r, s);
            if (Damping > 0)
                Vectors.AddScaled(T.CreateTruncating(-Damping), current, s);
            double next = Vectors.SquaredNorm<T>(s), norm = Damping > 0 ? Math.Sqrt(next) : SolveState.Norm<T>(r);
            if (!double.IsFinite(next) || !double.IsFinite(norm))
            {
                status = SolveStatus.Diverged;
                break;
            }

            if (norm < best)
            {
                best = norm;
                current.CopyTo(x);
            }

            if (norm <= target)
                status = SolveStatus.Converged;
            Vectors.LinearCombination(T.One, s, T.CreateTruncating(next / ss), p, p);
            ss = next;
        }

        a.Apply(x, q);
        Vectors.Subtract(b, q, r);
        if (Damping > 0)
        {
            transpose.Apply(r, s);
            Vectors.AddScaled(T.CreateTruncating(-Damping), x, s);
        }

        double residual = SolveState.Norm<T>(Damping > 0 ? s : r);
        if (!double.IsFinite(residual))
            status = SolveStatus.Diverged;
        else if (residual <= target)
            status = SolveStatus.Converged;
        else if (status == SolveStatus.Converged)
            status = SolveStatus.Breakdown;
        return state.Report(status, residual);
    }
}
