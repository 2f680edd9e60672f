using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MetaMirror.Storage;

/// <summary>
/// Writes the safetensors format: 8 bytes little-endian header length, a JSON header padded with spaces to a multiple of 8, then the tensors without holes.
/// The same tensors and metadata in the same order give the same bytes.
/// </summary>
public static class SafetensorsWriter
{
    /// <summary>The key of the header under which string metadata stands.</summary>
    internal const string MetadataKey = "__metadata__";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes one file. Header entries stand in the given order (metadata first); bytes are laid out widest element type first, else in the given order, so that every tensor is aligned to its element.</summary>
    /// <param name="stream">Where to write; not closed, not flushed.</param>
    /// <param name="tensors">Tensors with distinct names, none called <c>__metadata__</c>.</param>
    /// <param name="metadata">String pairs with distinct keys; may be empty.</param>
    /// <exception cref="ArgumentException">A name or key occurs twice, is reserved, or is no valid Unicode; or the header would exceed the format's limit.</exception>
    public static void Write(Stream stream, IReadOnlyList<TensorEntry> tensors, IReadOnlyList<KeyValuePair<string, string>> metadata)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var file = new SafetensorsFile(tensors, metadata);
        CheckText(file);

        var layout = file.Tensors.OrderByDescending(t => TensorElementTypes.SizeOf(t.Type)).ToList();
        var offsets = new Dictionary<string, long>(StringComparer.Ordinal);
        var end = 0L;
        foreach (var tensor in layout)
        {
            offsets.Add(tensor.Name, end);
            end += tensor.Data.Length;
        }

        var header = Header(file, offsets);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var tensor in layout)
        {
            stream.Write(tensor.Data);
        }
    }

    private static byte[] Header(SafetensorsFile file, Dictionary<string, long> offsets)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (file.Metadata.Count > 0)
            {
                json.WriteStartObject(MetadataKey);
                foreach (var (key, value) in file.Metadata)
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            foreach (var tensor in file.Tensors)
            {
                WriteTensor(json, tensor, offsets[tensor.Name]);
            }

            json.WriteEndObject();
        }

        var padded = new byte[(buffer.WrittenCount + 7) / 8 * 8];
        buffer.WrittenSpan.CopyTo(padded);
        padded.AsSpan(buffer.WrittenCount).Fill((byte)' ');
        return padded.Length <= SafetensorsLimits.FormatHeaderBytes
            ? padded
            : throw new ArgumentException($"expected a header of at most {SafetensorsLimits.FormatHeaderBytes} bytes, found {padded.Length}", nameof(file));
    }

    private static void WriteTensor(Utf8JsonWriter json, TensorEntry tensor, long begin)
    {
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", TensorElementTypes.NameOf(tensor.Type));
        json.WriteStartArray("shape");
        foreach (var size in tensor.Shape)
        {
            json.WriteNumberValue(size);
        }

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(begin);
        json.WriteNumberValue(begin + tensor.Data.Length);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void CheckText(SafetensorsFile file)
    {
        foreach (var text in file.Tensors.Select(t => t.Name).Concat(file.Metadata.SelectMany(m => new[] { m.Key, m.Value })))
        {
            try
            {
                StrictUtf8.GetByteCount(text);
            }
            catch (EncoderFallbackException e)
            {
                throw new ArgumentException("expected valid Unicode in tensor names and metadata, found an unpaired surrogate", nameof(file), e);
            }
        }

        if (file.Find(MetadataKey) is not null)
        {
            throw new ArgumentException($"expected tensor names other than the reserved '{MetadataKey}'", nameof(file));
        }
    }
}
