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
        SolveState.CheckSetting(Tolerance, nameof(Tolerance));
        ArgumentOutOfRangeException.ThrowIfNegative(MaximumIterations, nameof(MaximumIterations));
        SolveState.CheckSetting(Damping, nameof(Damping));
        int n = b.Length;
        Span<T> r = scratch[..n], p = scratch.Slice(n, n), ap = scratch.Slice(2 * n, n), current = scratch.Slice(3 * n, n);
        double normOfB = SolveState.Norm(b), target = Tolerance * normOfB, noise = SolveState.Noise<T>(n);
        var state = new SolveState("Conjugate gradients", normOfB, truncatedByRequest: Tolerance == 0);
        x.Clear();
        current.Clear();
        if (!double.IsFinite(normOfB))
            return state.Report(SolveStatus.Diverged, normOfB);
        b.CopyTo(r);
        b.CopyTo(p);
        double rr = normOfB * normOfB, best = normOfB, measured = normOfB;
        if (normOfB <= target)
            return state.Report(SolveStatus.Converged, normOfB);
        var status = SolveStatus.MaximumIterations;
        while (state.Iterations < MaximumIterations)
        {
            a.Apply(p, ap);
            AddDamping(p, ap);
            state.Iterations++;
            double pAp = Vectors.Dot<T>(p, ap), pp = Vectors.SquaredNorm<T>(p), squareOfAp = Vectors.SquaredNorm<T>(ap);
            if (!double.IsFinite(squareOfAp))
            {
                status = SolveStatus.Diverged;
                break;
            }

            CurvatureSign sign = state.Record(pAp, pp, noise * Math.Sqrt(squareOfAp / pp));
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

            if (norm > target)
            {
                Vectors.LinearCombination(T.One, r, T.CreateTruncating(next / rr), p, p);
                rr = next;
                continue;
            }

            // The recursive residual drifts from the true one: believe only b − A x. If that is too large, start anew from it, as long as it helps.
            double before = measured;
            measured = best = Residual(a, b, x, r);
            if (measured <= target)
                return state.Report(SolveStatus.Converged, measured);
            if (!(measured <= before / 2))
                return state.Report(double.IsFinite(measured) ? SolveStatus.Breakdown : SolveStatus.Diverged, measured);
            r.CopyTo(p);
            rr = measured * measured;
        }

        double residual = Residual(a, b, x, r);
        return state.Report(residual <= target ? SolveStatus.Converged : double.IsFinite(residual) ? status : SolveStatus.Diverged, residual);
    }

    /// <summary>r ← b − (A + δI) x.</summary>
    /// <returns>Its norm.</returns>
    private double Residual(LinearOperator<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> x, Span<T> r)
    {
        a.Apply(x, r);
        AddDamping(x, r);
        Vectors.Subtract(b, r, r);
        return SolveState.Norm<T>(r);
    }

    private void AddDamping(ReadOnlySpan<T> p, Span<T> ap)
    {
        if (Damping > 0)
            Vectors.AddScaled(T.CreateTruncating(Damping), p, ap);
    }
}
