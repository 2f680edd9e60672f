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
        bool exact = all.All(r => r.Certificates.Any(c => c.Level == CertificateLevel.L1 && !c.IsRefused));
        double[] regrets = [.. (heldOut.Count > 0 ? heldOut : source).Select(r => r.Regret)];
        ImmutableArray<Premise> premises =
        [
            Premise.Test(all.All(r => r.Reference is not null), "every loss is convex"),
            Premise.Test(plain, "there is one constant step size, without momentum, scaling or schedule"),
            Premise.Test(exact, "every run takes exact mirror steps in one fixed potential"),
            Premise.Test(metric.IsCentered, "the potential is one quadratic, or a maximum of them centered at the start"),
            Premise.Checked("theta_* of each task is a reference solution that does not depend on the metric"),
            Premise.Assumed("the tasks are drawn independently from one distribution"),
            Premise.Checked("K is a power of two, at least ||P||_F of the learned metric; the probability pays for all powers"),
            Premise.Assumed("no task has a larger Lipschitz constant or a more distant solution than the tasks seen"),
        ];
        return new FamilyTheorem
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
        }.Certify(premises, regrets.All(double.IsFinite) ? regrets.Average() : null);
    }
}
