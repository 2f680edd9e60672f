using System.Text.Json;
using System.Text.Json.Serialization;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Shifts;

/// <summary>Writes <see cref="ShiftResult"/> as JSON: camelCase keys, null for what is not finite.</summary>
public static class ShiftJson
{
    /// <summary>The JSON document as text.</summary>
    public static string ToText(ShiftResult result) => JsonSerializer.Serialize(result, ShiftJsonContext.Default.ShiftResult);
}

/// <summary>Source-generated JSON of the experiment's data.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NewLine = "\n",
    UseStringEnumConverter = true,
    Converters = [typeof(FiniteDoubleConverter), typeof(TargetValueConverter)])]
[JsonSerializable(typeof(ShiftResult))]
public sealed partial class ShiftJsonContext : JsonSerializerContext;
