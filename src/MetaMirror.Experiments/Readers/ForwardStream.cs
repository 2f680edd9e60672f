namespace MetaMirror.Experiments.Readers;

/// <summary>A stream that can only be read from, once.</summary>
internal abstract class ForwardStream : Stream
{
    public sealed override bool CanRead => true;

    public sealed override bool CanSeek => false;

    public sealed override bool CanWrite => false;

    public sealed override long Length => throw new NotSupportedException();

    public sealed override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Reads some bytes, 0 only at the end.</summary>
    protected abstract int Next(Span<byte> buffer);

    public sealed override int Read(Span<byte> buffer) => Next(buffer);

    public sealed override int Read(byte[] buffer, int offset, int count) => Next(buffer.AsSpan(offset, count));

    public sealed override void Flush()
    {
        // A reader has nothing to flush.
    }

    public sealed override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public sealed override void SetLength(long value) => throw new NotSupportedException();

    public sealed override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
