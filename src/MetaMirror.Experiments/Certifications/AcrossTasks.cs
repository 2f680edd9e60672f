using MetaMirror.Certificates;

namespace MetaMirror.Experiments.Certifications;

/// <summary>PAPERS 6.8 (k), across tasks: the expected L1 bound on a task of the family from those of fresh tasks, by Hoeffding's inequality. No class of metrics, no complexity term.</summary>
internal static class AcrossTasks
{
    private const double Delta = 0.05;

    /// <summary>Room above the largest bound seen, for the range that has to be assumed.</summary>
    private const double Range = 2;

    /// <summary>Certifies the family from held-out tasks; null where one of them has no L1.</summary>
    /// <param name="heldOut">Runs on them.</param>
    /// <param name="unseen">Checked if the metric is known to be learned on other tasks, assumed if nothing is known, failed if it was learned on these.</param>
    public static Certificate? Of(IReadOnlyList<RunCertificationResult> heldOut, PremiseStatus unseen)
    {
        double[] bounds = [.. heldOut.Select(Bound)];
        if (!bounds.All(b => b >= 0))
            return null;
        double largest = Range * bounds.Max();
        bool plain = heldOut.All(r => r.Deployed.Form is { IsConstant: true, Scaling: GradientScaling.None });
        return new Certificate(
            CertificateLevel.L3,
            "across-tasks",
            $"the expected {(plain ? "regret" : CertifiedRun.WeightedRegretName)} on a task of the family, with probability 0.95,",
            [
                Premise.Checked("every held-out task has its L1"),
                new Premise("the metric was fixed before the held-out tasks were seen", unseen),
                Premise.Assumed("the held-out tasks are drawn independently from one distribution"),
                Premise.Assumed("no task of the family has an L1 bound of more than twice the largest seen", largest - bounds.Max()),
            ],
            () => HoeffdingBound.Of(bounds, largest, Delta),
            heldOut.Average(r => r.Regret));
    }

    private static double Bound(RunCertificationResult result) =>
        result.Certificates.FirstOrDefault(c => c.Level == CertificateLevel.L1)?.Bound ?? double.NaN;
}
