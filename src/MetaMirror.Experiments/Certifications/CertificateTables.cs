using System.Collections.Immutable;
using System.Globalization;
using MetaMirror.Certificates;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Certifications;

/// <summary>Certificates as tables of a report: what each says, Theorem 4.1 printed beside corrected, and every premise with how it was checked and by how much it holds.</summary>
internal static class CertificateTables
{
    private const string Nothing = "–";

    /// <summary>Regrets within this factor of their measured value are what L3 is asked for.</summary>
    private const double Wanted = 10;

    /// <summary>Where the tasks' own term rules, the printed and the corrected sum differ late.</summary>
    private const int Digits = 4;

    /// <summary>The tables of a certification.</summary>
    public static IReadOnlyList<ReportTable> Of(IReadOnlyList<Certificate> certificates) =>
    [
        Statements(certificates.Select(c => (c.Task, c)), "task"),
        .. certificates.Where(c => c.Family is not null).Select(PrintedBesideCorrected),
        Premises(certificates),
    ];

    /// <summary>The tables of a comparison: the universal certificate of each row, which needs no run of its own; none where no loss is known to be convex.</summary>
    public static IReadOnlyList<ReportTable> Of(ComparisonResult comparison)
    {
        (string Row, Certificate Certificate)[] rows =
            [.. comparison.Comparison.Where(r => r.Certificate?.Certificate is not null).Select(r => (r.Label ?? r.Optimizer, r.Certificate!.Certificate!))];
        return rows.Length == 0 ? [] : [Statements(rows, "optimizer"), Premises([.. rows.Select(r => r.Certificate)])];
    }

    private static ReportTable Statements(IEnumerable<(string Subject, Certificate Certificate)> certificates, string subject)
    {
        (string Subject, Certificate Certificate)[] sorted = [.. certificates.OrderBy(c => c.Certificate.Level)];
        bool both = subject != "task";
        return new ReportTable(
            "Certificates",
            ["level", "certificate", subject, .. both ? (string[])["task"] : [], "bound", "measured", "bound / measured", "verdict"],
            [.. sorted.Select(c => (IReadOnlyList<string>)
            [
                c.Certificate.Level.ToString(),
                c.Certificate.Name,
                c.Subject.Length > 0 ? c.Subject : "the family",
                .. both ? (string[])[c.Certificate.Task] : [],
                Number(c.Certificate.Bound),
                Number(c.Certificate.Measured),
                Number(c.Certificate.Ratio),
                c.Certificate.Verdict,
            ])],
            "A certificate whose premises are not all established is refused and has no bound.");
    }

    private static ReportTable PrintedBesideCorrected(Certificate certificate)
    {
        FamilyTheorem theorem = certificate.Family!;
        double? measured = certificate.Measured is > 0 ? certificate.Measured : null;
        string standing = certificate.IsRefused
            ? $"Refused: the corrected sum is without force here, the formula's value would be {Number(theorem.Bound, Digits)}. The printed one can be exceeded in any case."
            : "The corrected sum is the certificate. The printed one can be exceeded.";
        return new ReportTable(
            certificate.IsRefused ? "Theorem 4.1 of MetaMD v1, printed and corrected (refused)" : "Theorem 4.1 of MetaMD v1, printed and corrected",
            ["term", "printed", "corrected"],
            [
                ["what the training tasks give: mean B / η + η T L² / (2λ)", Number(theorem.EmpiricalTerm, Digits), Number(theorem.EmpiricalTerm, Digits)],
                ["Rademacher term", Number(theorem.PrintedRademacherTerm, Digits), Number(theorem.RademacherTerm, Digits)],
                ["confidence term", Number(theorem.PrintedConfidenceTerm, Digits), Number(theorem.ConfidenceTerm, Digits)],
                ["sum", Number(theorem.PrintedBound, Digits), Number(theorem.Bound, Digits)],
                ["sum / measured regret", Number(theorem.PrintedBound / measured, Digits), Number(theorem.Bound / measured, Digits)],
                ["training tasks n from which it is at most 10 times the measured regret", Nothing, Needed(theorem, measured)],
            ],
            string.Create(
                CultureInfo.InvariantCulture,
                $"{standing} {Reach(theorem, measured)}Measured regret {Number(measured)}; n = {theorem.Tasks}, T = {theorem.Steps}, η = {Number(theorem.Eta)}, L = {Number(theorem.Lipschitz)}, λ = {Number(theorem.StrongConvexity)}, r = {Number(theorem.Radius)}, N = {theorem.Components}. The printed column has the metric's own norm {Number(theorem.MetricNorm)} for K and δ = {Number(theorem.Delta)}; the corrected one pays for reading K off the metric with K = {Number(theorem.ClassNorm)} and δ = {Number(theorem.ClassDelta)}."));
    }

    private static string Needed(FamilyTheorem theorem, double? measured) =>
        measured is not { } regret || !double.IsFinite(theorem.Bound) ? Nothing
        : theorem.TasksFor(regret, Wanted) is { } tasks ? NumberText.Count(tasks)
        : Nothing;

    private static string Reach(FamilyTheorem theorem, double? measured) =>
        measured is { } regret && double.IsFinite(theorem.Bound) && theorem.TasksFor(regret, Wanted) is null ? "No n is enough for 10 times the measured regret: what the training tasks give is above that alone. " : "";

    /// <summary>Premises that are the same for several tasks are one row, with the least margin.</summary>
    private static ReportTable Premises(IReadOnlyList<Certificate> certificates)
    {
        var rows = certificates.OrderBy(c => c.Level)
            .SelectMany(c => c.Premises.Select(p => (Certificate: c, Premise: p)))
            .GroupBy(p => (p.Certificate.Level, p.Certificate.Name, p.Premise.Text, p.Premise.How, p.Premise.Status));
        return new ReportTable(
            "Premises",
            ["certificate", "premise", "how it was checked", "status", "runs", "margin"],
            [.. rows.Select(g => (IReadOnlyList<string>)
            [
                $"{g.Key.Level} {g.Key.Name}",
                g.Key.Text,
                g.Key.How.Length > 0 ? g.Key.How : Nothing,
                g.Key.Status switch { PremiseStatus.Checked => "checked", PremiseStatus.Assumed => "assumed", _ => "failed" },
                g.Count().ToString(CultureInfo.InvariantCulture),
                Number(g.Min(p => p.Premise.Margin)),
            ])],
            "The margin says by how much a premise holds, in the unit that stands with it; where several runs share a premise, the least. A negative one says by how much it fails.");
    }

    private static string Number(double? value, int digits = 3) => value is { } known ? NumberText.Significant(known, digits) : Nothing;
}
