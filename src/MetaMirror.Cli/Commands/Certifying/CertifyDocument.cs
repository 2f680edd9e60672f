using MetaMirror.Certificates;
using MetaMirror.Experiments.Certifications;

namespace MetaMirror.Cli.Commands.Certifying;

/// <summary>The document of <c>certify</c>.</summary>
internal sealed record CertifyDocument(string Optimizer, string Plan, ulong Seed, IReadOnlyList<LevelDocument> Levels, IReadOnlyList<string> Notes)
{
    /// <summary>Everything, refused certificates included.</summary>
    public static CertifyDocument Of(CertificationResult result) =>
        new(result.Optimizer, result.Plan, result.Seed, [.. result.Certificates.Select(LevelDocument.Of)], result.Notes);
}

/// <summary>One certificate. A bound that is refused, or a value that was not measured, is null.</summary>
internal sealed record LevelDocument(
    string Level, string Certificate, string Task, double? Bound, double? Measured, double? Ratio, bool Refused, string Verdict, IReadOnlyList<PremiseDocument> Premises)
{
    /// <summary>Theorem 4.1, printed and corrected, refused or not; null for everything else.</summary>
    public FamilyDocument? Family { get; init; }

    /// <summary>One certificate.</summary>
    public static LevelDocument Of(Certificate certificate) => new(
        certificate.Level.ToString(),
        certificate.Name,
        certificate.Task,
        certificate.Bound,
        certificate.Measured,
        certificate.Ratio is { } ratio && double.IsFinite(ratio) ? ratio : null,
        certificate.IsRefused,
        certificate.Verdict,
        [.. certificate.Premises.Select(p => new PremiseDocument(p.Text, Word(p.Status), p.How, p.Margin is { } m ? Finite(m) : null))])
    {
        Family = certificate.Family is { } theorem ? FamilyDocument.Of(theorem, certificate.Measured) : null,
    };

    /// <summary>The number, or null where it is not finite.</summary>
    internal static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static string Word(PremiseStatus status) => status switch
    {
        PremiseStatus.Checked => "checked",
        PremiseStatus.Assumed => "assumed",
        _ => "failed",
    };
}

/// <summary>Theorem 4.1 with its numbers; without force where the certificate is refused.</summary>
internal sealed record FamilyDocument(int Tasks, double? Corrected, double? Printed, double? CorrectedRatio, double? PrintedRatio, double? TasksForTenTimes)
{
    /// <summary>One theorem beside a measured regret.</summary>
    public static FamilyDocument Of(FamilyTheorem theorem, double? measured)
    {
        double regret = measured is > 0 ? measured.Value : double.NaN;
        return new(
            theorem.Tasks,
            LevelDocument.Finite(theorem.Bound),
            LevelDocument.Finite(theorem.PrintedBound),
            LevelDocument.Finite(theorem.Bound / regret),
            LevelDocument.Finite(theorem.PrintedBound / regret),
            double.IsFinite(theorem.Bound) ? theorem.TasksFor(regret) : null);
    }
}

/// <summary>One premise: <c>checked</c>, <c>assumed</c> or <c>failed</c>, how that was found, by how much it holds.</summary>
internal sealed record PremiseDocument(string Premise, string Status, string How, double? Margin);
