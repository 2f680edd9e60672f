namespace MetaMirror.Certificates;

/// <summary>
/// PAPERS 6.8 (i), any optimizer and any point x, here theta_{T+1}: l(x) - l(u) &lt;= l(x) - LB, LB = [ sum c_t (l(theta_t) - &lt;g_t, theta_t - theta_1&gt;) - D ||sum c_t g_t||_{P^-1} ] / C,
/// a lower bound of the loss on the ball of radius D around theta_1.
/// </summary>
public sealed class UniversalLastIterate : RunCertificate
{
    /// <inheritdoc/>
    public override CertificateLevel Level => CertificateLevel.L2;

    /// <inheritdoc/>
    public override string Name => "universal-last-iterate";

    /// <inheritdoc/>
    public override bool Concerns(CertifiedRun run) => true;

    /// <inheritdoc/>
    protected override string Statement(CertifiedRun run) => $"the excess loss of the last iterate over {run.Comparator.Name}";

    /// <inheritdoc/>
    protected override IEnumerable<Premise> Premises(CertifiedRun run) =>
    [
        RunPremises.Convex(run),
        RunPremises.FullBatches(run),
        Premise.Test(run.FinalLoss is not null, "the loss at the end was measured", how: "evaluated on the whole set"),
        .. RunPremises.Comparison(run),
    ];

    /// <inheritdoc/>
    protected override double Bound(CertifiedRun run) => run.FinalLoss!.Value - LowerBound(run);

    /// <inheritdoc/>
    protected override double? Measured(CertifiedRun run) => run.Excess(run.FinalLoss);

    /// <summary>LB.</summary>
    public static double LowerBound(CertifiedRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        RunSums sums = run.Sums;
        double sum = -sums.WeightedInner - (run.Distance * Math.Sqrt(sums.Geometry.SquaredDualNorm(sums.WeightedGradient)));
        for (int t = 0; t < sums.Count; t++)
            sum += sums.Weights[t] * sums.Losses[t];
        return sum / sums.WeightSum;
    }

    /// <inheritdoc/>
    protected override string Note(CertifiedRun run) => "it holds for any optimizer";
}
