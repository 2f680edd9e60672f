using System.Buffers.Binary;
using System.Text;
using MetaMirror.Storage;

namespace MetaMirror.Tests.Storage;

public sealed class SafetensorsReaderTests
{
    private const string Good = """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""";

    public static TheoryData<string, int, string> Broken => new()
    {
        { """["a"]""", 0, "expected '{' first" },
        { """{"a":1}""", 0, "expected StartObject, found Number" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""", 16, "'a' twice" },
        { """{"__metadata__":{"k":"1","k":"2"}}""", 0, "'k' twice" },
        { """{"__metadata__":{},"__metadata__":{}}""", 0, "'__metadata__' twice" },
        { """{"__metadata__":{"k":1}}""", 0, "expected String, found Number" },
        { """{"__metadata__":[]}""", 0, "expected StartObject" },
        { """{"a":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}}""", 8, "found 'F33'" },
        { """{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "once each, found 'dtype'" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}""", 8, "once each, found 'x'" },
        { """{"a":{"dtype":"F32","shape":[2]}}""", 8, "found fewer" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", 8, "found fewer" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}}""", 8, "at most 2 non-negative integers" },
        { """{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "non-negative integers" },
        { """{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", 8, "non-negative integers" },
        { """{"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}""", 8, "list of integers, found String" },
        { """{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "expected the bytes of F32 [3]" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "expected data to begin at 0" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "expected 8 bytes, found 7" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "expected 8 bytes, found 9" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""", 16, "expected data to begin at 0" },
        { """{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[8],"data_offsets":[4,12]}}""", 12, "begin at 8, without hole or overlap, found 4" },
        { """{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[8],"data_offsets":[9,17]}}""", 17, "begin at 8, without hole or overlap, found 9" },
        { """{"a":{"dtype":"F64","shape":[4294967296,4294967296],"data_offsets":[0,8]}}""", 8, "expected the bytes of F64" },
        { """{"a":{"dtype":"F64","shape":[0,9223372036854775807,9223372036854775807],"data_offsets":[0,0]}}""", 0, "expected the bytes of F64" },
        { """{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}""", 8, "expected at most" },
        { """{"a":{"dtype":"U8","shape":[4000000000],"data_offsets":[0,4000000000]}}""", 8, "expected 4000000000 bytes, found 8" },
        { """{"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}}""", 1, "at most 16" },
        { """{"\ud800":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "valid Unicode" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}} x""", 1, "valid JSON" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}{}""", 1, "valid JSON" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}""", 1, "valid JSON" },
        { """{"a":{"b":{"c":{"d":{"e":1}}}}}""", 0, "found 'b'" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_rule_is_named(string header, int data, string message)
    {
        var bytes = Raw(Encoding.UTF8.GetBytes(header), data);
        Assert.Contains(message, Assert.Throws<StorageException>(() => SafetensorsReader.Read(new MemoryStream(bytes))).Message, StringComparison.Ordinal);
        Assert.Throws<StorageException>(() => SafetensorsReader.Read(new Unseekable(bytes)));
    }

    [Fact]
    public void Invalid_utf8_is_refused()
    {
        var header = Encoding.UTF8.GetBytes(Good);
        header[2] = 0xff;
        Assert.Throws<StorageException>(() => SafetensorsReader.Read(new MemoryStream(Raw(header, 8))));
    }

    [Fact]
    public void Header_length_is_checked_before_memory_is_taken()
    {
        foreach (var length in new ulong[] { 0, 1, 17 << 20, 100_000_001, long.MaxValue, ulong.MaxValue })
        {
            var bytes = new byte[64];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<StorageException>(() => SafetensorsReader.Read(new MemoryStream(bytes)));
            Assert.Throws<StorageException>(() => SafetensorsReader.Read(new Unseekable(bytes)));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        var whole = SafetensorsWriterTests.Bytes(SafetensorsWriterTests.Sample, SafetensorsWriterTests.Metadata);
        for (var length = 0; length < whole.Length; length++)
        {
            var part = whole[..length];
            Assert.Throws<StorageException>(() => SafetensorsReader.Read(new MemoryStream(part)));
            Assert.Throws<StorageException>(() => SafetensorsReader.Read(new Unseekable(part)));
        }
    }

    [Fact]
    public void A_stream_without_length_is_read_too()
    {
        var values = Enumerable.Range(0, 100_000).Select(i => (double)i).ToArray();
        var bytes = SafetensorsWriterTests.Bytes([TensorEntry.From<double>("v", values, 1000, 100)], []);
        Assert.Equal(values, SafetensorsReader.Read(new Unseekable(bytes)).Tensor("v").ToDoubles());
    }

    [Fact]
    public void Limits_are_kept()
    {
        var bytes = SafetensorsWriterTests.Bytes(SafetensorsWriterTests.Sample, SafetensorsWriterTests.Metadata);
        foreach (var limits in new[]
        {
            new SafetensorsLimits { MaxHeaderBytes = 100 },
            new SafetensorsLimits { MaxDataBytes = 10 },
            new SafetensorsLimits { MaxTensors = 4 },
            new SafetensorsLimits { MaxDimensions = 1 },
        })
        {
            Assert.Contains("expected", Assert.Throws<StorageException>(() => SafetensorsReader.Read(new MemoryStream(bytes), limits)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_missing_name_is_answered_with_those_there_are()
    {
        var file = SafetensorsReader.Read(new MemoryStream(Raw(Encoding.UTF8.GetBytes(Good), 8)));
        Assert.Equal("expected tensor 'b', found a", Assert.Throws<StorageException>(() => file.Tensor("b")).Message);
        Assert.Equal("expected metadata key 'k', found none", Assert.Throws<StorageException>(() => file.Value("k")).Message);
        Assert.Null(file.Find("b"));
        Assert.Null(file.FindValue("k"));
    }

    private static byte[] Raw(byte[] header, int data)
    {
        var bytes = new byte[8 + header.Length + data];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)header.Length);
        header.CopyTo(bytes, 8);
        return bytes;
    }
}
