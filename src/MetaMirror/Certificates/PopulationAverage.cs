namespace MetaMirror.Certificates;

/// <summary>
/// PAPERS 6.8 (k), mini-batches drawn independently, steps that do not depend on the batch they are taken on: in expectation F(thetabar) - F(u) &lt;= E[ D^2 + sum c_t^2 G_t^2 ] / (2 C).
/// A trust region of the batch's own gradient is refused: it is biased.
/// </summary>
public sealed class PopulationAverage : RunCertificate
{
    /// <inheritdoc/>
    public override CertificateLevel Level => CertificateLevel.L2;

    /// <inheritdoc/>
    public override string Name => "population-average";

    /// <inheritdoc/>
    public override bool Concerns(CertifiedRun run) => run?.Source == GradientSource.MiniBatches && run.Sums.Form is not null;

    /// <inheritdoc/>
    protected override string Statement(CertifiedRun run) => $"the expected excess of the full loss of the weighted average iterate over {run.Comparator.Name}";

    /// <inheritdoc/>
    protected override IEnumerable<Premise> Premises(CertifiedRun run) =>
    [
        RunPremises.Convex(run),
        RunPremises.ExactSteps(run),
        RunPremises.Momentum(run, MomentumForm.None),
        RunPremises.Predictable(run),
        Premise.Assumed("the mini-batches are drawn independently of each other"),
        .. RunPremises.Comparison(run),
    ];

    /// <inheritdoc/>
    protected override double Bound(CertifiedRun run) => ((run.Distance * run.Distance) + run.Sums.SquaredSteps) / (2 * run.Sums.WeightSum);

    /// <inheritdoc/>
    protected override double? Measured(CertifiedRun run) => run.Excess(run.AverageLoss);

    /// <inheritdoc/>
    protected override string Note(CertifiedRun run) =>
        "bound and measured value are this run's samples of their expectations; the full loss is the training set's, and says nothing of other data";
}
