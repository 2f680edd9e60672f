using System.Globalization;

namespace MetaMirror.Certificates;

/// <summary>
/// PAPERS 6.8 (k) by Azuma's inequality, mini-batches drawn independently, step sizes fixed in advance, |f(theta_t; z) - f(u; z)| &lt;= b: with probability at least 1 - delta
/// F(thetabar) - F(u) &lt;= [ D^2 / 2 + 1/2 sum ||c_t g_t - h_t||_*^2 ] / C + b sqrt(2 ln(1/delta) sum c_t^2) / C, about this very run, not an expectation.
/// </summary>
/// <param name="delta">Between 0 and 1. Default: 0.05.</param>
public sealed class PopulationConfidence(double delta = PopulationConfidence.UsualDelta) : RunCertificate
{
    /// <summary>As the other statements with a probability have it: 95 %.</summary>
    public const double UsualDelta = 0.05;

    /// <summary>Room above the largest difference seen, where b is not given.</summary>
    private const double Room = 2;

    /// <summary>The probability with which the bound may fail.</summary>
    public double Delta { get; } = delta is > 0 and < 1 ? delta : throw new ArgumentOutOfRangeException(nameof(delta), delta, "delta must lie between 0 and 1.");

    /// <inheritdoc/>
    public override CertificateLevel Level => CertificateLevel.L2;

    /// <inheritdoc/>
    public override string Name => "population-with-probability";

    /// <inheritdoc/>
    private protected override double FailureProbability => Delta;

    /// <inheritdoc/>
    public override bool Concerns(CertifiedRun run) => run?.Source == GradientSource.MiniBatches && run.Sums.Form is not null;

    /// <inheritdoc/>
    protected override string Statement(CertifiedRun run) => string.Create(
        CultureInfo.InvariantCulture, $"the excess of the full loss of the weighted average iterate over {run.Comparator.Name}, with probability at least {1 - Delta:0.###},");

    /// <inheritdoc/>
    protected override IEnumerable<Premise> Premises(CertifiedRun run)
    {
        (double seen, double b) = Differences(run);
        const string how = "b is known or assumed; margin: b less the largest difference on the batches seen";
        const string text = "no batch's loss at theta_t differs from the one at the comparator by more than b";
        return
        [
            RunPremises.Convex(run),
            RunPremises.ExactSteps(run),
            RunPremises.FixedSteps(run),
            RunPremises.Independent(run),
            seen <= b
                ? Premise.Assumed(text + (run.LargestDifference is null ? ", twice the largest difference seen" : ""), b - seen, how)
                : Premise.Failed(text, double.IsFinite(b - seen) ? b - seen : null, how),
            .. RunPremises.Comparison(run),
        ];
    }

    /// <inheritdoc/>
    protected override double Bound(CertifiedRun run)
    {
        double squares = 0, d = run.Distance;
        foreach (double c in run.Sums.Weights)
            squares += c * c;
        return ((d * d / 2) + run.Sums.StepTerm + Math.Abs(run.Sums.Drift) + (Differences(run).Allowed * Math.Sqrt(2 * Math.Log(1 / Delta) * squares))) / run.Sums.WeightSum;
    }

    /// <inheritdoc/>
    protected override double? Measured(CertifiedRun run) => run.Excess(run.AverageLoss);

    /// <inheritdoc/>
    protected override string Note(CertifiedRun run) => "the full loss is the training set's, and says nothing of other data";

    /// <summary>The largest difference of this run, and b.</summary>
    private static (double Seen, double Allowed) Differences(CertifiedRun run)
    {
        double seen = 0;
        for (int t = 0; t < run.Sums.Count; t++)
            seen = Math.Max(seen, Math.Abs(run.Sums.Losses[t] - run.ComparatorLossAt(t)));
        return (seen, run.LargestDifference ?? (Room * seen));
    }
}
