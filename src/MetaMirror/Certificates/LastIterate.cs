namespace MetaMirror.Certificates;

/// <summary>
/// PAPERS 6.8 (c), any steps c_1 .. c_{T-1} taken and any c_T > 0: l(theta_T) - l(u) &lt;= [ D^2 + sum c_t^2 G_t^2 ] / (2 C)
/// + 1/2 sum_{k&lt;T} c_k / (c_{k+1:T} c_{k:T}) sum_{t>=k} c_t^2 G_t^2. theta_T is the last point whose gradient was seen.
/// </summary>
public sealed class LastIterate : RunCertificate
{
    /// <inheritdoc/>
    public override CertificateLevel Level => CertificateLevel.L2;

    /// <inheritdoc/>
    public override string Name => "last-iterate";

    /// <inheritdoc/>
    public override bool Concerns(CertifiedRun run) => run?.Sums.Form is { Momentum: MomentumForm.None } or null;

    /// <inheritdoc/>
    protected override string Statement(CertifiedRun run) => $"the excess loss of the last iterate before the last step over {run.Comparator.Name}";

    /// <inheritdoc/>
    protected override IEnumerable<Premise> Premises(CertifiedRun run) =>
    [
        RunPremises.Convex(run),
        RunPremises.FullBatches(run),
        RunPremises.StrictSteps(run),
        RunPremises.Momentum(run, MomentumForm.None),
        .. RunPremises.Comparison(run),
    ];

    /// <inheritdoc/>
    protected override double Bound(CertifiedRun run)
    {
        ReadOnlySpan<double> c = run.Sums.Weights, g = run.Sums.DualNorms;
        int last = c.Length - 1;

        // c_T is free, but not 0, where a schedule ends.
        double end = c[last] > 0 ? c[last] : last > 0 ? c[last - 1] : 1, d = run.Distance;
        double weights = end, squares = end * end * g[last] * g[last], sum = 0;
        for (int k = last - 1; k >= 0; k--)
        {
            double after = weights;
            weights += c[k];
            squares += c[k] * c[k] * g[k] * g[k];
            sum += c[k] / (after * weights) * squares;
        }

        return (((d * d) + squares) / (2 * weights)) + (sum / 2);
    }

    /// <inheritdoc/>
    protected override double? Measured(CertifiedRun run) => run.Sums.Count > 0 ? run.Excess(run.Sums.Losses[^1]) : null;
}
