using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Tuning.Studies;

/// <summary>The lines of a log.</summary>
internal static class StudyLines
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The first line: the title, the sampler with its settings, and the ranges.</summary>
    public static string Header(SearchSpace space, StudySampler sampler, IReadOnlyList<KeyValuePair<string, string>> title) => Line(json =>
    {
        json.WriteNumber("format", 2);
        foreach ((string name, string text) in title)
            json.WriteString(name, text);
        json.WriteStartObject("sampler");
        json.WriteString("name", sampler.Name);
        foreach ((string name, string text) in sampler.Settings)
            json.WriteString(name, text);
        json.WriteEndObject();
        json.WriteStartObject("space");
        foreach (SearchDimension dimension in space.Dimensions)
        {
            json.WriteStartArray(dimension.Name);
            if (dimension is RangeDimension range)
            {
                json.WriteNumberValue(range.Low);
                json.WriteNumberValue(range.High);
                json.WriteStringValue(range.IsLogarithmic ? "logarithmic" : "linear");
            }
            else
            {
                foreach (string choice in ((ChoiceDimension)dimension).Choices)
                    json.WriteStringValue(choice);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    });

    /// <summary>A trial.</summary>
    public static string Of(StudyTrial trial) => Line(json =>
    {
        json.WriteNumber("trial", trial.Number);
        json.WriteStartObject("parameters");
        for (int i = 0; i < trial.Point.Values.Length; i++)
        {
            SearchDimension dimension = trial.Point.Space.Dimensions[i];
            if (dimension is ChoiceDimension choice)
                json.WriteString(dimension.Name, choice.Choices[(int)trial.Point.Values[i]]);
            else
                json.WriteNumber(dimension.Name, trial.Point.Values[i]);
        }

        json.WriteEndObject();
        if (trial.Value is { } value)
            json.WriteNumber("value", value);
        else
            json.WriteNull("value");
        json.WriteNumber("seconds", Math.Round(trial.Seconds, 3));
        json.WriteString("status", trial.Status switch { TrialStatus.Complete => "complete", TrialStatus.Failed => "failed", _ => "diverged" });
        if (trial.Error is not null)
            json.WriteString("error", trial.Error);
    });

    /// <summary>Reads a trial.</summary>
    /// <exception cref="Exception">The line is none: of the kinds that readers of JSON throw.</exception>
    public static StudyTrial Read(string line, SearchSpace space)
    {
        using var document = JsonDocument.Parse(line);
        JsonElement trial = document.RootElement, parameters = trial.GetProperty("parameters");
        var values = ImmutableArray.CreateBuilder<double>(space.Dimensions.Length);
        foreach (SearchDimension dimension in space.Dimensions)
        {
            JsonElement found = parameters.GetProperty(dimension.Name);
            if (dimension is ChoiceDimension choice)
                values.Add(choice.Choices.IndexOf(found.GetString()!) is >= 0 and var at ? at : throw new FormatException($"expected one of {string.Join(", ", choice.Choices)}, found {found}"));
            else
                values.Add(found.GetDouble());
        }

        int number = trial.GetProperty("trial").GetInt32();
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        TrialStatus status = trial.GetProperty("status").GetString() switch
        {
            "complete" => TrialStatus.Complete,
            "failed" => TrialStatus.Failed,
            "diverged" => TrialStatus.Diverged,
            var other => throw new FormatException($"expected a status complete, failed or diverged, found {other}"),
        };
        JsonElement value = trial.GetProperty("value");
        return new StudyTrial(
            number,
            new StudyPoint(space, values.MoveToImmutable()),
            status,
            status == TrialStatus.Complete ? value.GetDouble() : null,
            trial.GetProperty("seconds").GetDouble(),
            trial.TryGetProperty("error", out JsonElement error) ? error.GetString() : null);
    }

    /// <summary>The first key in which a line differs from the first line that was expected (of an object's, with the object's before it: <c>sampler.beta</c>), with what was expected and what was found.</summary>
    public static (string Expected, string Found) Difference(string header, string line)
    {
        using var expected = JsonDocument.Parse(header);
        JsonElement other;
        try
        {
            using var parsed = JsonDocument.Parse(line);
            other = parsed.RootElement.Clone();
        }
        catch (JsonException)
        {
            return ("a JSON object", Shown.Text(line));
        }

        return Difference("", expected.RootElement, other) ?? (header, line);
    }

    private static (string Expected, string Found)? Difference(string path, JsonElement expected, JsonElement other)
    {
        foreach (JsonProperty key in expected.EnumerateObject())
        {
            string name = path + key.Name;
            if (other.ValueKind != JsonValueKind.Object || !other.TryGetProperty(key.Name, out JsonElement found))
                return ($"'{name}' {key.Value.GetRawText()}", "none");
            if (string.Equals(found.GetRawText(), key.Value.GetRawText(), StringComparison.Ordinal))
                continue;
            (string Expected, string Found) whole = ($"'{name}' {key.Value.GetRawText()}", found.GetRawText());
            return key.Value.ValueKind == JsonValueKind.Object && found.ValueKind == JsonValueKind.Object ? Difference(name + ".", key.Value, found) ?? whole : whole;
        }

        return null;
    }

    private static string Line(Action<Utf8JsonWriter> content)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Options))
        {
            json.WriteStartObject();
            content(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
