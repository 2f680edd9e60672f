using System.Text.Json;
using System.Text.Json.Serialization;

namespace MetaMirror.Experiments.Reports;

/// <summary>JSON has no NaN: a double that is not finite is written as null, and null is read as NaN.</summary>
public sealed class FiniteDoubleConverter : JsonConverter<double>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Null => double.NaN,
        JsonTokenType.Number => reader.GetDouble(),
        _ => throw new JsonException($"Expected a number or null, found {reader.TokenType}."),
    };

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (double.IsFinite(value)) writer.WriteNumberValue(value);
        else writer.WriteNullValue();
    }
}

/// <summary>A target in JSON: a number, or the string <c>bestClassicFinal</c>.</summary>
public sealed class TargetValueConverter : JsonConverter<TargetValue>
{
    /// <inheritdoc/>
    public override TargetValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number => new TargetValue(reader.GetDouble()),
        JsonTokenType.String when reader.ValueTextEquals(TargetValue.BestClassicFinalName) => TargetValue.BestClassicFinal,
        JsonTokenType.String => throw new JsonException($"Expected a number or '{TargetValue.BestClassicFinalName}', found '{reader.GetString()}'."),
        _ => throw new JsonException($"Expected a number or '{TargetValue.BestClassicFinalName}', found {reader.TokenType}."),
    };

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TargetValue value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (value.Number is not { } number) writer.WriteStringValue(TargetValue.BestClassicFinalName);
        else if (double.IsFinite(number)) writer.WriteNumberValue(number);
        else throw new JsonException($"Expected a finite target, found {number}.");
    }
}
