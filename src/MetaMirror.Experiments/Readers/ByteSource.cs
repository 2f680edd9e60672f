using System.Buffers.Binary;
using System.IO.Compression;

namespace MetaMirror.Experiments.Readers;

/// <summary>The bytes of a data file, unpacked if they are gzip, together with an upper limit on how many there can be.</summary>
internal sealed class ByteSource : IDisposable
{
    /// <summary>Deflate cannot grow one byte to more than this many (RFC 1951: 258 bytes from two bits).</summary>
    public const long LargestDeflateRatio = 1032;

    private readonly string file;
    private readonly Stream stream;
    private readonly uint? declared;
    private uint unpacked;

    private ByteSource(string file, Stream stream, long? most, bool isExact, uint? declared = null)
    {
        this.declared = declared;
        this.file = file;
        this.stream = stream;
        Most = most;
        IsExact = isExact;
    }

    /// <summary>No more bytes than this can come; null where the stream does not say.</summary>
    public long? Most { get; }

    /// <summary>Whether <see cref="Most"/> is the number of bytes, not only a limit.</summary>
    public bool IsExact { get; }

    /// <summary>Wraps a stream, looking at its first two bytes for gzip's mark. The stream stays open.</summary>
    public static ByteSource Open(Stream stream, string file)
    {
        long? remaining = stream.CanSeek ? Math.Max(0, stream.Length - stream.Position) : null;
        var start = new byte[2];
        var read = stream.ReadAtLeast(start, 2, throwOnEndOfStream: false);
        var whole = new Rejoined(start.AsMemory(0, read), stream);
        if (read == 2 && start[0] == 0x1f && start[1] == 0x8b)
        {
            var most = remaining is { } packed && packed <= long.MaxValue / LargestDeflateRatio ? packed * LargestDeflateRatio : (long?)null;
            return new ByteSource(file, new GZipStream(whole, CompressionMode.Decompress, leaveOpen: true), most, isExact: false, SizeAtTheEnd(stream));
        }

        return new ByteSource(file, whole, remaining, isExact: remaining is not null);
    }

    /// <summary>A stream as it is, of a length that is not known. It stays open.</summary>
    public static ByteSource Of(Stream stream, string file) => new(file, new Rejoined(default, stream), null, isExact: false);

    /// <summary>Looks at the first bytes of a stream, which stays open.</summary>
    /// <param name="stream">A seekable one is where it was afterwards.</param>
    /// <param name="count">How many bytes.</param>
    /// <param name="start">The bytes, fewer at the end.</param>
    /// <returns>The stream with these bytes in front again.</returns>
    public static Stream Peek(Stream stream, int count, out ReadOnlyMemory<byte> start)
    {
        var bytes = new byte[count];
        int read = stream.ReadAtLeast(bytes, count, throwOnEndOfStream: false);
        start = bytes.AsMemory(0, read);
        if (!stream.CanSeek)
            return new Rejoined(start, stream);
        stream.Position -= read;
        return new Rejoined(default, stream);
    }

    /// <summary>Reads some bytes, 0 only at the end.</summary>
    /// <exception cref="DataFormatException">The gzip data are damaged.</exception>
    public int Read(Span<byte> buffer)
    {
        try
        {
            int read = stream.Read(buffer);
            unpacked += (uint)read;

            // The framework takes a gzip file that was cut off between two blocks for a whole one.
            if (read == 0 && buffer.Length > 0 && declared is { } size && size != unpacked)
                throw new DataFormatException(file, $"{size} unpacked bytes, as the gzip data say at their end", $"{unpacked}: the file is truncated or more than one gzip file");
            return read;
        }
        catch (InvalidDataException e)
        {
            throw new DataFormatException(file, "intact gzip data", "damaged ones", e);
        }
    }

    /// <summary>The last four bytes of a gzip file: its unpacked size modulo 2^32 (RFC 1952); null where the stream can't be asked.</summary>
    private static uint? SizeAtTheEnd(Stream stream)
    {
        const int Trailer = 8;
        if (!stream.CanSeek || stream.Length < Trailer)
            return null;
        long here = stream.Position;
        Span<byte> size = stackalloc byte[4];
        stream.Position = stream.Length - size.Length;
        stream.ReadExactly(size);
        stream.Position = here;
        return BinaryPrimitives.ReadUInt32LittleEndian(size);
    }

    /// <summary>Reads until the buffer is full or the data end; returns how many bytes came.</summary>
    public int Fill(Span<byte> buffer)
    {
        var filled = 0;
        while (filled < buffer.Length)
        {
            var read = Read(buffer[filled..]);
            if (read == 0)
            {
                break;
            }

            filled += read;
        }

        return filled;
    }

    /// <summary>The same bytes as a stream, for decoders that want one.</summary>
    public Stream AsStream() => new Reading(this);

    /// <summary>Releases the unpacker; the stream given to <see cref="Open"/> stays open.</summary>
    public void Dispose() => stream.Dispose();

    /// <summary>A source as a stream.</summary>
    private sealed class Reading(ByteSource source) : ForwardStream
    {
        protected override int Next(Span<byte> buffer) => source.Read(buffer);
    }

    /// <summary>A few bytes already taken, then the rest of a stream, which it does not own.</summary>
    private sealed class Rejoined(ReadOnlyMemory<byte> start, Stream rest) : ForwardStream
    {
        private ReadOnlyMemory<byte> start = start;

        protected override int Next(Span<byte> buffer)
        {
            if (start.IsEmpty || buffer.IsEmpty)
            {
                return rest.Read(buffer);
            }

            var count = Math.Min(start.Length, buffer.Length);
            start.Span[..count].CopyTo(buffer);
            start = start[count..];
            return count;
        }
    }
}
