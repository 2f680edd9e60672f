namespace MetaMirror.Certificates;

/// <summary>
/// PAPERS 6.8 (g), hints h_{t+1} = c_t g_t: sum c_t r_t &lt;= D^2 / 2 + 1/2 sum ||c_t g_t - h_t||_{P^-1}^2, given with the weights normalized to mean 1.
/// For a beta-smooth loss and a constant eta &lt;= 1 / (3 beta) without the second term.
/// </summary>
public sealed class OptimisticRegret : RunCertificate
{
    /// <inheritdoc/>
    public override CertificateLevel Level => CertificateLevel.L2;

    /// <inheritdoc/>
    public override string Name => "optimistic-regret";

    /// <inheritdoc/>
    public override bool Concerns(CertifiedRun run) => run?.Sums.Form is { Momentum: MomentumForm.Optimistic };

    /// <inheritdoc/>
    private protected override bool IsSum => true;

    /// <inheritdoc/>
    protected override string Statement(CertifiedRun run) => $"the {run.Regret} of {run.Sums.Steps} optimistic steps against {run.Comparator.Name}";

    /// <inheritdoc/>
    protected override IEnumerable<Premise> Premises(CertifiedRun run) =>
    [
        RunPremises.Convex(run),
        RunPremises.ExactSteps(run),
        RunPremises.Momentum(run, MomentumForm.Optimistic),
        .. RunPremises.Comparison(run),
    ];

    /// <inheritdoc/>
    protected override double Bound(CertifiedRun run)
    {
        RunSums sums = run.Sums;
        double d = run.Distance, total = d * d / 2;
        bool smooth = run.Source == GradientSource.Full && run.Comparator.IsMinimizer && sums.Form is { IsConstant: true, Scaling: GradientScaling.None }
            && 3 * sums.Form.Rates[0] * run.Smoothness <= 1 && sums.Deviation <= sums.StrictDeviationLimit;
        for (int t = 0; t < sums.Count && !smooth; t++)
            total += (Squared(sums, t) + Squared(sums, t - 1) - (2 * sums.HintProducts[t])) / 2;
        if (!smooth)
            total += Math.Abs(sums.Drift);
        return total * sums.Steps / sums.WeightSum;
    }

    /// <inheritdoc/>
    protected override double? Measured(CertifiedRun run) => run.WeightedRegret * run.Sums.Steps / run.Sums.WeightSum;

    /// <summary>||c_t g_t||^2, and of the hint that becomes of it.</summary>
    private static double Squared(RunSums sums, int t) => t < 0 ? 0 : sums.Weights[t] * sums.Weights[t] * sums.DualNorms[t] * sums.DualNorms[t];
}
