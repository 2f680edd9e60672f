using MetaMirror.Certificates;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Certifications;

/// <summary>The report of <c>certify</c>: certificates, Theorem 4.1 printed beside corrected, premises.</summary>
public static class CertificationReport
{
    /// <summary>The model, to be completed with provenance by the caller.</summary>
    /// <param name="result">What was certified.</param>
    public static ReportModel Of(CertificationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return new ReportModel
        {
            Title = $"MetaMirror: what is proved of {result.Optimizer} on {result.Plan}",
            Verdict = Verdict(result.Certificates),
            Notes = result.Notes,
            Data = result.Data,
            Tables = CertificateTables.Of(result.Certificates),
            Definitions =
            [
                new("L0", "Any loss: the linearized regret of the run, in the optimizer's own metric."),
                new("L1", "Convex losses: the regret of the run."),
                new("L2", "Convex losses: the loss of what is deployed, an average, the last point or the end of a schedule."),
                new("L3", "A family of convex tasks: the expected regret on a task drawn like those seen."),
                new("L4", "Anything: the next task's figure is at most the largest of n' fresh ones, with probability 1 − 1/(n' + 1)."),
                new("checked", "Computed, or true by construction."),
                new("assumed", "Can't be established from what is at hand; the certificate holds if it does."),
                new("failed", "Does not hold, or nothing is known for it: the certificate is refused."),
            ],
            Seed = result.Seed,
        };
    }

    private static string Verdict(IReadOnlyList<Certificate> certificates)
    {
        if (certificates.Any(c => c.IsExceeded))
            return "A bound was exceeded: a premise or this program is wrong.";
        Certificate[] regrets = [.. certificates.Where(c => c.Level == CertificateLevel.L1)];
        double[] ratios = [.. regrets.Select(c => c.Ratio).OfType<double>()];
        string first = regrets.Length == 0 ? "No regret was certified."
            : regrets.All(c => c.IsRefused) ? "L1 is refused on every held-out task."
            : $"L1 holds on {regrets.Count(c => c.Bound is not null)} of {regrets.Length} held-out tasks"
                + (ratios.Length == 0 ? "." : ratios.Length == 1 ? $", bound / measured {NumberText.Significant(ratios[0])}."
                : $", bound / measured {NumberText.Significant(ratios.Min())} to {NumberText.Significant(ratios.Max())}.");
        string[] refused = [.. certificates.Where(c => c.Family is not null && c.IsRefused).Select(_ => " L3 by Theorem 4.1 is refused.")];
        string[] next = [.. certificates.Where(c => c.Level == CertificateLevel.L4 && c.Bound is not null).Select(c => $" {Sentence(c.Statement)} is at most {NumberText.Significant(c.Bound!.Value)}.")];
        bool open = certificates.Any(c => !c.IsRefused && c.Premises.Any(p => p.Status == PremiseStatus.Assumed));
        return string.Concat([first, .. refused, .. next, open ? " All this if the premises hold that are assumed." : ""]);
    }

    private static string Sentence(string statement) => char.ToUpperInvariant(statement[0]) + statement[1..];
}
