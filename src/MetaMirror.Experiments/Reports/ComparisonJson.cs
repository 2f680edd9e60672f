using System.Text.Json;
using System.Text.Json.Serialization;
using MetaMirror.Experiments.Comparisons;
using MetaMirror.Experiments.Optimism;
using MetaMirror.Experiments.Rivals;
using MetaMirror.Experiments.Robustness;
using MetaMirror.Experiments.Shifts;

namespace MetaMirror.Experiments.Reports;

/// <summary>Writes and reads <see cref="ComparisonResult"/> as JSON: camelCase keys, null for what is not finite.</summary>
public static class ComparisonJson
{
    /// <summary>Writes one indented JSON document.</summary>
    /// <param name="result">The result.</param>
    /// <param name="destination">Receives UTF-8; not closed.</param>
    public static void Write(ComparisonResult result, Stream destination) =>
        JsonSerializer.Serialize(destination, result, ComparisonJsonContext.Default.ComparisonResult);

    /// <summary>Writes one indented JSON document and a line feed.</summary>
    /// <param name="result">The result.</param>
    /// <param name="destination">Receives the text; not closed.</param>
    public static void Write(ComparisonResult result, TextWriter destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        destination.Write(ToText(result));
        destination.Write('\n');
    }

    /// <summary>The JSON document as text.</summary>
    /// <param name="result">The result.</param>
    /// <returns>Indented JSON.</returns>
    public static string ToText(ComparisonResult result) => JsonSerializer.Serialize(result, ComparisonJsonContext.Default.ComparisonResult);

    /// <summary>Reads what <see cref="Write(ComparisonResult, TextWriter)"/> wrote; keys that are not known are ignored.</summary>
    /// <param name="json">The document.</param>
    /// <returns>The result.</returns>
    /// <exception cref="JsonException">The text is no such document.</exception>
    public static ComparisonResult Read(string json) =>
        JsonSerializer.Deserialize(json, ComparisonJsonContext.Default.ComparisonResult) ?? throw new JsonException("Expected a comparison result, found null.");
}

/// <summary>Source-generated JSON of all results of experiments, so that their documents are written alike.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NewLine = "\n",
    UseStringEnumConverter = true,
    Converters = [typeof(FiniteDoubleConverter), typeof(TargetValueConverter)])]
[JsonSerializable(typeof(ComparisonResult))]
[JsonSerializable(typeof(ComparisonCheckpoint))]
[JsonSerializable(typeof(OptimismResult))]
[JsonSerializable(typeof(RivalResult))]
[JsonSerializable(typeof(RobustnessResult))]
[JsonSerializable(typeof(ShiftResult))]
[JsonSerializable(typeof(ActivationFrequencies))]
[JsonSerializable(typeof(PreconditionerPicture))]
[JsonSerializable(typeof(PaperFigure))]
[JsonSerializable(typeof(Reference))]
[JsonSerializable(typeof(MachineInfo))]
public sealed partial class ComparisonJsonContext : JsonSerializerContext;
