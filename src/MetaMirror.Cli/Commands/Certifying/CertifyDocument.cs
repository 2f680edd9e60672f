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
        [.. certificate.Premises.Select(p => new PremiseDocument(p.Text, Word(p.Status), p.Margin is { } m && double.IsFinite(m) ? m : null))]);

    private static string Word(PremiseStatus status) => status switch
    {
        PremiseStatus.Checked => "checked",
        PremiseStatus.Assumed => "assumed",
        _ => "failed",
    };
}

/// <summary>One premise: <c>checked</c>, <c>assumed</c> or <c>failed</c>.</summary>
internal sealed record PremiseDocument(string Premise, string Status, double? Margin);
