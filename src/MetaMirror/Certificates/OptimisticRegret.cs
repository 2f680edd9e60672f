namespace MetaMirror.Certificates;

/// <summary>
/// PAPERS 6.8 (g), hints h_{t+1} = g_t, a loss that is beta-smooth relative to P and a constant eta &lt;= 1 / (3 beta): sum r_t &lt;= D^2 / (2 eta), no gradient enters. Other hints, potentials and
/// rates have L1 (<see cref="WeightedRegret"/>), which counts what the hints missed.
/// </summary>
/// <remarks>
/// The one-step form theta_{t+1} = argmin &lt;c_t g_t - h_t + h_{t+1}, theta&gt; + B(theta||theta_t) is what rules take. The two-step form, theta_t = argmin &lt;h_t, theta&gt; + B(theta||z_t),
/// z_{t+1} = argmin &lt;c_t g_t, theta&gt; + B(theta||z_t), has the same bound, and for all potentials here the same points: their steps add dual vectors and never project.
/// </remarks>
public sealed class OptimisticRegret : RunCertificate
{
    private const double Factor = 1 / 3.0;
    private const string Limit = "1 / (3 beta)";

    /// <inheritdoc/>
    public override CertificateLevel Level => CertificateLevel.L2;

    /// <inheritdoc/>
    public override string Name => "optimistic-regret";

    /// <inheritdoc/>
    public override bool Concerns(CertifiedRun run) => run?.Sums.Form is { Momentum: MomentumForm.Optimistic } && RunPremises.ShortSteps(run, Factor, Limit).Status == PremiseStatus.Checked;

    /// <inheritdoc/>
    private protected override bool IsSum => true;

    /// <inheritdoc/>
    protected override string Statement(CertifiedRun run) => $"the {run.Regret} of {run.Sums.Steps} optimistic steps against {run.Comparator.Name}";

    /// <inheritdoc/>
    protected override IEnumerable<Premise> Premises(CertifiedRun run) =>
    [
        RunPremises.Convex(run),
        RunPremises.FullBatches(run),
        RunPremises.StrictSteps(run),
        RunPremises.Momentum(run, MomentumForm.Optimistic),
        RunPremises.ConstantRate(run),
        RunPremises.ShortSteps(run, Factor, Limit),
        RunPremises.Minimizer(run),
        .. RunPremises.Comparison(run),
    ];

    /// <inheritdoc/>
    protected override double Bound(CertifiedRun run) => run.Distance * run.Distance / 2 * run.Sums.Steps / run.Sums.WeightSum;

    /// <inheritdoc/>
    protected override double? Measured(CertifiedRun run) => run.WeightedRegret * run.Sums.Steps / run.Sums.WeightSum;
}
