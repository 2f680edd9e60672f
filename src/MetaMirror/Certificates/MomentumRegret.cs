namespace MetaMirror.Certificates;

/// <summary>
/// PAPERS 6.8 (f), any losses, changing ones too, constant eta and mu, gamma = eta / (1 - mu): sum &lt;g_t, theta_t - u&gt; &lt;= D^2 / (2 gamma) + (gamma / 2) K sum G_t^2,
/// K = (1 + mu) / (1 - mu) for heavy ball, 1 + 2 mu^2 / (1 - mu) for Nesterov. For convex losses the left side is at least the regret.
/// </summary>
public sealed class MomentumRegret : RunCertificate
{
    /// <inheritdoc/>
    public override CertificateLevel Level => CertificateLevel.L2;

    /// <inheritdoc/>
    public override string Name => "momentum-regret";

    /// <inheritdoc/>
    public override bool Concerns(CertifiedRun run) => run?.Sums.Form is { Momentum: MomentumForm.HeavyBall or MomentumForm.Nesterov };

    /// <inheritdoc/>
    private protected override bool IsSum => true;

    /// <inheritdoc/>
    protected override string Statement(CertifiedRun run) => $"the regret of {run.Sums.Steps} steps with momentum against {run.Comparator.Name}";

    /// <inheritdoc/>
    protected override IEnumerable<Premise> Premises(CertifiedRun run) =>
    [
        RunPremises.Convex(run),
        RunPremises.StrictSteps(run),
        RunPremises.Momentum(run, MomentumForm.HeavyBall, MomentumForm.Nesterov),
        RunPremises.ConstantRate(run),
        RunPremises.Quadratic(run),
        .. RunPremises.Comparison(run),
    ];

    /// <inheritdoc/>
    protected override double Bound(CertifiedRun run)
    {
        DescentForm form = run.Sums.Form!;
        double mu = form.Mu, gamma = form.Rates[0] / (1 - mu), d = run.Distance, sum = 0;
        double factor = form.Momentum == MomentumForm.Nesterov ? 1 + (2 * mu * mu / (1 - mu)) : (1 + mu) / (1 - mu);
        foreach (double norm in run.Sums.DualNorms)
            sum += norm * norm;
        return (d * d / (2 * gamma)) + (gamma / 2 * factor * sum);
    }

    /// <inheritdoc/>
    protected override double? Measured(CertifiedRun run) => run.PlainRegret;
}
