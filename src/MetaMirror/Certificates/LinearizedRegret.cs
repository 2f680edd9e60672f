namespace MetaMirror.Certificates;

/// <summary>
/// L0 (PAPERS 6.8 b): sum c_t &lt;g_t, theta_t - u&gt; &lt;= B(u||theta_1) + 1/2 sum c_t^2 ||g_t||_*^2 for any loss, any batches, any step sizes. Given with the weights
/// normalized to mean 1, so that a constant step has the form of Theorem 3.1. With momentum and hints, c_t the total weight of g_t, it is B(u||theta_1) + 1/2 sum ||c_t g_t - h_t||_*^2
/// (6.8 g, h), of a quadratic less 1/2 sum ||h_t||^2: its proof asks nothing of the loss either.
/// </summary>
public sealed class LinearizedRegret : RunCertificate
{
    /// <inheritdoc/>
    public override CertificateLevel Level => CertificateLevel.L0;

    /// <inheritdoc/>
    public override string Name => "linearized-regret";

    /// <inheritdoc/>
    protected override string Statement(CertifiedRun run) => $"the linearized {run.Regret} of {run.Sums.Steps} steps";

    /// <inheritdoc/>
    protected override IEnumerable<Premise> Premises(CertifiedRun run) =>
    [
        RunPremises.ExactSteps(run),
        Premise.Checked("the comparator is a stored point, whose distance from the start is known", how: "the distance is computed"),
        RunPremises.Inside(run),
    ];

    // The comparator is u itself: nothing here is about a minimum.
    /// <inheritdoc/>
    protected override double Bound(CertifiedRun run) =>
        (run.Sums.Geometry.Bregman(run.Comparator.Point, run.Sums.Initial) + run.Sums.StepTerm + Math.Abs(run.Sums.Drift)) * run.Sums.Steps / run.Sums.WeightSum;

    /// <inheritdoc/>
    protected override double? Measured(CertifiedRun run) => run.Sums.LinearizedRegret(run.Comparator.Point) * run.Sums.Steps / run.Sums.WeightSum;

    /// <inheritdoc/>
    protected override string Note(CertifiedRun run) => run.Curvature.IsConvex ? "" : "it says nothing about losses, which are not known to be convex";
}
