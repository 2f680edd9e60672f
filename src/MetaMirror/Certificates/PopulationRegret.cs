namespace MetaMirror.Certificates;

/// <summary>
/// PAPERS 6.8 (k), mini-batches drawn independently, a trust region of the gradient before: c_t is known before its batch is drawn, and in expectation
/// sum c_t (F(theta_t) - F(u)) &lt;= E[ B(u||theta_1) + 1/2 sum ||c_t g_t - h_t||_*^2 ]. A trust region of the batch's own gradient is refused: it is biased.
/// </summary>
public sealed class PopulationRegret : RunCertificate
{
    /// <inheritdoc/>
    public override CertificateLevel Level => CertificateLevel.L2;

    /// <inheritdoc/>
    public override string Name => "population-regret";

    /// <inheritdoc/>
    public override bool Concerns(CertifiedRun run) => run?.Source == GradientSource.MiniBatches && run.Sums.Form is { Scaling: not GradientScaling.None };

    /// <inheritdoc/>
    private protected override bool IsSum => true;

    /// <inheritdoc/>
    protected override string Statement(CertifiedRun run) => $"the expected regret sum c_t (F(theta_t) - F(u)) of the full loss F against {run.Comparator.Name}, by this run's estimate of its bound,";

    /// <inheritdoc/>
    protected override IEnumerable<Premise> Premises(CertifiedRun run) =>
    [
        RunPremises.Convex(run),
        RunPremises.ExactSteps(run),
        RunPremises.PredictableSteps(run),
        RunPremises.Independent(run),
        .. RunPremises.Comparison(run),
    ];

    /// <inheritdoc/>
    protected override double Bound(CertifiedRun run) => (run.Distance * run.Distance / 2) + run.Sums.StepTerm + Math.Abs(run.Sums.Drift);

    /// <inheritdoc/>
    /// <remarks>One run's regret is a sample, not the expectation that is bounded.</remarks>
    protected override double? Measured(CertifiedRun run) => null;

    /// <inheritdoc/>
    protected override string Note(CertifiedRun run) =>
        "what is proved is a bound by an expectation, of which this number is one sample; nothing follows for an average iterate, whose weights are random";
}
