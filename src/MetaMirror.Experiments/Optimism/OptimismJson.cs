using System.Text.Json;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Optimism;

/// <summary>Writes and reads <see cref="OptimismResult"/> as JSON: camelCase keys, null for what is not finite.</summary>
public static class OptimismJson
{
    /// <summary>The JSON document as text.</summary>
    public static string ToText(OptimismResult result) => JsonSerializer.Serialize(result, ComparisonJsonContext.Default.OptimismResult);

    /// <summary>Reads what <see cref="ToText"/> wrote.</summary>
    /// <exception cref="JsonException">The text is no such document.</exception>
    public static OptimismResult Read(string json) =>
        JsonSerializer.Deserialize(json, ComparisonJsonContext.Default.OptimismResult) ?? throw new JsonException("Expected a result of the experiment on optimism, found null.");
}
