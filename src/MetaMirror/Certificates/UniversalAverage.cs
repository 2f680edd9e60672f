namespace MetaMirror.Certificates;

/// <summary>
/// PAPERS 6.8 (i), any optimizer, any points, any weights, any metric: l(thetabar) - l(u) &lt;= [ sum c_t &lt;g_t, theta_t - theta_1&gt; + D ||sum c_t g_t||_{P^-1} ] / C.
/// </summary>
public sealed class UniversalAverage : RunCertificate
{
    /// <inheritdoc/>
    public override CertificateLevel Level => CertificateLevel.L2;

    /// <inheritdoc/>
    public override string Name => "universal";

    /// <inheritdoc/>
    public override bool Concerns(CertifiedRun run) => true;

    /// <inheritdoc/>
    protected override string Statement(CertifiedRun run) => $"the excess loss of the weighted average iterate (and of the best one) over {run.Comparator.Name}";

    /// <inheritdoc/>
    protected override IEnumerable<Premise> Premises(CertifiedRun run) =>
    [
        RunPremises.Convex(run),
        RunPremises.FullBatches(run),
        .. RunPremises.Comparison(run),
    ];

    /// <inheritdoc/>
    protected override double Bound(CertifiedRun run) => (run.Sums.WeightedInner + (run.Distance * Math.Sqrt(run.Sums.Geometry.SquaredDualNorm(run.Sums.WeightedGradient)))) / run.Sums.WeightSum;

    /// <inheritdoc/>
    protected override double? Measured(CertifiedRun run) => run.Excess(run.AverageLoss);

    /// <inheritdoc/>
    protected override string Note(CertifiedRun run) => "it holds for any optimizer";
}
