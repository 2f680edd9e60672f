using System.Text.Json;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Rivals;

/// <summary>Writes <see cref="RivalResult"/> as JSON: camelCase keys, null for what is not finite.</summary>
public static class RivalJson
{
    /// <summary>The JSON document as text.</summary>
    public static string ToText(RivalResult result) => JsonSerializer.Serialize(result, ComparisonJsonContext.Default.RivalResult);
}
