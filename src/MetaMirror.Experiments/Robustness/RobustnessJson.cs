using System.Text.Json;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Robustness;

/// <summary>Writes <see cref="RobustnessResult"/> as JSON: camelCase keys, null for what is not finite.</summary>
public static class RobustnessJson
{
    /// <summary>The JSON document as text.</summary>
    public static string ToText(RobustnessResult result) => JsonSerializer.Serialize(result, ComparisonJsonContext.Default.RobustnessResult);
}
