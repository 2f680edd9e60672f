using System.Numerics;

namespace MetaMirror.Numerics;

/// <summary>
/// The iteration x_{k+1} = A x_k + b from x_0 = 0, the adjoint fixed point of implicit differentiation (Grazzi et al. 2020). Converges
/// to (I − A)⁻¹ b when the spectral radius of A is below 1. K + 1 iterations equal a <see cref="NeumannSeries{T}"/> with K repeats,
/// step 1 and matrix I − A.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
/// <param name="Iterations">Most iterations, at least 1.</param>
/// <param name="Tolerance">Stops when ‖A x + b − x‖ ≤ Tolerance·‖b‖; with 0 all iterations are done and truncation counts as success.</param>
public sealed record FixedPointIteration<T>(int Iterations, double Tolerance = 0)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const double GrowthLimit = 1e6;

    /// <summary>Roundings of x that the difference of two dot products may hold.</summary>
    private const double RoundingFactor = 8;

    /// <summary>Elements of scratch that <see cref="Solve"/> needs.</summary>
    /// <param name="n">Length of the unknown.</param>
    /// <returns>2 n.</returns>
    public static int ScratchLength(int n) => 2 * n;

    /// <summary>x ← x_k after the last iteration.</summary>
    /// <param name="a">A; need not be symmetric.</param>
    /// <param name="b">Shape [n].</param>
    /// <param name="x">Shape [n]; overwritten.</param>
    /// <param name="scratch">At least <see cref="ScratchLength"/> elements; overwritten.</param>
    /// <returns>What was done; residual = ‖A x + b − x‖, which costs one more product; curvature = sign of the residuals' rᵀ(I − A)r.</returns>
    /// <exception cref="ArgumentException">Lengths differ or spans overlap.</exception>
    public SolveReport Solve(LinearOperator<T> a, ReadOnlySpan<T> b, Span<T> x, Span<T> scratch)
    {
        SolveState.Check(a, b, x, scratch, ScratchLength(b.Length));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Iterations, nameof(Iterations));
        SolveState.CheckSetting(Tolerance, nameof(Tolerance));
        Span<T> next = scratch[..b.Length], change = scratch.Slice(b.Length, b.Length);
        double normOfB = SolveState.Norm(b), residual = normOfB, noise = RoundingFactor * SolveState.Noise<T>(b.Length);
        var state = new SolveState("Fixed-point iteration", normOfB, truncatedByRequest: Tolerance == 0);
        x.Clear();
        b.CopyTo(next);

        // next is A x + b throughout: its distance from x is the residual at x, and it is the next iterate.
        while (true)
        {
            if (residual <= Tolerance * normOfB)
                return state.Report(SolveStatus.Converged, residual);
            if (!double.IsFinite(residual) || residual > GrowthLimit * normOfB)
                return state.Report(SolveStatus.Diverged, residual);
            if (state.Iterations == Iterations)
                return state.Report(residual <= normOfB ? SolveStatus.MaximumIterations : SolveStatus.Diverged, residual);
            Vectors.Subtract(next, x, change);
            next.CopyTo(x);
            state.Iterations++;
            a.Apply(x, next);
            Vectors.AddScaled(T.One, b, next);

            // The residuals r' = A r give r^T (I - A) r = r^T r - r^T r' for nothing, until they are no larger than the rounding of x.
            double rr = residual * residual, rr1 = Vectors.Dot<T>(change, next) - Vectors.Dot<T>(change, x);
            residual = Distance(next, x);
            if (rr > 0 && double.IsFinite(rr1))
                state.Record(rr - rr1, rr, noise * Math.Sqrt(Vectors.SquaredNorm<T>(x) / rr));
        }
    }

    private static double Distance(ReadOnlySpan<T> y, ReadOnlySpan<T> x) => Math.Sqrt(FixedLanes.Sum<T, SquaredDifference>(y, x));
}
