using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Plans;

/// <summary>Schemas and values in the words of messages.</summary>
internal static class SchemaWords
{
    private static readonly (string Keyword, string Word)[] Bounds =
        [("minimum", "of at least"), ("exclusiveMinimum", "above"), ("maximum", "at most"), ("exclusiveMaximum", "below")];

    /// <summary>What a schema expects.</summary>
    public static string Of(JsonElement schema, Func<JsonElement, JsonElement>? resolve = null)
    {
        if (schema.TryGetProperty("oneOf", out var branches))
        {
            JsonElement[] all = [.. branches.EnumerateArray().Select(b => resolve?.Invoke(b) ?? b)];
            return AnyOf(all);
        }

        string[] names = [.. Names(schema)];
        if (names.Length > 0)
            return names.Length == 1 ? $"'{names[0]}'" : $"one of {string.Join(", ", names)}";
        var type = schema.TryGetProperty("type", out var t) ? t.GetString() : null;
        return type switch
        {
            "object" => "an object",
            "array" => List(schema, resolve),
            "boolean" => "true or false",
            "integer" => "an integer" + Range(schema),
            "number" => "a number" + Range(schema),
            _ => schema.TryGetProperty("description", out var text) && schema.TryGetProperty("pattern", out _) ? $"a text: {text.GetString()}" : "a text",
        };
    }

    /// <summary>What several schemas expect together.</summary>
    public static string AnyOf(IEnumerable<JsonElement> schemas) => string.Join(" or ", schemas.Select(s => Of(s)).Distinct(StringComparer.Ordinal));

    /// <summary>What was found.</summary>
    public static string Found(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Shown.Text(value.GetString()),
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.Null => "null",
        _ => value.GetRawText(),
    };

    /// <summary>The names a schema allows; none: any text.</summary>
    public static IEnumerable<string> Names(JsonElement schema)
    {
        if (schema.TryGetProperty("const", out var only))
            return [only.GetString()!];
        if (schema.TryGetProperty("enum", out var names))
            return names.EnumerateArray().Select(n => n.GetString()!);
        return schema.TryGetProperty("x-catalogue", out var list) ? Catalogue.NamesOf(list.GetString()!) : [];
    }

    /// <summary>Whether a number lies within the schema's bounds.</summary>
    public static bool InRange(double value, JsonElement schema) =>
        !(schema.TryGetProperty("minimum", out var low) && value < low.GetDouble())
        && !(schema.TryGetProperty("exclusiveMinimum", out var above) && value <= above.GetDouble())
        && !(schema.TryGetProperty("maximum", out var high) && value > high.GetDouble())
        && !(schema.TryGetProperty("exclusiveMaximum", out var below) && value >= below.GetDouble());

    /// <summary>Whether a text matches the pattern of a schema.</summary>
    public static bool Matches(string text, string pattern) => Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    private static string List(JsonElement schema, Func<JsonElement, JsonElement>? resolve)
    {
        var items = schema.GetProperty("items");
        var least = schema.TryGetProperty("minItems", out var n) ? n.GetInt32() : 0;
        return $"a list{(least > 0 ? $" of at least {least.ToString(CultureInfo.InvariantCulture)}" : "")}, each {Of(resolve?.Invoke(items) ?? items, resolve)}";
    }

    private static string Range(JsonElement schema)
    {
        var words = new List<string>();
        foreach (var (keyword, word) in Bounds)
        {
            if (schema.TryGetProperty(keyword, out var bound))
                words.Add($"{word} {bound.GetRawText()}");
        }

        return words.Count == 0 ? "" : " " + string.Join(" and ", words);
    }
}
