using System.Text.Json;

namespace MetaMirror.Storage;

/// <summary>The JSON header of a safetensors file, parsed strictly: no duplicate, unknown or missing key, no wrong type.</summary>
internal sealed class SafetensorsHeader
{
    private const int MaxDepth = 4;

    private SafetensorsHeader()
    {
    }

    public List<Tensor> Tensors { get; } = [];

    public List<KeyValuePair<string, string>> Metadata { get; } = [];

    /// <summary>Parses a whole header, padding included.</summary>
    /// <exception cref="StorageException">The header is no valid JSON object of the format.</exception>
    public static SafetensorsHeader Parse(byte[] json, SafetensorsLimits limits)
    {
        if (json[0] != (byte)'{')
        {
            throw new StorageException($"safetensors header: expected '{{' first, found byte {json[0]}");
        }

        var header = new SafetensorsHeader();
        try
        {
            header.ReadObject(new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth }), limits);
        }
        catch (JsonException e)
        {
            throw new StorageException($"safetensors header: expected valid JSON, found an error at byte {e.BytePositionInLine ?? 0}", e);
        }
        catch (InvalidOperationException e)
        {
            // GetString on an escaped unpaired surrogate or on invalid UTF-8.
            throw new StorageException("safetensors header: expected valid Unicode text, found an invalid sequence", e);
        }

        return header;
    }

    public IEnumerable<int> InOffsetOrder() => Enumerable.Range(0, Tensors.Count).OrderBy(i => Tensors[i].Begin).ThenBy(i => Tensors[i].End);

    private static void ReadEntry(ref Utf8JsonReader reader, string name, SafetensorsLimits limits, out Tensor tensor)
    {
        Expect(ref reader, JsonTokenType.StartObject, $"tensor {Quoted.Text(name)}");
        string? type = null;
        long[]? shape = null;
        long[]? offsets = null;
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            switch (key)
            {
                case "dtype" when type is null:
                    Expect(ref reader, JsonTokenType.String, $"dtype of tensor {Quoted.Text(name)}");
                    type = reader.GetString()!;
                    break;
                case "shape" when shape is null:
                    shape = ReadIntegers(ref reader, $"shape of tensor {Quoted.Text(name)}", limits.MaxDimensions);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadIntegers(ref reader, $"data_offsets of tensor {Quoted.Text(name)}", 2);
                    break;
                default:
                    throw new StorageException($"tensor {Quoted.Text(name)}: expected dtype, shape and data_offsets once each, found {Quoted.Text(key)}");
            }
        }

        if (type is null || shape is null || offsets is not { Length: 2 })
        {
            throw new StorageException($"tensor {Quoted.Text(name)}: expected dtype, shape and two data_offsets, found fewer");
        }

        if (!TensorElementTypes.TryParse(type, out var parsed))
        {
            throw new StorageException($"tensor {Quoted.Text(name)}: expected dtype among {TensorElementTypes.AllNames}, found {Quoted.Text(type)}");
        }

        tensor = new Tensor(name, parsed, shape, offsets[0], offsets[1]);
    }

    private static long[] ReadIntegers(ref Utf8JsonReader reader, string what, int most)
    {
        Expect(ref reader, JsonTokenType.StartArray, what);
        var values = new List<long>();
        while (Next(ref reader) == JsonTokenType.Number)
        {
            if (!reader.TryGetInt64(out var value) || value < 0 || values.Count == most)
            {
                throw new StorageException($"{what}: expected at most {most} non-negative integers, found more or another number");
            }

            values.Add(value);
        }

        return reader.TokenType == JsonTokenType.EndArray
            ? [.. values]
            : throw new StorageException($"{what}: expected a list of integers, found {reader.TokenType}");
    }

    private static JsonTokenType Next(ref Utf8JsonReader reader)
        => reader.Read() ? reader.TokenType : throw new StorageException("safetensors header: expected more JSON, found its end");

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type, string what)
    {
        if (Next(ref reader) != type)
        {
            throw new StorageException($"{what}: expected {type}, found {reader.TokenType}");
        }
    }

    private void ReadObject(Utf8JsonReader reader, SafetensorsLimits limits)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        Expect(ref reader, JsonTokenType.StartObject, "safetensors header");
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (!names.Add(name))
            {
                throw new StorageException($"safetensors header: expected distinct keys, found {Quoted.Text(name)} twice");
            }

            if (name == SafetensorsWriter.MetadataKey)
            {
                ReadMetadata(ref reader);
                continue;
            }

            if (Tensors.Count == limits.MaxTensors)
            {
                throw new StorageException($"safetensors header: expected at most {limits.MaxTensors} tensors, found more");
            }

            ReadEntry(ref reader, name, limits, out var tensor);
            Tensors.Add(tensor);
        }

        // Only spaces may follow; the JSON reader refuses anything else.
        if (reader.Read())
        {
            throw new StorageException($"safetensors header: expected its end, found {reader.TokenType}");
        }
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        Expect(ref reader, JsonTokenType.StartObject, SafetensorsWriter.MetadataKey);
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            if (!keys.Add(key))
            {
                throw new StorageException($"{SafetensorsWriter.MetadataKey}: expected distinct keys, found {Quoted.Text(key)} twice");
            }

            Expect(ref reader, JsonTokenType.String, $"{SafetensorsWriter.MetadataKey} value {Quoted.Text(key)}");
            Metadata.Add(KeyValuePair.Create(key, reader.GetString()!));
        }
    }

    /// <summary>One header entry, its offsets not yet checked against its shape.</summary>
    internal readonly record struct Tensor(string Name, TensorElementType Type, long[] Shape, long Begin, long End);
}
