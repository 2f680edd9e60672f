namespace MetaMirror.Certificates;

/// <summary>
/// PAPERS 6.8 (h), schedule, trust region and momentum or hints together, all terms measured: l(thetabar) - l(u) &lt;= [ D^2 / 2 + 1/2 sum c_t^2 G_t^2 - sum c_t &lt;g_t, h_t&gt;_{P^-1} ] / C,
/// c_t = gam_t s_t the total weight of g_t in all later steps, h_t = -kap_t v_{t-1} for momentum. Where the potential is not quadratic it is [ B(u||theta_1) + 1/2 sum ||c_t g_t - h_t||_*^2 ] / C,
/// by 6.8 (g), for momentum is a hint known before g_t.
/// </summary>
public sealed class DeployedOptimizer : RunCertificate
{
    /// <inheritdoc/>
    public override CertificateLevel Level => CertificateLevel.L2;

    /// <inheritdoc/>
    public override string Name => "everything-measured";

    /// <inheritdoc/>
    public override bool Concerns(CertifiedRun run) => true;

    /// <inheritdoc/>
    protected override string Statement(CertifiedRun run) => $"the excess loss of the weighted average iterate (and of the best one) over {run.Comparator.Name}";

    /// <inheritdoc/>
    protected override IEnumerable<Premise> Premises(CertifiedRun run) =>
    [
        RunPremises.Convex(run),
        RunPremises.FullBatches(run),
        RunPremises.ExactSteps(run),
        .. RunPremises.Comparison(run),
    ];

    /// <inheritdoc/>
    protected override double Bound(CertifiedRun run)
    {
        double d = run.Distance;
        return ((d * d / 2) + run.Sums.StepTerm + Math.Abs(run.Sums.Drift)) / run.Sums.WeightSum;
    }

    /// <inheritdoc/>
    protected override double? Measured(CertifiedRun run) => run.Excess(run.AverageLoss);
}
