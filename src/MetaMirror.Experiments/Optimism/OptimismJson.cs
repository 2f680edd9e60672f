using System.Text.Json;
using System.Text.Json.Serialization;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Optimism;

/// <summary>Writes and reads <see cref="OptimismResult"/> as JSON: camelCase keys, null for what is not finite.</summary>
public static class OptimismJson
{
    /// <summary>The JSON document as text.</summary>
    public static string ToText(OptimismResult result) => JsonSerializer.Serialize(result, OptimismJsonContext.Default.OptimismResult);

    /// <summary>Reads what <see cref="ToText"/> wrote.</summary>
    /// <exception cref="JsonException">The text is no such document.</exception>
    public static OptimismResult Read(string json) =>
        JsonSerializer.Deserialize(json, OptimismJsonContext.Default.OptimismResult) ?? throw new JsonException("Expected a result of the experiment on optimism, found null.");
}

/// <summary>Source-generated JSON of the experiment's data.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NewLine = "\n",
    UseStringEnumConverter = true,
    Converters = [typeof(FiniteDoubleConverter), typeof(TargetValueConverter)])]
[JsonSerializable(typeof(OptimismResult))]
public sealed partial class OptimismJsonContext : JsonSerializerContext;
