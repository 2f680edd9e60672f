namespace MetaMirror.Experiments.Tests.Fuzzing;

/// <summary>A file in memory, seekable or not, that gives up on a reader which reads on and on without getting further.</summary>
internal sealed class CountedStream(byte[] bytes, bool seekable) : Stream
{
    private const int SpareReads = 256;
    private int at;
    private int reads;

    public override bool CanRead => true;

    public override bool CanSeek => seekable;

    public override bool CanWrite => false;

    public override long Length => bytes.Length;

    public override long Position
    {
        get => at;
        set => at = seekable ? checked((int)value) : throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (++reads > bytes.Length + SpareReads)
        {
            throw new InvalidOperationException($"read {reads} times from {bytes.Length} bytes");
        }

        var read = Math.Min(count, bytes.Length - at);
        Array.Copy(bytes, at, buffer, offset, read);
        at += read;
        return read;
    }

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
