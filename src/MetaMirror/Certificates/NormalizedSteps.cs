namespace MetaMirror.Certificates;

/// <summary>
/// PAPERS 6.8 (d), a trust region that is active at every step, c_t = rho / G_t: with v = D^2 / (2 T rho) + rho / 2, min_t l(theta_t) - l_* &lt;= (beta / 2) v^2 for a beta-smooth loss.
/// </summary>
public sealed class NormalizedSteps : RunCertificate
{
    private const double Rounding = 1e-12;

    /// <inheritdoc/>
    public override CertificateLevel Level => CertificateLevel.L2;

    /// <inheritdoc/>
    public override string Name => "normalized-steps";

    /// <inheritdoc/>
    public override bool Concerns(CertifiedRun run) => run?.Sums.Form is { Momentum: MomentumForm.None, Scaling: GradientScaling.DualNorm or GradientScaling.Normalized, IsConstant: true } && Slack(run) <= Rounding;

    /// <inheritdoc/>
    protected override string Statement(CertifiedRun run) => $"the excess loss of the best iterate over {run.Comparator.Name}";

    /// <inheritdoc/>
    protected override IEnumerable<Premise> Premises(CertifiedRun run) =>
    [
        RunPremises.Convex(run),
        RunPremises.FullBatches(run),
        RunPremises.StrictSteps(run),
        RunPremises.Momentum(run, MomentumForm.None),
        RunPremises.Minimizer(run),
        Premise.AtMost(Slack(run), Rounding, "the trust region is active at every step", "measured at every step; margin: rounding, less the largest slack"),
        Premise.Test(double.IsFinite(run.Smoothness), "the loss is beta-smooth in the metric", how: "the objective states beta, read in the metric"),
        .. RunPremises.Comparison(run),
    ];

    /// <inheritdoc/>
    protected override double Bound(CertifiedRun run)
    {
        double rho = run.Sums.Form!.Rates[0] * run.Sums.Form.Radius, d = run.Distance;
        double v = (d * d / (2 * run.Sums.Steps * rho)) + (rho / 2);
        return run.Smoothness / 2 * v * v;
    }

    /// <inheritdoc/>
    protected override double? Measured(CertifiedRun run)
    {
        double best = double.PositiveInfinity;
        foreach (double loss in run.Sums.Losses)
            best = Math.Min(best, loss);
        return run.Excess(best);
    }

    /// <summary>By how much, relatively, the shortest step is shorter than rho.</summary>
    private static double Slack(CertifiedRun run)
    {
        double rho = run.Sums.Form!.Rates[0] * run.Sums.Form.Radius, slack = 0;
        for (int t = 0; t < run.Sums.Count; t++)
            slack = Math.Max(slack, 1 - (run.Sums.Weights[t] * run.Sums.DualNorms[t] / rho));
        return slack;
    }
}
