using System.Text.Json;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Comparisons;

/// <summary>A finished part of a comparison as a file, with what it must be gone on with: the same plan, seed and program.</summary>
/// <param name="Format">Version of this format.</param>
/// <param name="Program">Version of the program.</param>
/// <param name="Plan">Name of the plan.</param>
/// <param name="PlanHash">SHA-256 of the plan with all defaults written out, in hexadecimal.</param>
/// <param name="Seed">Master seed.</param>
/// <param name="Part">What was done.</param>
public sealed record ComparisonCheckpoint(int Format, string Program, string Plan, string PlanHash, ulong Seed, ComparisonPart Part)
{
    /// <summary>Version of the format that is written.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The document.</summary>
    public string ToText() => JsonSerializer.Serialize(this, ComparisonJsonContext.Default.ComparisonCheckpoint);

    /// <summary>Reads a document.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static ComparisonCheckpoint Read(string json)
    {
        ComparisonCheckpoint? read = JsonSerializer.Deserialize(json, ComparisonJsonContext.Default.ComparisonCheckpoint);
        return read is { Part.Result.Comparison: not null, Part.HeldOut: not null }
            ? read with { Part = read.Part.WithCertificates() }
            : throw new JsonException("Expected a finished part of a comparison, found something else.");
    }
}
