namespace MetaMirror.Certificates;

/// <summary>
/// L1 (Theorem 3.1 of MetaMD v1, un-relaxed, PAPERS 6.6): sum c_t (l(theta_t) - l(u)) &lt;= B(u||theta_1) + 1/2 sum c_t^2 ||g_t||_*^2 for a convex loss. The weights are
/// normalized to mean 1: with a constant step it is B/eta + eta/2 sum ||g_t||_*^2. Momentum and hints as in <see cref="LinearizedRegret"/> (6.8 g, h), of which this is the
/// reading for convex losses.
/// </summary>
public sealed class WeightedRegret : RunCertificate
{
    /// <inheritdoc/>
    public override CertificateLevel Level => CertificateLevel.L1;

    /// <inheritdoc/>
    public override string Name => "regret";

    /// <inheritdoc/>
    protected override string Statement(CertifiedRun run) => $"the {run.Regret} of {run.Sums.Steps} steps against {run.Comparator.Name}";

    /// <inheritdoc/>
    protected override IEnumerable<Premise> Premises(CertifiedRun run) =>
        [RunPremises.Convex(run), RunPremises.ExactSteps(run), .. RunPremises.Comparison(run)];

    /// <inheritdoc/>
    protected override double Bound(CertifiedRun run) =>
        ((run.Distance * run.Distance / 2) + run.Sums.StepTerm + Math.Abs(run.Sums.Drift)) * run.Sums.Steps / run.Sums.WeightSum;

    /// <inheritdoc/>
    protected override double? Measured(CertifiedRun run) => run.WeightedRegret * run.Sums.Steps / run.Sums.WeightSum;
}
