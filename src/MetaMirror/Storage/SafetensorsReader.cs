using System.Buffers.Binary;

namespace MetaMirror.Storage;

/// <summary>Reads the safetensors format, treating the input as hostile: every length is checked before memory is taken, and nothing is returned unless all of it is right.</summary>
public static class SafetensorsReader
{
    /// <summary>Reads one file from the stream's position to its end.</summary>
    /// <param name="stream">Seekable or not; not closed.</param>
    /// <param name="limits">Limits; null for <see cref="SafetensorsLimits.Default"/>.</param>
    /// <returns>Tensors and metadata in header order.</returns>
    /// <exception cref="StorageException">The file breaks a rule of the format or a limit.</exception>
    public static SafetensorsFile Read(Stream stream, SafetensorsLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        limits ??= SafetensorsLimits.Default;

        var length = BinaryPrimitives.ReadUInt64LittleEndian(BoundedReading.Exactly(stream, sizeof(ulong), "safetensors header length"));
        var most = Math.Min(limits.MaxHeaderBytes, SafetensorsLimits.FormatHeaderBytes);
        if (length < 2 || length > (ulong)most)
        {
            throw new StorageException($"safetensors header length: expected 2 to {most} bytes, found {length}");
        }

        var header = SafetensorsHeader.Parse(BoundedReading.Exactly(stream, (long)length, "safetensors header"), limits);
        var data = Tile(header.Tensors, limits);
        if (BoundedReading.Remaining(stream) is { } remaining && remaining != data)
        {
            throw new StorageException($"safetensors data: expected {data} bytes, found {remaining}");
        }

        var contents = new byte[header.Tensors.Count][];
        foreach (var i in header.InOffsetOrder())
        {
            var tensor = header.Tensors[i];
            contents[i] = BoundedReading.Exactly(stream, tensor.End - tensor.Begin, $"tensor {Quoted.Text(tensor.Name)}");
        }

        BoundedReading.End(stream, "safetensors data");
        var entries = header.Tensors.Select((t, i) => new TensorEntry(t.Name, t.Type, t.Shape, contents[i])).ToList();
        return new SafetensorsFile(entries, header.Metadata);
    }

    /// <summary>Checks that the tensors cover the data section from 0 without hole or overlap, each in exactly the bytes of its shape; returns the section's length.</summary>
    private static long Tile(List<SafetensorsHeader.Tensor> tensors, SafetensorsLimits limits)
    {
        var end = 0L;
        foreach (var tensor in tensors.OrderBy(t => t.Begin).ThenBy(t => t.End))
        {
            if (tensor.Begin != end)
            {
                throw new StorageException($"tensor {Quoted.Text(tensor.Name)}: expected data to begin at {end}, without hole or overlap, found {tensor.Begin}");
            }

            if (!TensorEntry.TryByteCount(tensor.Type, tensor.Shape, out var bytes) || tensor.End < tensor.Begin || bytes != tensor.End - tensor.Begin)
            {
                throw new StorageException(
                    $"tensor {Quoted.Text(tensor.Name)}: expected the bytes of {TensorElementTypes.NameOf(tensor.Type)} [{string.Join(", ", tensor.Shape)}], found offsets {tensor.Begin} to {tensor.End}");
            }

            end = tensor.End;
            if (end > limits.MaxDataBytes)
            {
                throw new StorageException($"safetensors data: expected at most {limits.MaxDataBytes} bytes, found at least {end}");
            }
        }

        return end;
    }
}
