using System.Globalization;
using System.Text.Json;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Plans;

/// <summary>
/// Checks a document against the part of JSON Schema that the plan schema uses. <c>oneOf</c> over objects is decided by the property that
/// all of its branches fix, so that mistakes inside a branch are reported as such; <c>x-catalogue</c> checks names against the catalogue.
/// </summary>
internal sealed class SchemaWalk(JsonElement root)
{
    private readonly List<PlanError> errors = [];

    public IReadOnlyList<PlanError> Check(JsonElement document)
    {
        Visit(document, root, "$");
        return errors;
    }

    private void Visit(JsonElement value, JsonElement schema, string path)
    {
        schema = Resolve(schema);
        if (schema.TryGetProperty("oneOf", out var branches))
        {
            VisitBranches(value, branches, path);
            return;
        }

        if (!HasType(value, schema) || !IsAllowed(value, schema))
        {
            Report(path, schema, value);
            return;
        }

        if (value.ValueKind == JsonValueKind.Object)
            VisitObject(value, schema, path);
        else if (value.ValueKind == JsonValueKind.Array)
            VisitArray(value, schema, path);
    }

    private void VisitObject(JsonElement value, JsonElement schema, string path)
    {
        var hasKeys = schema.TryGetProperty("properties", out var properties);
        var hasRest = schema.TryGetProperty("additionalProperties", out var rest) && rest.ValueKind == JsonValueKind.Object;
        foreach (var member in value.EnumerateObject())
        {
            var inner = $"{path}.{member.Name}";
            if (schema.TryGetProperty("propertyNames", out var names) && !IsAllowed(Quoted(member.Name), Resolve(names)))
                errors.Add(new PlanError(inner, SchemaWords.Of(Resolve(names)), Shown.Text(member.Name), Nearest(member.Name, SchemaWords.Names(Resolve(names)))));
            else if (hasKeys && properties.TryGetProperty(member.Name, out var known))
                Visit(member.Value, known, inner);
            else if (hasRest)
                Visit(member.Value, rest, inner);
            else
                ReportUnknown(member.Name, properties, inner);
        }

        if (!schema.TryGetProperty("required", out var required))
            return;
        foreach (var name in required.EnumerateArray().Select(r => r.GetString()!).Where(name => !value.TryGetProperty(name, out _)))
            errors.Add(new PlanError($"{path}.{name}", SchemaWords.Of(Resolve(properties.GetProperty(name)), Resolve), "nothing"));
    }

    private void ReportUnknown(string name, JsonElement properties, string path)
    {
        string[] known = [.. properties.EnumerateObject().Select(p => p.Name)];
        errors.Add(new PlanError(path, $"a key among {string.Join(", ", known)}", Shown.Text(name), Nearest(name, known)));
    }

    private void VisitArray(JsonElement value, JsonElement schema, string path)
    {
        if (schema.TryGetProperty("minItems", out var least) && value.GetArrayLength() < least.GetInt32())
            errors.Add(new PlanError(path, SchemaWords.Of(schema, Resolve), $"a list of {value.GetArrayLength()}"));
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var unique = schema.TryGetProperty("uniqueItems", out var flag) && flag.GetBoolean();
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            var inner = $"{path}[{index.ToString(CultureInfo.InvariantCulture)}]";
            Visit(item, schema.GetProperty("items"), inner);
            if (unique && !seen.TryAdd(item.GetRawText(), index))
                errors.Add(new PlanError(inner, "entries that differ", $"{item.GetRawText()} again"));
            index++;
        }
    }

    private void VisitBranches(JsonElement value, JsonElement branches, string path)
    {
        JsonElement[] all = [.. branches.EnumerateArray().Select(Resolve)];
        if (Discriminator(all) is not { } key)
        {
            if (!Array.Exists(all, b => new SchemaWalk(root).Accepts(value, b)))
                errors.Add(new PlanError(path, SchemaWords.AnyOf(all), SchemaWords.Found(value), Nearest(value, all.SelectMany(SchemaWords.Names))));
            return;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            errors.Add(new PlanError(path, $"an object with '{key}'", SchemaWords.Found(value)));
            return;
        }

        string[] names = [.. all.SelectMany(b => SchemaWords.Names(b.GetProperty("properties").GetProperty(key)))];
        if (!value.TryGetProperty(key, out var stated) || stated.ValueKind != JsonValueKind.String)
        {
            errors.Add(new PlanError($"{path}.{key}", $"one of {string.Join(", ", names)}", stated.ValueKind == JsonValueKind.Undefined ? "nothing" : SchemaWords.Found(stated)));
            return;
        }

        var name = stated.GetString()!;
        var branch = Array.FindIndex(all, b => SchemaWords.Names(b.GetProperty("properties").GetProperty(key)).Contains(name, StringComparer.Ordinal));
        if (branch < 0)
            errors.Add(new PlanError($"{path}.{key}", $"one of {string.Join(", ", names)}", Shown.Text(name), Nearest(name, names)));
        else
            Visit(value, all[branch], path);
    }

    private bool Accepts(JsonElement value, JsonElement schema)
    {
        Visit(value, schema, "$");
        return errors.Count == 0;
    }

    // The property that every branch restricts to names of its own.
    private static string? Discriminator(JsonElement[] branches) => branches[0].TryGetProperty("properties", out var first)
        ? first.EnumerateObject().Select(p => p.Name).FirstOrDefault(name => Array.TrueForAll(branches, b =>
            b.TryGetProperty("properties", out var p) && p.TryGetProperty(name, out var s) && (s.TryGetProperty("const", out _) || s.TryGetProperty("enum", out _))))
        : null;

    private JsonElement Resolve(JsonElement schema)
    {
        if (!schema.TryGetProperty("$ref", out var reference))
            return schema;
        var target = root;
        foreach (var part in reference.GetString()!.Split('/').Skip(1))
            target = target.GetProperty(part);
        return Resolve(target);
    }

    private void Report(string path, JsonElement schema, JsonElement value) =>
        errors.Add(new PlanError(path, SchemaWords.Of(schema, Resolve), SchemaWords.Found(value), Nearest(value, SchemaWords.Names(schema))));

    private static string? Nearest(JsonElement value, IEnumerable<string> known) => value.ValueKind == JsonValueKind.String ? Nearest(value.GetString()!, known) : null;

    private static string? Nearest(string name, IEnumerable<string> known) => NearestName.Of(name, known);

    private static JsonElement Quoted(string name) => JsonElement.Parse($"\"{JsonEncodedText.Encode(name)}\"");

    private static bool HasType(JsonElement value, JsonElement schema) => !schema.TryGetProperty("type", out var type) || (type.GetString(), value.ValueKind) switch
    {
        ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String) => true,
        ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("number", JsonValueKind.Number) => double.IsFinite(value.GetDouble()),
        ("integer", JsonValueKind.Number) => value.TryGetInt32(out _),
        _ => false,
    };

    private static bool IsAllowed(JsonElement value, JsonElement schema) => value.ValueKind switch
    {
        JsonValueKind.Number => SchemaWords.InRange(value.GetDouble(), schema),
        JsonValueKind.String => IsAllowedText(value.GetString()!, schema),
        _ => true,
    };

    private static bool IsAllowedText(string text, JsonElement schema)
    {
        string[] names = [.. SchemaWords.Names(schema)];
        return (names.Length == 0 || names.Contains(text, StringComparer.Ordinal))
            && (!schema.TryGetProperty("minLength", out var least) || text.Length >= least.GetInt32())
            && (!schema.TryGetProperty("pattern", out var pattern) || SchemaWords.Matches(text, pattern.GetString()!));
    }
}
