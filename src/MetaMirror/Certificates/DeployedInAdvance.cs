namespace MetaMirror.Certificates;

/// <summary>
/// PAPERS 6.8 (h) a priori, from the schedule alone: a trust region tau bounds every gradient and buffer, so that l(thetabar) - l(u) &lt;= [ D^2 / 2 + (tau^2 / 2) sum gam_t^2
/// + tau^2 sum gam_t kap_t (1 - mu^(t-1)) / (1 - mu) ] / (min(1, tau / Gmax) sum gam_t). Where the potential is not quadratic the sums are (tau^2 / 2) sum (gam_t + kap_t (1 - mu^(t-1)) / (1 - mu))^2,
/// by 6.8 (g) and the triangle inequality. Gmax is the largest dual norm of this run: for other runs it is an assumption.
/// </summary>
public sealed class DeployedInAdvance : RunCertificate
{
    /// <inheritdoc/>
    public override CertificateLevel Level => CertificateLevel.L2;

    /// <inheritdoc/>
    public override string Name => "everything-in-advance";

    /// <inheritdoc/>
    public override bool Concerns(CertifiedRun run) => run?.Sums.Form is { Scaling: GradientScaling.DualNorm, Momentum: not (MomentumForm.Optimistic or MomentumForm.Hints) };

    /// <inheritdoc/>
    protected override string Statement(CertifiedRun run) => $"the excess loss of the weighted average iterate (and of the best one) over {run.Comparator.Name}";

    /// <inheritdoc/>
    protected override IEnumerable<Premise> Premises(CertifiedRun run) =>
    [
        RunPremises.Convex(run),
        RunPremises.FullBatches(run),
        RunPremises.ExactSteps(run),
        RunPremises.Momentum(run, MomentumForm.None, MomentumForm.HeavyBall, MomentumForm.Nesterov),
        Premise.Checked("no dual norm of a gradient exceeds the largest one of this run", how: "measured, after the run"),
        .. RunPremises.Comparison(run),
    ];

    /// <inheritdoc/>
    protected override double Bound(CertifiedRun run)
    {
        DescentForm form = run.Sums.Form!;
        bool isQuadratic = run.Sums.Geometry.IsQuadratic;
        double d = run.Distance, tau = form.Radius, mu = form.Mu, sum = 0, weights = 0, power = 1, largest = 0;
        for (int t = 0; t < form.Steps; t++)
        {
            double gamma = run.Sums.Gamma[t], past = run.Sums.Kappa[t] * (1 - power) / (1 - mu);
            sum += (gamma * gamma / 2) + (gamma * past) + (isQuadratic ? 0 : past * past / 2);
            weights += gamma;
            power *= mu;
            largest = Math.Max(largest, run.Sums.DualNorms[t]);
        }

        return ((d * d / 2) + (tau * tau * sum) + Math.Abs(run.Sums.Drift)) / (Math.Min(1, tau / largest) * weights);
    }

    /// <inheritdoc/>
    protected override double? Measured(CertifiedRun run) => run.Excess(run.AverageLoss);
}
