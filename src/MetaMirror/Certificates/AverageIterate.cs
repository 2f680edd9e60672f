namespace MetaMirror.Certificates;

/// <summary>
/// PAPERS 6.8 (b), steps of any sizes c_t, a trust region or a schedule among them: l(thetabar) - l(u) and min_t l(theta_t) - l(u) are at most
/// [ D^2 + sum c_t^2 G_t^2 ] / (2 C).
/// </summary>
public sealed class AverageIterate : RunCertificate
{
    /// <inheritdoc/>
    public override CertificateLevel Level => CertificateLevel.L2;

    /// <inheritdoc/>
    public override string Name => "average-iterate";

    /// <inheritdoc/>
    public override bool Concerns(CertifiedRun run) => run?.Sums.Form is { Momentum: MomentumForm.None } or null;

    /// <inheritdoc/>
    protected override string Statement(CertifiedRun run) => $"the excess loss of the weighted average iterate (and of the best one) over {run.Comparator.Name}";

    /// <inheritdoc/>
    protected override IEnumerable<Premise> Premises(CertifiedRun run) =>
    [
        RunPremises.Convex(run),
        RunPremises.FullBatches(run),
        RunPremises.ExactSteps(run),
        RunPremises.Momentum(run, MomentumForm.None),
        .. RunPremises.Comparison(run),
    ];

    /// <inheritdoc/>
    protected override double Bound(CertifiedRun run) => ((run.Distance * run.Distance) + run.Sums.SquaredSteps + (2 * Math.Abs(run.Sums.Drift))) / (2 * run.Sums.WeightSum);

    /// <inheritdoc/>
    protected override double? Measured(CertifiedRun run) => run.Excess(run.AverageLoss);
}
