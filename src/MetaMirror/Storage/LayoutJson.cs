using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MetaMirror.Storage;

/// <summary>A parameter layout as JSON: <c>[{"name":"0.weight","shape":[32,64]},...]</c>, in the order of the flat vector.</summary>
internal static class LayoutJson
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Text made by a writer of JSON; the same calls give the same text.</summary>
    public static string Text(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Plain))
            write(json);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The layout as text.</summary>
    public static string Write(ParameterLayout layout) => Text(json =>
    {
        json.WriteStartArray();
        foreach (ParameterBlock block in layout.Blocks)
        {
            json.WriteStartObject();
            json.WriteString("name", block.Name);
            json.WriteStartArray("shape");
            foreach (int size in block.Shape)
                json.WriteNumberValue(size);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>The layout of a text.</summary>
    /// <exception cref="StorageException">Not a layout, or one with more parameters than an array can hold.</exception>
    public static ParameterLayout Read(string json)
    {
        var tensors = new List<(string, int[])>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        Int128 length = 0;
        foreach (JsonFields fields in JsonFields.ParseList(json, "layout"))
        {
            (string name, int[] shape) = (fields.Text("name"), fields.Sizes("shape"));
            fields.Done();
            if (name.Length == 0 || !names.Add(name))
                throw new StorageException($"layout: expected distinct names that are not empty, found {Quoted.Text(name)}{(name.Length == 0 ? "" : " twice")}");

            // A product with a size 0 in it counts without that factor: no partial product may overflow.
            Int128 product = 1;
            foreach (int size in shape)
            {
                product *= Math.Max(size, 1);
                if (product > Array.MaxLength)
                    throw new StorageException($"layout: expected at most {Array.MaxLength} parameters, found more in {Quoted.Text(name)}");
            }

            length += product;
            if (length > Array.MaxLength)
                throw new StorageException($"layout: expected at most {Array.MaxLength} parameters, found more");
            tensors.Add((name, shape));
        }

        return new ParameterLayout(tensors);
    }
}
