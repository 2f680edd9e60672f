using MetaMirror.Numerics;

namespace MetaMirror.Certificates;

/// <summary>
/// PAPERS 6.8 (g), hints h_t known before g_t, h_1 = 0, any potential: sum c_t r_t &lt;= B(u||theta_1) + 1/2 sum ||c_t g_t - h_t||_*^2, given with the weights normalized to mean 1.
/// For hints h_{t+1} = c_t g_t, a loss that is beta-smooth relative to P, and a constant eta &lt;= 1 / (3 beta) without the second term.
/// </summary>
/// <remarks>
/// The one-step form theta_{t+1} = argmin &lt;c_t g_t - h_t + h_{t+1}, theta&gt; + B(theta||theta_t) is what rules take. The two-step form, theta_t = argmin &lt;h_t, theta&gt; + B(theta||z_t),
/// z_{t+1} = argmin &lt;c_t g_t, theta&gt; + B(theta||z_t), has the same bound, and for all potentials here the same points: their steps add dual vectors and never project.
/// </remarks>
public sealed class OptimisticRegret : RunCertificate
{
    /// <inheritdoc/>
    public override CertificateLevel Level => CertificateLevel.L2;

    /// <inheritdoc/>
    public override string Name => "optimistic-regret";

    /// <inheritdoc/>
    public override bool Concerns(CertifiedRun run) => run?.Sums.Form is { Momentum: MomentumForm.Optimistic or MomentumForm.Hints };

    /// <inheritdoc/>
    private protected override bool IsSum => true;

    /// <inheritdoc/>
    protected override string Statement(CertifiedRun run) => $"the {run.Regret} of {run.Sums.Steps} optimistic steps against {run.Comparator.Name}";

    /// <inheritdoc/>
    protected override IEnumerable<Premise> Premises(CertifiedRun run) =>
    [
        RunPremises.Convex(run),
        RunPremises.ExactSteps(run),
        RunPremises.Momentum(run, MomentumForm.Optimistic, MomentumForm.Hints),
        .. RunPremises.Comparison(run),
    ];

    /// <inheritdoc/>
    protected override double Bound(CertifiedRun run)
    {
        RunSums sums = run.Sums;
        double d = run.Distance, total = d * d / 2;
        bool smooth = run.Source == GradientSource.Full && run.Comparator.IsMinimizer && sums.Form is { IsConstant: true, Scaling: GradientScaling.None, Momentum: MomentumForm.Optimistic }
            && 3 * sums.Form.Rates[0] * run.Smoothness <= 1 && sums.Deviation <= sums.StrictDeviationLimit;
        if (!smooth)
            total += (Vectors.Sum(sums.HintErrors) / 2) + Math.Abs(sums.Drift);
        return total * sums.Steps / sums.WeightSum;
    }

    /// <inheritdoc/>
    protected override double? Measured(CertifiedRun run) => run.WeightedRegret * run.Sums.Steps / run.Sums.WeightSum;
}
