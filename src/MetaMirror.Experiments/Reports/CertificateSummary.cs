using System.Text.Json.Serialization;
using MetaMirror.Certificates;

namespace MetaMirror.Experiments.Reports;

/// <summary>The universal certificate of one run (PAPERS 6.8 i): what its last iterate is at most above the minimum of a convex training loss, for any optimizer.</summary>
/// <param name="Bound">Upper bound on the excess of the training objective, its penalty included.</param>
/// <param name="Measured">The excess over the reference solution.</param>
/// <param name="Verdict">What it says, in plain words.</param>
public sealed record CertificateSummary(double? Bound, double? Measured, string Verdict)
{
    /// <summary>The certificate itself, for the report; null where it was read from a file.</summary>
    [JsonIgnore]
    public Certificate? Certificate { get; init; }
}
