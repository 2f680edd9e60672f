using System.Buffers.Binary;

namespace MetaMirror.Experiments.Readers;

/// <summary>The bytes of one element of a MATLAB file: where one is, how many are left, and tags.</summary>
/// <param name="stream">The bytes, which this does not own.</param>
/// <param name="place">Names the element, for messages.</param>
/// <param name="length">No more bytes than this belong to the element.</param>
internal sealed class MatSource(Stream stream, string place, long length)
{
    private const int TagBytes = 8, Alignment = 8, SmallBytes = 4;
    private long position;

    /// <summary>Bytes that are left.</summary>
    public long Left => length - position;

    /// <summary>Element and byte, for messages.</summary>
    public string Here => $"{place}, byte {position}";

    /// <summary>Fills a buffer.</summary>
    /// <exception cref="DataFormatException">The element or the file ends first.</exception>
    public void Fill(Span<byte> buffer, string what)
    {
        int read = buffer.Length <= Left ? stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) : 0;
        if (read < buffer.Length)
            throw new DataFormatException(Here, $"{buffer.Length} bytes of {what}", $"{Math.Min(Left, read)} (the file is truncated or damaged)");
        position += read;
    }

    /// <summary>Leaves bytes out.</summary>
    public void Skip(long count, string what)
    {
        Span<byte> buffer = stackalloc byte[1 << 12];
        for (; count > 0; count -= Math.Min(count, buffer.Length))
            Fill(buffer[..(int)Math.Min(count, buffer.Length)], what);
    }

    /// <summary>The tag of a part: its type and size, and the data themselves where they stand in the tag.</summary>
    public (uint Type, long Bytes, byte[]? Small) Tag(string what)
    {
        Span<byte> tag = stackalloc byte[TagBytes];
        Fill(tag, $"the tag of {what}");
        uint type = BinaryPrimitives.ReadUInt32LittleEndian(tag);
        uint bytes = BinaryPrimitives.ReadUInt32LittleEndian(tag[4..]);
        if (type <= ushort.MaxValue)
            return (type, bytes, null);
        int small = (int)(type >> 16);
        return small <= SmallBytes
            ? (type & ushort.MaxValue, small, tag.Slice(4, small).ToArray())
            : throw new DataFormatException(Here, $"at most {SmallBytes} bytes in the tag of {what}", $"{small}");
    }

    /// <summary>A whole part of a stated type, at most so large.</summary>
    public byte[] Part(MatType type, int most, string what)
    {
        string here = Here;
        (uint found, long bytes, byte[]? small) = Tag(what);
        if (found != (uint)type || bytes > most)
            throw new DataFormatException(here, $"{what}: type {(int)type}, at most {most} bytes", $"type {found}, {bytes} bytes");
        if (small is not null)
            return small;
        var data = new byte[bytes];
        Fill(data, what);
        Skip(Padding(bytes), what);
        return data;
    }

    /// <summary>Bytes up to the next multiple of eight.</summary>
    public static long Padding(long bytes) => (Alignment - (bytes % Alignment)) % Alignment;
}
