namespace MetaMirror.Experiments.Readers;

/// <summary>The next so many bytes of another stream, which it does not own.</summary>
internal sealed class BoundedStream(Stream rest, long length) : ForwardStream
{
    /// <summary>Bytes that are left.</summary>
    public long Left { get; private set; } = length;

    /// <summary>Reads to the end.</summary>
    public void Drain()
    {
        Span<byte> buffer = stackalloc byte[1 << 12];
        while (Read(buffer) > 0)
        {
            // What was read is not wanted.
        }
    }

    protected override int Next(Span<byte> buffer)
    {
        int read = rest.Read(buffer[..(int)Math.Min(Left, buffer.Length)]);
        Left -= read;
        return read;
    }
}
