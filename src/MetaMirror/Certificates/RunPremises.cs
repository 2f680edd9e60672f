namespace MetaMirror.Certificates;

/// <summary>The premises that certificates of runs share.</summary>
internal static class RunPremises
{
    /// <summary>Rounding of a comparison of step sizes, relative.</summary>
    private const double Rounding = 1e-12;
    private const string Described = "the rule describes its step (MirrorStepForm)";
    private const string Replayed = "the formula was replayed in double beside the run; margin: what rounding allows, less the largest deviation";

    public static Premise Completed(CertifiedRun run) => Premise.Test(
        run.Sums.IsFinished, $"the run took all its {run.Sums.Steps} steps and stayed finite", run.Sums.Count - run.Sums.Steps, "steps counted while they were finite, less T");

    public static Premise Convex(CertifiedRun run) => Premise.Test(
        run.Curvature.IsConvex, "the loss is convex", run.Curvature.IsConvex ? run.Curvature.StrongConvexity : null, "the objective states its curvature; margin: the m of its strong convexity");

    public static Premise FullBatches(CertifiedRun run) => Premise.Test(
        run.Source == GradientSource.Full, "every gradient is one of the whole loss, not of a mini-batch", how: "known of how the gradients were taken");

    /// <summary>Exact steps in one potential: every formula is replayed beside its run. For theorems whose bound adds the drift.</summary>
    public static Premise ExactSteps(CertifiedRun run) => ExactSteps(run, run.Sums.DeviationLimit, "up to rounding, which the bound counts");

    /// <summary>The same for theorems that have no place for the drift.</summary>
    public static Premise StrictSteps(CertifiedRun run) => ExactSteps(run, run.Sums.StrictDeviationLimit, "up to little rounding, however long it is");

    private static Premise ExactSteps(CertifiedRun run, double limit, string how)
    {
        RunSums sums = run.Sums;
        if (run.Obstacle is { } obstacle)
            return Premise.Failed($"the run takes exact mirror steps in one fixed metric: {obstacle}", how: Described);
        if (sums.Form is null)
            return Premise.Failed("the run takes steps of a known formula in one fixed metric", how: Described);
        if (!sums.Geometry.IsExactStep)
            return Premise.Failed($"the step of '{sums.Geometry.Name}' is the exact mirror step of one fixed potential", how: "known of each potential");
        string what = sums.Geometry.IsQuadratic ? "metric" : "potential";
        return Premise.AtMost(sums.Deviation, limit, $"the run follows its formula in the fixed {what} '{sums.Geometry.Name}', {how}", Replayed);
    }

    public static IEnumerable<Premise> ChangingMetric(CertifiedRun run)
    {
        ChangingMetricSums sums = run.Changing!;
        return
        [
            Premise.Test(sums.Count == sums.Metrics.Steps, $"the changing metric '{sums.Metrics.Name}' was seen at every step", sums.Count - sums.Metrics.Steps, "metrics counted, less T"),
            Premise.Test(sums.LeastEntry > 0, "every metric is positive definite and finite", double.IsFinite(sums.LeastEntry) ? sums.LeastEntry : null, "margin: the least entry of all metrics"),
            Premise.AtMost(sums.Deviation, sums.DeviationLimit, $"the run follows its formula in the changing metric '{sums.Metrics.Name}', up to rounding, which the bound counts", Replayed),
        ];
    }

    public static Premise Momentum(CertifiedRun run, params MomentumForm[] allowed) => Premise.Test(
        run.Sums.Form is { } form && (allowed.Contains(form.Momentum) || (form.Mu == 0 && form.Momentum is MomentumForm.HeavyBall or MomentumForm.Nesterov && allowed.Contains(MomentumForm.None))),
        allowed is [MomentumForm.None] ? "there is no momentum and no hint" : $"the momentum is {string.Join(" or ", allowed)}",
        how: Described);

    public static Premise ConstantRate(CertifiedRun run) => Premise.Test(
        run.Sums.Form is { IsConstant: true, Scaling: GradientScaling.None }, "the step size is constant and the gradient is not scaled", how: Described);

    /// <summary>Theorems that come from an identity of quadratics, or whose shadow sequence needs linear steps.</summary>
    public static Premise Quadratic(CertifiedRun run) => Premise.Test(run.Sums.Geometry.IsQuadratic, "the potential is quadratic, so that the step is linear", how: "known of each potential");

    /// <summary>The theorems of smooth losses need the unconstrained minimizer.</summary>
    public static Premise Minimizer(CertifiedRun run) => Premise.Test(
        run.Comparator.IsMinimizer, "the comparator is the minimizer: its loss and distance are known or bounded", how: "a closed form, or Newton's method on a strongly convex loss");

    /// <summary>The largest step is at most factor / beta.</summary>
    public static Premise ShortSteps(CertifiedRun run, double factor, string limit) => Premise.AtMost(
        Largest(run.Sums.Form), (factor / run.Smoothness) * (1 + Rounding), $"the loss is beta-smooth in the metric and no step is longer than {limit}", $"the objective states beta, read in the metric; margin: {limit} less the longest step");

    /// <summary>Scaling by the batch's own gradient biases it; scaling by the one before leaves C random, so that bounds do not divide by it (PAPERS 6.8 k).</summary>
    public static Premise FixedSteps(CertifiedRun run) => Premise.Test(
        run.Sums.Form is { Scaling: GradientScaling.None },
        "every step size is fixed in advance, no step size depends on a mini-batch (a trust region of the batch's own gradient is biased: it certifies the batches seen, not the loss)",
        how: Described);

    /// <summary>A step size may depend on the batches before it, and on those alone (PAPERS 6.8 k).</summary>
    public static Premise PredictableSteps(CertifiedRun run) => Premise.Test(
        run.Sums.Form is { Scaling: GradientScaling.None or GradientScaling.PreviousDualNorm },
        "every step size is known before its mini-batch is drawn (a trust region of the batch's own gradient is biased: it certifies the batches seen, not the loss)",
        how: Described);

    public static Premise Independent(CertifiedRun run)
    {
        const string text = "the mini-batches are drawn independently of each other, with replacement";
        return run.IndependentBatches is { } known ? Premise.Test(known, text, how: "read off the order in which the task draws them") : Premise.Assumed(text, how: "the task does not say how it draws them");
    }

    public static IEnumerable<Premise> Comparison(CertifiedRun run) => [.. run.Comparator.Premises, Inside(run)];

    /// <summary>A step on a simplex never leaves it: nothing is said of points outside.</summary>
    public static Premise Inside(CertifiedRun run) => Premise.Test(run.Sums.Geometry.Contains(run.Comparator.Point), "the comparator lies where the potential lives", how: "tested on its coordinates");

    private static double Largest(DescentForm? form) => form is null ? double.NaN : form.Rates.Max();
}
