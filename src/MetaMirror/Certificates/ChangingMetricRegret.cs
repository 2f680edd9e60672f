namespace MetaMirror.Certificates;

/// <summary>
/// PAPERS 6.8 (l), a metric Q_t that changes (phases, trust regions per tensor, AdaGrad), the step included: sum r_t &lt;= 1/2 ||u - theta_1||^2_{Q_1}
/// + 1/2 sum_{t>=2} (||theta_t - u||^2_{Q_t} - ||theta_t - u||^2_{Q_{t-1}}) + 1/2 sum ||g_t||^2_{Q_t^-1}, all terms measured. Nothing is weighted: every step counts once.
/// </summary>
public sealed class ChangingMetricRegret : RunCertificate
{
    /// <inheritdoc/>
    public override CertificateLevel Level => CertificateLevel.L2;

    /// <inheritdoc/>
    public override string Name => "changing-metric-regret";

    /// <inheritdoc/>
    public override bool Concerns(CertifiedRun run) => run?.Changing is not null;

    /// <inheritdoc/>
    private protected override bool IsSum => true;

    /// <inheritdoc/>
    protected override string Statement(CertifiedRun run) => $"the regret of {run.Sums.Steps} steps in a changing metric against the reference solution";

    /// <inheritdoc/>
    protected override IEnumerable<Premise> Premises(CertifiedRun run) =>
    [
        RunPremises.Convex(run),
        .. RunPremises.ChangingMetric(run),
        Premise.Checked("the distances from the comparator are those of this run", how: "measured at every step, after the run"),
    ];

    /// <inheritdoc/>
    protected override double Bound(CertifiedRun run)
    {
        ChangingMetricSums sums = run.Changing!;
        return sums.Distances(run.Comparator.Point) + (sums.SquaredGradients / 2) + Math.Abs(sums.Drift);
    }

    /// <inheritdoc/>
    protected override double? Measured(CertifiedRun run) => run.PlainRegret;
}
