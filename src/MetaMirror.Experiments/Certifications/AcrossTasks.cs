using MetaMirror.Certificates;

namespace MetaMirror.Experiments.Certifications;

/// <summary>PAPERS 6.8 (k), across tasks: the expected L1 bound on a task of the family from those of fresh tasks, by Hoeffding's inequality. No class of metrics, no complexity term.</summary>
internal static class AcrossTasks
{
    private const double Delta = 0.05;

    /// <summary>Room above the largest bound seen, for the range that has to be assumed.</summary>
    private const double Range = 2;

    /// <summary>Certifies the family from held-out tasks; refused where one of them has no L1.</summary>
    /// <param name="heldOut">Runs on them.</param>
    /// <param name="unseen">Checked if the metric is known to be learned on other tasks, assumed if nothing is known, failed if it was learned on these.</param>
    public static Certificate Of(IReadOnlyList<RunCertificationResult> heldOut, PremiseStatus unseen)
    {
        // With momentum on mini-batches a bound may be negative: the expectation of max(0, b_i), in [0, c] if b_i <= c, is not below that of b_i.
        double[] bounds = [.. heldOut.Select(r => Math.Max(0, Bound(r)))];
        int missing = bounds.Count(b => !double.IsFinite(b));
        double seen = missing > 0 ? 0 : bounds.Max();
        return new Certificate(
            CertificateLevel.L3,
            "across-tasks",
            $"the expected {(heldOut.Any(r => r.IsWeighted) ? CertifiedRun.WeightedRegretName : "regret")} on a task of the family, with probability 0.95,",
            [
                missing > 0
                    ? Premise.Failed("every held-out task has its L1", -missing, "counted; margin: less the tasks without")
                    : Premise.Test(seen > 0, "every held-out task has its L1, one of them above 0, by which their range is known", seen, "counted; margin: the largest L1 bound"),
                new Premise("the metric was fixed before the held-out tasks were seen", unseen)
                {
                    How = unseen == PremiseStatus.Assumed ? "the file does not say which tasks it was learned on" : "the file names the tasks that it was learned on",
                },
                Premise.Assumed("the held-out tasks are drawn independently from one distribution", how: "can't be checked on the tasks themselves"),
                Premise.Assumed("no task of the family has an L1 bound of more than twice the largest seen", (Range - 1) * seen, "can't be checked on tasks that were never seen; margin: what is allowed above the largest seen"),
            ],
            () => HoeffdingBound.Of(bounds, Range * seen, Delta),

            // Of the same tasks, so at most the mean of their bounds: no probability would excuse more.
            heldOut.Average(r => r.Regret));
    }

    private static double Bound(RunCertificationResult result) =>
        result.Certificates.FirstOrDefault(c => c.Level == CertificateLevel.L1)?.Bound ?? double.NaN;
}
