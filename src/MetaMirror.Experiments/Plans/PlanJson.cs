using System.Text.Json;
using System.Text.Json.Serialization;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Plans;

/// <summary>Reads and writes plans.</summary>
public static class PlanJson
{
    /// <summary>Reads a plan; everything is checked first, and all mistakes are reported together.</summary>
    /// <param name="json">The document.</param>
    /// <param name="source">Its name for messages, such as the file's.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="PlanException">The document is no valid plan.</exception>
    public static Plan Read(string json, string source)
    {
        ArgumentNullException.ThrowIfNull(json);
        var errors = PlanSchema.Check(json);
        if (errors.Count > 0)
            throw new PlanException(source, errors);
        var plan = JsonSerializer.Deserialize(json, PlanJsonContext.Default.Plan) ?? throw new JsonException("Expected a plan, found null.");
        errors = PlanChecks.Of(plan);
        return errors.Count == 0 ? plan : throw new PlanException(source, errors);
    }

    /// <summary>The plan as indented JSON with all defaults written out; equal plans give equal texts.</summary>
    /// <param name="plan">The plan.</param>
    /// <returns>The document.</returns>
    public static string ToText(Plan plan) => JsonSerializer.Serialize(plan, PlanJsonContext.Default.Plan);
}

/// <summary>Source-generated JSON of plans.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowOutOfOrderMetadataProperties = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    WriteIndented = true,
    NewLine = "\n",
    UseStringEnumConverter = true,
    Converters = [typeof(TargetValueConverter)])]
[JsonSerializable(typeof(Plan))]
[JsonSerializable(typeof(MetaMdLearning))]
[JsonSerializable(typeof(MatrixLearning))]
[JsonSerializable(typeof(BasisLearning))]
[JsonSerializable(typeof(TrackedLearning))]
[JsonSerializable(typeof(UnrolledLearning))]
[JsonSerializable(typeof(ArubaLearning))]
[JsonSerializable(typeof(FdsLearning))]
[JsonSerializable(typeof(NeuralLearning))]
internal sealed partial class PlanJsonContext : JsonSerializerContext;
