using System.Numerics;

namespace MetaMirror.Numerics;

/// <summary>
/// Conjugate gradients for (A + δI) x = b with A symmetric positive definite (Hestenes and Stiefel 1952). Returns the iterate with
/// the smallest residual, measures that residual anew before it reports it, and stops at negative curvature.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
/// <param name="Tolerance">Converged when ‖b − (A + δI) x‖ ≤ Tolerance·‖b‖.</param>
/// <param name="MaximumIterations">Most products with A, apart from one that measures the residual.</param>
/// <param name="Damping">δ ≥ 0.</param>
public sealed record ConjugateGradient<T>(double Tolerance = 1e-10, int MaximumIterations = 1000, double Damping = 0)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Elements of scratch that <see cref="Solve"/> needs.</summary>
    /// <param name="n">Length of the unknown.</param>
    /// <returns>4 n.</returns>
    public static int ScratchLength(int n) => 4 * n;

    /// <summary>x ← approximate solution of (A + δI) x = b, started from 0.</summary>
    /// <param name="a">A.</param>
    /// <param name="b">Shape [n].</param>
    /// <param name="x">Shape [n]; overwritten.</param>
    /// <param name="scratch">At least <see cref="ScratchLength"/> elements; overwritten.</param>
    /// <returns>What was done; never an exception for numerical failure.</returns>
    /// <exception cref="ArgumentException">Lengths differ or spans overlap.</exception>
    public SolveReport Solve(LinearOperator<T> a, ReadOnlySpan<T> b, Span<T> x, Span<T> scratch)
    {
        SolveState.Check(a, b, x, scratch, ScratchLength(b.Length));
        ArgumentOutOfRangeException.ThrowIfNegative(Tolerance, nameof(Tolerance));
        ArgumentOutOfRangeException.ThrowIfNegative(MaximumIterations, nameof(MaximumIterations));
        ArgumentOutOfRangeException.ThrowIfNegative(Damping, nameof(Damping));
        int n = b.Length;
        Span<T> r = scratch[..n], p = scratch.Slice(n, n), ap = scratch.Slice(2 * n, n), current = scratch.Slice(3 * n, n);
        T damping = T.CreateTruncating(Damping);
        double normOfB = SolveState.Norm(b), target = Tolerance * normOfB, noise = SolveState.Noise<T>(n);
        var state = new SolveState("Conjugate gradients", normOfB, truncatedByRequest: Tolerance == 0);
        x.Clear();
        current.Clear();
        if (!double.IsFinite(normOfB))
            return state.Report(SolveStatus.Diverged, normOfB);
        b.CopyTo(r);
        b.CopyTo(p);
        double rr = normOfB * normOfB, best = normOfB;
        SolveStatus status = normOfB <= target ? SolveStatus.Converged : SolveStatus.MaximumIterations;
        while (status == SolveStatus.MaximumIterations && state.Iterations < MaximumIterations)
        {
            a.Apply(p, ap);
            if (Damping != 0)
                Vectors.AddScaled(damping, p, ap);
            state.Iterations++;
            double pAp = Vectors.Dot<T>(p, ap), pp = Vectors.SquaredNorm<T>(p);
            if (!double.IsFinite(pAp))
            {
                status = SolveStatus.Diverged;
                break;
            }

            CurvatureSign sign = state.Record(pAp, pp, noise * Math.Sqrt(Vectors.SquaredNorm<T>(ap) / pp));
            if (sign != CurvatureSign.Positive)
            {
                status = sign == CurvatureSign.Negative ? SolveStatus.NegativeCurvature : SolveStatus.Breakdown;
                break;
            }

            double alpha = rr / pAp;
            Vectors.AddScaled(T.CreateTruncating(alpha), p, current);
            Vectors.AddScaled(T.CreateTruncating(-alpha), ap, r);
            double next = Vectors.SquaredNorm<T>(r), norm = Math.Sqrt(next);
            if (!double.IsFinite(next))
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
            T beta = T.CreateTruncating(next / rr);
            rr = next;
            Vectors.LinearCombination(T.One, r, beta, p, p);
        }

        return Measured(a, b, x, r, target, status, state);
    }

    /// <summary>The recursive residual drifts from the true one: report the true one, and do not call it converged if it is not.</summary>
    private SolveReport Measured(LinearOperator<T> a, ReadOnlySpan<T> b, Span<T> x, Span<T> r, double target, SolveStatus status, SolveState state)
    {
        a.Apply(x, r);
        Vectors.AddScaled(T.CreateTruncating(Damping), x, r);
        Vectors.Subtract(b, r, r);
        double residual = SolveState.Norm<T>(r);
        if (!double.IsFinite(residual))
            status = SolveStatus.Diverged;
        else if (residual <= target)
            status = SolveStatus.Converged;
        else if (status == SolveStatus.Converged)
            status = SolveStatus.Breakdown;
        return state.Report(status, residual);
    }
}
