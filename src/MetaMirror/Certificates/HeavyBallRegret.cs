namespace MetaMirror.Certificates;

/// <summary>
/// PAPERS 6.8 (f), heavy ball with constant eta and mu, gamma = eta / (1 - mu), one fixed convex loss:
/// sum r_t + mu/(1-mu) r_T &lt;= mu/(1-mu) r_1 + D^2 / (2 gamma) + (gamma / 2) sum G_t^2; without the last term for a beta-smooth loss with eta &lt;= (1 - mu) / beta.
/// </summary>
public sealed class HeavyBallRegret : RunCertificate
{
    /// <inheritdoc/>
    public override CertificateLevel Level => CertificateLevel.L2;

    /// <inheritdoc/>
    public override string Name => "heavy-ball-regret";

    /// <inheritdoc/>
    public override bool Concerns(CertifiedRun run) => run?.Sums.Form is { Momentum: MomentumForm.HeavyBall };

    /// <inheritdoc/>
    private protected override bool IsSum => true;

    /// <inheritdoc/>
    protected override string Statement(CertifiedRun run) => $"the regret of {run.Sums.Steps} steps of heavy ball, the last one counted 1/(1-mu) times, against {run.Comparator.Name}";

    /// <inheritdoc/>
    protected override IEnumerable<Premise> Premises(CertifiedRun run) =>
    [
        RunPremises.Convex(run),
        RunPremises.FullBatches(run),
        RunPremises.StrictSteps(run),
        RunPremises.Momentum(run, MomentumForm.HeavyBall),
        RunPremises.ConstantRate(run),
        RunPremises.Quadratic(run),
        .. RunPremises.Comparison(run),
    ];

    /// <inheritdoc/>
    protected override double Bound(CertifiedRun run)
    {
        DescentForm form = run.Sums.Form!;
        double gamma = form.Rates[0] / (1 - form.Mu), d = run.Distance;
        double first = form.Mu / (1 - form.Mu) * (run.Sums.Losses[0] - run.ComparatorLoss + run.Comparator.LossGap);
        bool smooth = run.Comparator.IsMinimizer && form.Rates[0] * run.Smoothness <= 1 - form.Mu;
        return first + (d * d / (2 * gamma)) + (smooth ? 0 : gamma / 2 * SquaredNorms(run));
    }

    /// <inheritdoc/>
    protected override double? Measured(CertifiedRun run)
    {
        double mu = run.Sums.Form!.Mu, sum = 0;
        foreach (double loss in run.Sums.Losses)
            sum += loss - run.ComparatorLoss;
        return run.Sums.Count > 0 ? sum + (mu / (1 - mu) * (run.Sums.Losses[^1] - run.ComparatorLoss)) : null;
    }

    private static double SquaredNorms(CertifiedRun run)
    {
        double sum = 0;
        foreach (double norm in run.Sums.DualNorms)
            sum += norm * norm;
        return sum;
    }
}
