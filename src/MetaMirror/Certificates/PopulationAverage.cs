namespace MetaMirror.Certificates;

/// <summary>
/// PAPERS 6.8 (k), mini-batches drawn independently, step sizes fixed in advance: in expectation F(thetabar) - F(u) &lt;= E[ D^2 + sum c_t^2 G_t^2 ] / (2 C);
/// with momentum and hints, which are known before their batch is drawn, E[ D^2 / 2 + 1/2 sum ||c_t g_t - h_t||_*^2 ] / C (of quadratics less 1/2 sum ||h_t||^2).
/// A trust region of the batch's own gradient is refused: it is biased. So is one of the gradient before: C is then random. The number given is this run's sample of the right side.
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
    protected override string Statement(CertifiedRun run) => $"the expected excess of the full loss of the weighted average iterate over {run.Comparator.Name}, by this run's estimate of its bound,";

    /// <inheritdoc/>
    protected override IEnumerable<Premise> Premises(CertifiedRun run) =>
    [
        RunPremises.Convex(run),
        RunPremises.ExactSteps(run),
        RunPremises.FixedSteps(run),
        RunPremises.Independent(run),
        .. RunPremises.Comparison(run),
    ];

    /// <inheritdoc/>
    protected override double Bound(CertifiedRun run) => ((run.Distance * run.Distance / 2) + run.Sums.StepTerm + Math.Abs(run.Sums.Drift)) / run.Sums.WeightSum;

    /// <inheritdoc/>
    /// <remarks>One run's excess is a sample, not the expectation that is bounded: it may well be larger.</remarks>
    protected override double? Measured(CertifiedRun run) => null;

    /// <inheritdoc/>
    protected override string Note(CertifiedRun run) =>
        "what is proved is a bound by an expectation, of which this number is one sample; the full loss is the training set's, and says nothing of other data";
}
