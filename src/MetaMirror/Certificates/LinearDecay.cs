namespace MetaMirror.Certificates;

/// <summary>
/// PAPERS 6.8 (c), rates that fall linearly: steps gamma (T - 1 - t + w) / (T - 1 + w), t = 1 .. T - 1, have
/// l(theta_T) - l(u) &lt;= [ D^2 / (2 gamma) + (gamma / 2)(sum_{t&lt;T} G_t^2 + w^2 G_T^2) ] / (T - 1 + w): the last iterate is as good as the average iterate of constant steps.
/// Every falling arithmetic progression of rates has this form. The last iterate is an average of the shadow sequence only where the step is linear: other potentials are refused.
/// </summary>
public sealed class LinearDecay : RunCertificate
{
    /// <summary>Rounding of a schedule in the run's element type, relative to the first rate, with room.</summary>
    private const double Roundings = 8;

    /// <inheritdoc/>
    public override CertificateLevel Level => CertificateLevel.L2;

    /// <inheritdoc/>
    public override string Name => "linear-decay";

    /// <inheritdoc/>
    public override bool Concerns(CertifiedRun run) => run?.Sums.Form is { Momentum: MomentumForm.None, IsConstant: false };

    /// <inheritdoc/>
    protected override string Statement(CertifiedRun run) => $"the excess loss of the last iterate before the last step over {run.Comparator.Name}";

    /// <inheritdoc/>
    protected override IEnumerable<Premise> Premises(CertifiedRun run) =>
    [
        RunPremises.Convex(run),
        RunPremises.FullBatches(run),
        RunPremises.StrictSteps(run),
        RunPremises.Momentum(run, MomentumForm.None),
        Premise.Test(Slope(run) > 0, "the rates fall linearly, step by step, fixed in advance and not scaled by the gradient", Slope(run) > 0 ? Slope(run) : null, "each rate compared with the line; margin: its slope"),
        RunPremises.Quadratic(run),
        .. RunPremises.Comparison(run),
    ];

    /// <inheritdoc/>
    protected override double Bound(CertifiedRun run)
    {
        ReadOnlySpan<double> g = run.Sums.DualNorms;
        int steps = run.Sums.Steps;
        double slope = Slope(run), w = run.Sums.Form!.Rates[steps - 2] / slope, gamma = slope * (steps - 1 + w), d = run.Distance;
        double squares = w * w * g[^1] * g[^1];
        foreach (double norm in g[..^1])
            squares += norm * norm;
        return ((d * d / (2 * gamma)) + (gamma / 2 * squares)) / (steps - 1 + w);
    }

    /// <inheritdoc/>
    protected override double? Measured(CertifiedRun run) => run.Sums.Count > 0 ? run.Excess(run.Sums.Losses[^1]) : null;

    /// <summary>By how much the rates of steps 1 .. T - 1 fall a step; 0 if they do not fall linearly.</summary>
    private static double Slope(CertifiedRun run)
    {
        if (run.Sums.Form is not { Scaling: GradientScaling.None, Steps: > 2 } form)
            return 0;
        int used = form.Steps - 1;
        double slope = (form.Rates[0] - form.Rates[used - 1]) / (used - 1), limit = Roundings * run.Sums.RoundingUnit * form.Rates[0];
        for (int t = 0; t < used; t++)
        {
            if (Math.Abs(form.Rates[t] - (form.Rates[0] - (t * slope))) > limit)
                return 0;
        }

        return slope > 0 && form.Rates[used - 1] > 0 ? slope : 0;
    }
}
