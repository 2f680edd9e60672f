using System.Buffers.Binary;
using System.Text;
using MetaMirror.Storage;

namespace MetaMirror.Tests.Storage;

public sealed class SafetensorsWriterTests
{
    internal static readonly TensorEntry[] Sample =
    [
        TensorEntry.From<float>("0.weight", [1f, -2.5f, 3f, 0.1f, 5f, 6f], 2, 3),
        TensorEntry.From("labels", [(byte)7, 8, 255], 3),
        TensorEntry.From<double>("0.bias", [Math.PI, -0.0, double.Epsilon], 3),
        TensorEntry.From("step", [long.MinValue]),
        TensorEntry.From<float>("empty", [], 0, 4),
    ];

    internal static readonly KeyValuePair<string, string>[] Metadata =
    [
        new("format", "1"),
        new("recipe", "{\"plan\":\"rotated-digits\",\"note\":\"\\u00e9 é 中 😀\"}"),
    ];

    [Fact]
    public void What_is_written_is_read()
    {
        var read = SafetensorsReader.Read(new MemoryStream(Bytes(Sample, Metadata)));

        Assert.Equal(Sample.Select(t => t.Name), read.Tensors.Select(t => t.Name));
        Assert.Equal(Metadata, read.Metadata);
        foreach (var (written, found) in Sample.Zip(read.Tensors))
        {
            Assert.Equal(written.Type, found.Type);
            Assert.Equal(written.Shape.ToArray(), found.Shape.ToArray());
            Assert.Equal(written.Data.ToArray(), found.Data.ToArray());
        }

        Assert.Equal([1f, -2.5f, 3f, 0.1f, 5f, 6f], read.Tensor("0.weight").ToSingles());
        Assert.Equal([Math.PI, -0.0, double.Epsilon], read.Tensor("0.bias").ToDoubles());
        Assert.Equal([long.MinValue], read.Tensor("step").ToInt64s());
    }

    [Fact]
    public void Same_input_gives_the_same_bytes() => Assert.Equal(Bytes(Sample, Metadata), Bytes(Sample, Metadata));

    [Fact]
    public void Header_is_padded_and_every_tensor_aligned_to_its_element()
    {
        var bytes = Bytes(Sample, Metadata);
        var header = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        Assert.Equal(0, header % 8);
        Assert.Equal(8 + header + Sample.Sum(t => t.Data.Length), bytes.Length);

        // Widest first: the doubles, then the long, then the floats, then the bytes, whatever their order in the header.
        Assert.Equal(Math.PI, BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(8 + header)));
        Assert.Equal(long.MinValue, BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8 + header + 24)));
        Assert.Equal(255, bytes[^1]);
        var text = Encoding.UTF8.GetString(bytes, 8, header);
        Assert.True(text.IndexOf("0.weight", StringComparison.Ordinal) < text.IndexOf("0.bias", StringComparison.Ordinal));
        Assert.StartsWith("{\"__metadata__\":{\"format\":\"1\",", text, StringComparison.Ordinal);
    }

    [Fact]
    public void No_tensor_and_no_metadata_is_a_file_too()
    {
        var bytes = Bytes([], []);
        Assert.Equal(16, bytes.Length);
        Assert.Empty(SafetensorsReader.Read(new MemoryStream(bytes)).Tensors);
    }

    [Fact]
    public void Bad_input_is_refused_before_anything_is_written()
    {
        var tensor = TensorEntry.From<float>("a", [1f], 1);
        foreach (var (tensors, metadata) in new (TensorEntry[], KeyValuePair<string, string>[])[]
        {
            ([tensor, tensor], []),
            ([tensor], [new("k", "1"), new("k", "2")]),
            ([TensorEntry.From<float>("__metadata__", [1f], 1)], []),
            ([TensorEntry.From<float>("\ud800", [1f], 1)], []),
            ([tensor], [new("k", "\udc00")]),
        })
        {
            using var stream = new MemoryStream();
            Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(stream, tensors, metadata));
            Assert.Equal(0, stream.Length);
        }
    }

    [Fact]
    public void Tensor_refuses_a_shape_that_does_not_fit()
    {
        Assert.Throws<ArgumentException>(() => new TensorEntry("a", TensorElementType.F32, [2], new byte[7]));
        Assert.Throws<ArgumentException>(() => new TensorEntry("a", TensorElementType.F32, [-1], []));
        Assert.Throws<ArgumentException>(() => new TensorEntry("a", TensorElementType.F32, [1L << 40, 1L << 40], []));
        Assert.Throws<ArgumentException>(() => new TensorEntry("a", (TensorElementType)99, [0], []));
        Assert.Throws<NotSupportedException>(() => TensorEntry.From<Half>("a", [Half.One], 1));
    }

    [Fact]
    public void Values_convert_between_float_and_double_and_no_further()
    {
        var doubles = new double[6];
        Sample[0].CopyTo<double>(doubles);
        Assert.Equal(0.1f, doubles[3]);
        var floats = new float[3];
        Sample[2].CopyTo<float>(floats);
        Assert.Equal((float)Math.PI, floats[0]);
        Assert.Throws<ArgumentException>(() => Sample[2].CopyTo<float>(new float[2]));
        Assert.Contains("found U8", Assert.Throws<StorageException>(() => Sample[1].CopyTo<float>(new float[3])).Message, StringComparison.Ordinal);
        Assert.Contains("expected type F32, found F64", Assert.Throws<StorageException>(() => Sample[2].ToSingles()).Message, StringComparison.Ordinal);
    }

    internal static byte[] Bytes(IReadOnlyList<TensorEntry> tensors, IReadOnlyList<KeyValuePair<string, string>> metadata)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors, metadata);
        return stream.ToArray();
    }
}
