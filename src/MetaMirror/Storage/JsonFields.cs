using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace MetaMirror.Storage;

/// <summary>
/// One JSON object of a file, read strictly: every field must be there once and of its type, and <see cref="Done"/> refuses what nobody asked for.
/// </summary>
internal sealed class JsonFields
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    private readonly Dictionary<string, JsonElement> _fields = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly string _what;

    private JsonFields(JsonElement element, string what)
    {
        _what = what;
        if (element.ValueKind != JsonValueKind.Object)
            throw new StorageException($"{what}: expected a JSON object, found {element.ValueKind}");
        try
        {
            foreach (JsonProperty property in element.EnumerateObject())
                _fields.Add(property.Name, property.Value);
        }
        catch (InvalidOperationException e)
        {
            throw Unicode(what, e);
        }
    }

    /// <summary>Parses one object.</summary>
    /// <exception cref="StorageException">It is no JSON object, or a name occurs twice.</exception>
    public static JsonFields Parse(ReadOnlyMemory<byte> json, string what) => new(Root(json, what), what);

    /// <summary>Parses one object.</summary>
    /// <exception cref="StorageException">It is no JSON object, or a name occurs twice.</exception>
    public static JsonFields Parse(string json, string what) => Parse(System.Text.Encoding.UTF8.GetBytes(json), what);

    /// <summary>Parses a list of objects.</summary>
    /// <exception cref="StorageException">It is no JSON list of objects.</exception>
    public static IEnumerable<JsonFields> ParseList(string json, string what) => List(Root(System.Text.Encoding.UTF8.GetBytes(json), what), what);

    /// <summary>A text.</summary>
    public string Text(string name) => TextOf(Field(name, JsonValueKind.String), $"{_what}, {name}");

    /// <summary>True or false.</summary>
    public bool Flag(string name) => Any(name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        var kind => throw Wrong(name, "true or false", kind),
    };

    /// <summary>A finite number.</summary>
    public double Number(string name)
    {
        JsonElement field = Field(name, JsonValueKind.Number);
        return field.TryGetDouble(out double value) && double.IsFinite(value)
            ? value
            : throw new StorageException($"{_what}, {name}: expected a finite number, found {Quoted.Text(field.GetRawText())}");
    }

    /// <summary>A number, null for NaN, or one of the texts Infinity, -Infinity, and of older files NaN.</summary>
    public double AnyNumber(string name)
    {
        if (Any(name).ValueKind == JsonValueKind.Number)
            return Number(name);
        if (Any(name).ValueKind == JsonValueKind.Null)
            return double.NaN;
        return Text(name) switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            var other => throw new StorageException($"{_what}, {name}: expected a number, null, Infinity or -Infinity, found {Quoted.Text(other)}"),
        };
    }

    /// <summary>A whole number from 0.</summary>
    public long Count(string name)
    {
        JsonElement field = Field(name, JsonValueKind.Number);
        return field.TryGetInt64(out long value) && value >= 0
            ? value
            : throw new StorageException($"{_what}, {name}: expected a whole number from 0, found {Quoted.Text(field.GetRawText())}");
    }

    /// <summary>A whole number from <paramref name="least"/>.</summary>
    public int Integer(string name, int least = 0)
    {
        long value = Count(name);
        return value >= least && value <= int.MaxValue
            ? (int)value
            : throw new StorageException($"{_what}, {name}: expected a whole number from {least} to {int.MaxValue}, found {value}");
    }

    /// <summary>A whole number from 0, or null.</summary>
    public int? IntegerOrNull(string name) => Any(name).ValueKind == JsonValueKind.Null ? null : Integer(name);

    /// <summary>A finite number, or null.</summary>
    public double? NumberOrNull(string name) => Any(name).ValueKind == JsonValueKind.Null ? null : Number(name);

    /// <summary>A text, or null.</summary>
    public string? TextOrNull(string name) => Any(name).ValueKind == JsonValueKind.Null ? null : Text(name);

    /// <summary>An unsigned 64-bit number, kept as text because other JSON readers round numbers above 2^53.</summary>
    public ulong Unsigned(string name)
    {
        string text = Text(name);
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)
            ? value
            : throw new StorageException($"{_what}, {name}: expected an unsigned 64-bit number as text, found {Quoted.Text(text)}");
    }

    /// <summary>A list of texts.</summary>
    public ImmutableArray<string> Texts(string name) =>
        [.. Field(name, JsonValueKind.Array).EnumerateArray().Select(e => e.ValueKind == JsonValueKind.String
            ? TextOf(e, $"{_what}, {name}")
            : throw Wrong(name, "a list of texts", e.ValueKind))];

    /// <summary>A list of sizes, each from 0.</summary>
    public int[] Sizes(string name) =>
        [.. Field(name, JsonValueKind.Array).EnumerateArray().Select(e => e.ValueKind == JsonValueKind.Number && e.TryGetInt32(out int size) && size >= 0
            ? size
            : throw new StorageException($"{_what}, {name}: expected a list of whole numbers from 0, found {Quoted.Text(e.GetRawText())}"))];

    /// <summary>A list of finite numbers.</summary>
    public ImmutableArray<double> Numbers(string name) =>
        [.. Field(name, JsonValueKind.Array).EnumerateArray().Select(e => e.ValueKind == JsonValueKind.Number && e.TryGetDouble(out double value) && double.IsFinite(value)
            ? value
            : throw new StorageException($"{_what}, {name}: expected finite numbers, found {Quoted.Text(e.GetRawText())}"))];

    /// <summary>An object.</summary>
    public JsonFields Object(string name) => new(Field(name, JsonValueKind.Object), $"{_what}, {name}");

    /// <summary>A list of objects.</summary>
    public IEnumerable<JsonFields> Objects(string name) => List(Any(name), $"{_what}, {name}");

    /// <summary>Ends the reading of this object.</summary>
    /// <exception cref="StorageException">There is a field that nobody asked for.</exception>
    public void Done()
    {
        foreach (string name in _fields.Keys)
        {
            if (!_asked.Contains(name))
                throw new StorageException($"{_what}: expected the fields {string.Join(", ", _asked)}, found {Quoted.Text(name)}{NearestName.Hint(name, _asked)}");
        }
    }

    private static JsonElement Root(ReadOnlyMemory<byte> json, string what)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, Strict);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new StorageException($"{what}: expected valid JSON, found an error at byte {e.BytePositionInLine ?? 0}", e);
        }
        catch (InvalidOperationException e)
        {
            throw Unicode(what, e);
        }
    }

    private static IEnumerable<JsonFields> List(JsonElement element, string what) => element.ValueKind == JsonValueKind.Array
        ? element.EnumerateArray().Select((e, i) => new JsonFields(e, string.Create(CultureInfo.InvariantCulture, $"{what} {i}")))
        : throw new StorageException($"{what}: expected a JSON list, found {element.ValueKind}");

    private static string TextOf(JsonElement element, string what)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw Unicode(what, e);
        }
    }

    /// <summary>An escaped unpaired surrogate.</summary>
    private static StorageException Unicode(string what, InvalidOperationException e) => new($"{what}: expected valid Unicode text, found an invalid sequence", e);

    private JsonElement Field(string name, JsonValueKind kind)
    {
        JsonElement field = Any(name);
        return field.ValueKind == kind ? field : throw Wrong(name, $"a {kind}", field.ValueKind);
    }

    private JsonElement Any(string name)
    {
        _asked.Add(name);
        return _fields.TryGetValue(name, out JsonElement field)
            ? field
            : throw new StorageException($"{_what}: expected the field '{name}', found {(_fields.Count == 0 ? "none" : string.Join(", ", _fields.Keys.Take(8).Select(Quoted.Text)))}");
    }

    private StorageException Wrong(string name, string expected, JsonValueKind found) => new($"{_what}, {name}: expected {expected}, found {found}");
}
