namespace MetaMirror.Certificates;

/// <summary>
/// Duchi, Hazan and Singer 2011, Theorem 5, for a diagonal metric of accumulated squares s_t = s_0 + sum g^2, Q_t = (sqrt(s_t) + eps) / eta_t, in a fixed orthonormal basis, Q_t
/// never falling: sum r_t &lt;= 1/2 sum_i D_i^2 Q_{T,i} + max_t eta_t sum_i (sqrt(s_{T,i}) - sqrt(s_0)), D_i = max_t |theta_{t,i} - u_i|. Rates that do not rise are enough, but not needed.
/// </summary>
/// <remarks>
/// By 6.8 (l): rises of the metric add up to Q_T, and sum g_t^2 / sqrt(s_t) &lt;= 2 (sqrt(s_T) - sqrt(s_0)). Differs from the paper: every coordinate has its own D_i; with the largest of them
/// for all, s_0 = eps = 0 and a constant eta it is printed as max ||theta_t - u||_inf^2 sum_i ||g_{1:T,i}||_2 / (2 eta) + eta sum_i ||g_{1:T,i}||_2.
/// </remarks>
public sealed class AdaGradRegret : RunCertificate
{
    /// <inheritdoc/>
    public override CertificateLevel Level => CertificateLevel.L2;

    /// <inheritdoc/>
    public override string Name => "adagrad-regret";

    /// <inheritdoc/>
    public override bool Concerns(CertifiedRun run) => run?.Changing is not null;

    /// <inheritdoc/>
    private protected override bool IsSum => true;

    /// <inheritdoc/>
    protected override string Statement(CertifiedRun run) => $"the regret of {run.Sums.Steps} steps of AdaGrad against the reference solution";

    /// <inheritdoc/>
    protected override IEnumerable<Premise> Premises(CertifiedRun run) =>
    [
        RunPremises.Convex(run),
        .. RunPremises.ChangingMetric(run),
        Premise.Test(run.Changing!.Metrics is AccumulatedSquares, "the metric is one of accumulated squares", how: "the rule describes its metric"),
        Premise.Test(run.Changing.LeastGrowth >= 0, "the metric never falls", double.IsFinite(run.Changing.LeastGrowth) ? run.Changing.LeastGrowth : null, "margin: the least growth of an entry in a step"),
        Premise.Checked("no coordinate is farther from the comparator's than in this run", how: "measured at every step, after the run"),
    ];

    /// <inheritdoc/>
    protected override double Bound(CertifiedRun run)
    {
        ChangingMetricSums sums = run.Changing!;
        var metric = (AccumulatedSquares)sums.Metrics;
        double roots = 0;
        foreach (double square in metric.Squares)
            roots += Math.Sqrt(square) - Math.Sqrt(metric.Initial);
        return sums.LargestDistances(run.Comparator.Point) + (metric.LargestRate * roots) + Math.Abs(sums.Drift);
    }

    /// <inheritdoc/>
    protected override double? Measured(CertifiedRun run) => run.PlainRegret;
}
