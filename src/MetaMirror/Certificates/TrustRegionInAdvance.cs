using System.Globalization;

namespace MetaMirror.Certificates;

/// <summary>
/// PAPERS 6.8 (b) a priori: a constant rate eta and a trust region, rho = eta tau: if no dual norm exceeds Gmax, l(thetabar) - l(u) &lt;= (D^2 + T rho^2) / (2 T min(eta, rho / Gmax)).
/// Gmax is the largest of this run: for other runs it is an assumption.
/// </summary>
public sealed class TrustRegionInAdvance : RunCertificate
{
    /// <inheritdoc/>
    public override CertificateLevel Level => CertificateLevel.L2;

    /// <inheritdoc/>
    public override string Name => "trust-region-in-advance";

    /// <inheritdoc/>
    public override bool Concerns(CertifiedRun run) => run?.Sums.Form is { Momentum: MomentumForm.None, Scaling: GradientScaling.DualNorm, IsConstant: true };

    /// <inheritdoc/>
    protected override string Statement(CertifiedRun run) => $"the excess loss of the weighted average iterate (and of the best one) over {run.Comparator.Name}";

    /// <inheritdoc/>
    protected override IEnumerable<Premise> Premises(CertifiedRun run) =>
    [
        RunPremises.Convex(run),
        RunPremises.FullBatches(run),
        RunPremises.ExactSteps(run),
        RunPremises.Momentum(run, MomentumForm.None),
        Premise.Checked("no dual norm of a gradient exceeds the largest one of this run", how: string.Create(CultureInfo.InvariantCulture, $"measured, after the run: {Largest(run):g3}")),
        .. RunPremises.Comparison(run),
    ];

    /// <inheritdoc/>
    protected override double Bound(CertifiedRun run)
    {
        DescentForm form = run.Sums.Form!;
        double eta = form.Rates[0], rho = eta * form.Radius, d = run.Distance, steps = run.Sums.Steps;
        return ((d * d) + (steps * rho * rho) + (2 * Math.Abs(run.Sums.Drift))) / (2 * steps * Math.Min(eta, rho / Largest(run)));
    }

    /// <inheritdoc/>
    protected override double? Measured(CertifiedRun run) => run.Excess(run.AverageLoss);

    private static double Largest(CertifiedRun run)
    {
        double largest = 0;
        foreach (double norm in run.Sums.DualNorms)
            largest = Math.Max(largest, norm);
        return largest;
    }
}
