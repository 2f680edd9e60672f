using System.Numerics;

namespace MetaMirror.Numerics;

/// <summary>
/// The truncated Neumann series x = α Σ_{j=0..i} (I − αA)^j b, which tends to A⁻¹b when the eigenvalues of αA lie in (0, 2)
/// (Lorraine, Vicol, Duvenaud 2020). i repeats give i + 1 terms, as in the authors' code.
/// </summary>
/// <remarks>Differs from the paper: its Algorithm 3 prints "p −= v" and drops the final factor α; here p += v and x = α p, as the authors' code does.</remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
/// <param name="Repeats">i, at least 0.</param>
/// <param name="Step">α &gt; 0.</param>
/// <param name="Tolerance">Stops earlier when ‖b − A x‖ ≤ Tolerance·‖b‖; with 0 all repeats are done and truncation counts as success.</param>
public sealed record NeumannSeries<T>(int Repeats, double Step = 1, double Tolerance = 0)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Stops when the residual has grown by this factor: a series that still converges afterwards would have lost its digits.</summary>
    private const double GrowthLimit = 1e6;

    /// <summary>Elements of scratch that <see cref="Solve"/> needs.</summary>
    /// <param name="n">Length of the unknown.</param>
    /// <returns>2 n.</returns>
    public static int ScratchLength(int n) => 2 * n;

    /// <summary>x ← α Σ_{j=0..i} (I − αA)^j b.</summary>
    /// <param name="a">A; need not be symmetric.</param>
    /// <param name="b">Shape [n].</param>
    /// <param name="x">Shape [n]; overwritten.</param>
    /// <param name="scratch">At least <see cref="ScratchLength"/> elements; overwritten.</param>
    /// <returns>What was done. Its residual costs one more product with A; the status is Diverged if it exceeds ‖b‖ or is not finite.</returns>
    /// <exception cref="ArgumentException">Lengths differ or spans overlap.</exception>
    public SolveReport Solve(LinearOperator<T> a, ReadOnlySpan<T> b, Span<T> x, Span<T> scratch)
    {
        SolveState.Check(a, b, x, scratch, ScratchLength(b.Length));
        ArgumentOutOfRangeException.ThrowIfNegative(Repeats, nameof(Repeats));
        SolveState.CheckSetting(Tolerance, nameof(Tolerance));
        if (!(Step > 0 && double.IsFinite(Step)))
            throw new ArgumentOutOfRangeException(nameof(Step), Step, "The step of a Neumann series must be positive and finite.");
        int n = b.Length;
        Span<T> counter = scratch[..n], product = scratch.Slice(n, n);
        double normOfB = SolveState.Norm(b), noise = SolveState.Noise<T>(n), residual = normOfB;
        var state = new SolveState("Neumann series", normOfB, truncatedByRequest: Tolerance == 0);
        T alpha = T.CreateTruncating(Step);
        b.CopyTo(counter);
        x.Clear();

        // counter_j = (I − αA)^j b is the residual of the series with j terms, so every product with A also measures one residual.
        for (int terms = 1; double.IsFinite(residual) && residual <= GrowthLimit * normOfB; terms++)
        {
            Vectors.AddScaled(alpha, counter, x);
            state.Iterations = terms - 1;
            a.Apply(counter, product);
            double cAc = Vectors.Dot<T>(counter, product), cc = Vectors.SquaredNorm<T>(counter);
            if (cc > 0 && double.IsFinite(cAc))
                state.Record(cAc, cc, noise * Math.Sqrt(Vectors.SquaredNorm<T>(product) / cc));
            Vectors.AddScaled(-alpha, product, counter);
            residual = SolveState.Norm<T>(counter);
            if (residual <= Tolerance * normOfB)
                return state.Report(SolveStatus.Converged, residual);
            if (terms > Repeats)
                break;
        }

        return state.Report(double.IsFinite(residual) && residual <= normOfB ? SolveStatus.MaximumIterations : SolveStatus.Diverged, residual);
    }
}
