using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MetaMirror.Storage;

namespace MetaMirror.Tests.Storage;

public sealed class CheckpointTests
{
    private const string Kind = "meta-learner";

    [Fact]
    public void What_is_written_is_read()
    {
        var read = CheckpointReader.Read(new MemoryStream(Bytes(3)), Kind, 3);
        Assert.Equal(Kind, read.Kind);
        Assert.Equal(3, read.Version);
        Assert.Equal(["theta", "empty", "état"], read.Sections.Select(s => s.Key));
        Assert.Equal([1, 2, 3], read.Section("theta").ToArray());
        Assert.Empty(read.Section("empty").ToArray());
        Assert.True(read.Contains("état"));
        Assert.False(read.Contains("other"));
        Assert.Contains("expected section 'other'", Assert.Throws<StorageException>(() => read.Section("other")).Message, StringComparison.Ordinal);
        Assert.Equal(Bytes(3), Bytes(3));
        Assert.Equal([9], CheckpointReader.Read(new Unseekable(Bytes(3)), Kind, 3).Section("état").ToArray());
    }

    [Fact]
    public void The_frame_is_as_documented()
    {
        var bytes = Bytes(1);
        Assert.Equal("MMCK"u8.ToArray(), bytes[..4]);
        Assert.Equal(bytes.Length - 12 - 32, BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(4)));
        Assert.Equal(SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32)), bytes[^32..]);
        Assert.Equal(1, BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12)));
    }

    [Fact]
    public void Version_n_reads_n_minus_1_and_no_other()
    {
        Assert.Equal(2, CheckpointReader.Read(new MemoryStream(Bytes(2)), Kind, 3).Version);
        Assert.Equal("checkpoint 'meta-learner': expected version 3 or 2, found 1", Assert.Throws<StorageException>(() => CheckpointReader.Read(new MemoryStream(Bytes(1)), Kind, 3)).Message);
        Assert.Throws<StorageException>(() => CheckpointReader.Read(new MemoryStream(Bytes(4)), Kind, 3));
    }

    [Fact]
    public void Another_kind_is_refused_by_name()
        => Assert.Equal(
            "checkpoint: expected kind 'statistics', found 'meta-learner'",
            Assert.Throws<StorageException>(() => CheckpointReader.Read(new MemoryStream(Bytes(1)), "statistics", 1)).Message);

    [Fact]
    public void Every_flipped_bit_and_every_truncation_is_found()
    {
        var whole = Bytes(1);
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var damaged = whole.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Contains("damaged", Assert.Throws<StorageException>(() => CheckpointReader.Read(new MemoryStream(damaged), Kind, 1)).Message, StringComparison.Ordinal);
        }

        for (var length = 0; length < whole.Length; length++)
        {
            var part = whole[..length];
            Assert.Contains("damaged", Assert.Throws<StorageException>(() => CheckpointReader.Read(new MemoryStream(part), Kind, 1)).Message, StringComparison.Ordinal);
            Assert.Throws<StorageException>(() => CheckpointReader.Read(new Unseekable(part), Kind, 1));
        }

        Assert.Throws<StorageException>(() => CheckpointReader.Read(new MemoryStream([.. whole, 0]), Kind, 1));
        Assert.Throws<StorageException>(() => CheckpointReader.Read(new Unseekable([.. whole, 0]), Kind, 1));
    }

    [Fact]
    public void A_right_checksum_does_not_make_a_body_right()
    {
        foreach (var body in new byte[][]
        {
            [],
            Body(1, Kind, int.MaxValue),
            Body(1, Kind, -1),
            Body(0, Kind, 0),
            Body(1, "", 0),
            [.. Body(1, Kind, 0), 7],
            [.. Body(1, Kind, 1), 255, 255, 255, 127],
            [.. Body(1, Kind, 1), 1, 0, 0, 0, 0xff],
            [.. Body(1, Kind, 1), 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 127],
            [.. Body(1, Kind, 2), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        })
        {
            Assert.Contains("malformed", Assert.Throws<StorageException>(() => CheckpointReader.Read(new MemoryStream(Framed(body)), Kind, 1)).Message, StringComparison.Ordinal);
        }

        Assert.Empty(CheckpointReader.Read(new MemoryStream(Framed(Body(1, Kind, 0))), Kind, 1).Sections);
    }

    [Fact]
    public void A_length_is_checked_before_memory_is_taken()
    {
        var bytes = Bytes(1);
        foreach (var length in new[] { -1, long.MinValue, long.MaxValue, 1L << 31, 1L << 30 })
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(4), length);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<StorageException>(() => CheckpointReader.Read(new MemoryStream(bytes), Kind, 1));
            Assert.Throws<StorageException>(() => CheckpointReader.Read(new Unseekable(bytes), Kind, 1));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }

        Assert.Throws<StorageException>(() => CheckpointReader.Read(new MemoryStream(Bytes(1)), Kind, 1, new CheckpointLimits { MaxBytes = 10 }));
    }

    [Fact]
    public void Bad_containers_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new CheckpointContainer("", 1, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CheckpointContainer(Kind, 0, []));
        Assert.Throws<ArgumentException>(() => new CheckpointContainer(Kind, 1, [new("a", default), new("a", default)]));
        using var stream = new MemoryStream();
        Assert.ThrowsAny<ArgumentException>(() => CheckpointWriter.Write(stream, new CheckpointContainer(Kind, 1, [new("\ud800", default)])));
        Assert.Equal(0, stream.Length);
    }

    private static byte[] Bytes(int version)
    {
        using var stream = new MemoryStream();
        CheckpointWriter.Write(stream, new CheckpointContainer(Kind, version, [new("theta", new byte[] { 1, 2, 3 }), new("empty", default), new("état", new byte[] { 9 })]));
        return stream.ToArray();
    }

    private static byte[] Body(int version, string kind, int sections)
        => [.. BitConverter.GetBytes(version), .. BitConverter.GetBytes(kind.Length), .. Encoding.UTF8.GetBytes(kind), .. BitConverter.GetBytes(sections)];

    private static byte[] Framed(byte[] body)
    {
        byte[] frame = [.. "MMCK"u8, .. BitConverter.GetBytes((long)body.Length), .. body];
        return [.. frame, .. SHA256.HashData(frame)];
    }
}
