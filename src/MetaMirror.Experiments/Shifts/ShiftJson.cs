using System.Text.Json;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Shifts;

/// <summary>Writes <see cref="ShiftResult"/> as JSON: camelCase keys, null for what is not finite.</summary>
public static class ShiftJson
{
    /// <summary>The JSON document as text.</summary>
    public static string ToText(ShiftResult result) => JsonSerializer.Serialize(result, ComparisonJsonContext.Default.ShiftResult);
}
