namespace MetaMirror.Certificates;

/// <summary>
/// PAPERS 6.8 (e), a beta-smooth loss, eta &lt;= 1/beta and a trust region rho = eta tau: at most D^2 / rho^2 steps are clipped, and
/// l(theta_{T+1}) - l_* &lt;= D^2 / (2 eta (T - D^2 / rho^2)) once T is larger than that.
/// </summary>
public sealed class SmoothTrustRegion : RunCertificate
{
    /// <inheritdoc/>
    public override CertificateLevel Level => CertificateLevel.L2;

    /// <inheritdoc/>
    public override string Name => "smooth-trust-region";

    /// <inheritdoc/>
    public override bool Concerns(CertifiedRun run) => run?.Sums.Form is { Momentum: MomentumForm.None, Scaling: GradientScaling.DualNorm, IsConstant: true };

    /// <inheritdoc/>
    protected override string Statement(CertifiedRun run) => $"the excess loss of the last iterate over {run.Comparator.Name}";

    /// <inheritdoc/>
    protected override IEnumerable<Premise> Premises(CertifiedRun run) =>
    [
        RunPremises.Convex(run),
        RunPremises.FullBatches(run),
        RunPremises.StrictSteps(run),
        RunPremises.Momentum(run, MomentumForm.None),
        RunPremises.Minimizer(run),
        RunPremises.ShortSteps(run, 1, "1 / beta"),
        Premise.Test(Left(run) > 0, "there are more steps than can be clipped, T > D^2 / rho^2", Left(run), "margin: T - D^2 / rho^2"),
        .. RunPremises.Comparison(run),
    ];

    /// <inheritdoc/>
    protected override double Bound(CertifiedRun run) => run.Distance * run.Distance / (2 * run.Sums.Form!.Rates[0] * Left(run));

    /// <inheritdoc/>
    protected override double? Measured(CertifiedRun run) => run.Excess(run.FinalLoss);

    /// <summary>T - D^2 / rho^2.</summary>
    private static double Left(CertifiedRun run)
    {
        double rho = run.Sums.Form!.Rates[0] * run.Sums.Form.Radius, ratio = run.Distance / rho;
        return run.Sums.Steps - (ratio * ratio);
    }
}
