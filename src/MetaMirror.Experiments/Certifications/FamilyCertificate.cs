using System.Collections.Immutable;
using MetaMirror.Certificates;

namespace MetaMirror.Experiments.Certifications;

/// <summary>L3 from the runs on the tasks that an optimizer was learned on.</summary>
internal static class FamilyCertificate
{
    /// <summary>Theorem 4.1, corrected.</summary>
    /// <param name="source">Runs on the training tasks.</param>
    /// <param name="heldOut">Runs on the held-out tasks; may be empty.</param>
    /// <param name="steps">T.</param>
    /// <param name="metric">What the theorem needs to know of the potential.</param>
    public static Certificate Of(IReadOnlyList<RunCertificationResult> source, IReadOnlyList<RunCertificationResult> heldOut, int steps, FamilyMetric metric)
    {
        DeployedForm deployed = source[0].Deployed;
        RunCertificationResult[] all = [.. source, .. heldOut];
        bool plain = deployed.Form is { Momentum: MomentumForm.None, Scaling: GradientScaling.None, IsConstant: true };
        int convex = all.Count(r => r.Reference is not null), exact = all.Count(r => r.Certificates.Any(c => c.Level == CertificateLevel.L1 && !c.IsRefused));
        double[] regrets = [.. (heldOut.Count > 0 ? heldOut : source).Select(r => r.Regret)];
        var theorem = new FamilyTheorem
        {
            Divergences = [.. source.Select(r => r.Bregman)],
            Eta = deployed.Form?.Rates[0] ?? double.NaN,
            Steps = steps,
            Lipschitz = all.Max(r => r.LargestGradient),
            StrongConvexity = metric.Least,
            Radius = all.Max(r => r.Distance),
            MetricNorm = metric.Norm,
            IsNormLearned = true,
            Components = metric.Components,
        };
        ImmutableArray<Premise> premises =
        [
            Premise.Test(
                convex == all.Length, "every loss is convex", convex == all.Length ? all.Min(r => r.Curvature.StrongConvexity) : convex - all.Length,
                $"{convex} of {all.Length} objectives say so; margin: the least m of their strong convexity, or less those that do not"),
            Premise.Test(plain, "there is one constant step size, without momentum, scaling or schedule", Excess(deployed.Form), "the rule describes its step (MirrorStepForm); margin: less the momentum, or the spread of the rates"),
            Premise.Test(
                exact == all.Length, "every run takes exact mirror steps in one fixed potential", exact == all.Length ? all.Min(r => r.FormulaMargin) : exact - all.Length,
                $"{exact} of {all.Length} runs have their L1; margin: the least of what rounding allows, less the deviation of the replayed formula, or less the runs without"),
            Premise.Test(metric.IsCentered, "the potential is one quadratic, or a maximum of them centered at the start", how: $"read off the rule's potential, N = {metric.Components}"),
            Premise.Test(
                convex == all.Length, "theta_* of each task is a reference solution that does not depend on the metric", convex == all.Length ? null : convex - all.Length,
                "computed from the loss and its constraints alone; margin: less the tasks without one"),
            Premise.Assumed("the tasks are drawn independently from one distribution", how: "can't be checked on the tasks themselves"),
            Premise.Test(
                double.IsFinite(metric.Norm), "K is a power of two, at least ||P||_F of the learned metric; the probability pays for all powers", Room(theorem),
                "the norm was computed (for matrices bounded by sqrt(n) times the largest eigenvalue); margin: K less that"),
            Premise.Assumed(
                "no task has a larger Lipschitz constant or a more distant solution than the tasks seen", 0,
                $"L and r are the largest of {all.Length} tasks, measured; margin: none is left above them"),
        ];
        return theorem.Certify(premises, regrets.All(double.IsFinite) ? regrets.Average() : null);
    }

    private static double? Room(FamilyTheorem theorem) => double.IsFinite(theorem.MetricNorm) ? theorem.ClassNorm - theorem.MetricNorm : null;

    /// <summary>0, or less what is beyond a constant step; null where that is no number, as of a trust region.</summary>
    private static double? Excess(DescentForm? form) => form is null || form.Scaling != GradientScaling.None ? null
        : form.Mu > 0 ? -form.Mu
        : form.Momentum != MomentumForm.None ? null
        : form.Rates.Min() - form.Rates.Max();
}
