using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using MetaMirror.Experiments.Catalogues;

namespace MetaMirror.Experiments.Plans;

/// <summary>Reads <c>learn</c>: its <c>optimizer</c> says which record the other keys belong to.</summary>
public sealed class LearningPlanConverter : JsonConverter<LearningPlan>
{
    /// <inheritdoc/>
    public override LearningPlan? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        var name = document.RootElement.GetProperty("optimizer").GetString() ?? "";
        return (LearningPlan?)document.RootElement.Deserialize(Info(Catalogue.LearningRecord(name)));
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, LearningPlan value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(value);
        JsonSerializer.Serialize(writer, value, Info(value.GetType()));
    }

    private static JsonTypeInfo Info(Type record) => PlanJsonContext.Default.GetTypeInfo(record)
        ?? throw new NotSupportedException($"Expected {record.Name} among the records of PlanJsonContext, found none.");
}
