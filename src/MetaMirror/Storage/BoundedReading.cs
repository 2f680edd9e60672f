namespace MetaMirror.Storage;

/// <summary>Reads a stated number of bytes without trusting the statement: checked against the stream's length where it has one, else allocated only as bytes arrive.</summary>
internal static class BoundedReading
{
    private const int FirstChunk = 1 << 16;

    /// <summary>Bytes left in the stream, or null where it does not say.</summary>
    public static long? Remaining(Stream stream) => stream.CanSeek ? Math.Max(0, stream.Length - stream.Position) : null;

    /// <summary>Exactly <paramref name="count"/> bytes.</summary>
    /// <exception cref="StorageException">Fewer bytes are there, or more than an array can hold are asked for.</exception>
    public static byte[] Exactly(Stream stream, long count, string what)
    {
        if (count > Array.MaxLength)
        {
            throw new StorageException($"{what}: expected at most {Array.MaxLength} bytes, found {count} declared");
        }

        if (Remaining(stream) is { } remaining)
        {
            if (remaining < count)
            {
                throw Truncated(what, count, remaining);
            }

            var all = GC.AllocateUninitializedArray<byte>((int)count);
            var read = stream.ReadAtLeast(all, all.Length, throwOnEndOfStream: false);
            return read == all.Length ? all : throw Truncated(what, count, read);
        }

        return Growing(stream, (int)count, what);
    }

    /// <summary>Throws if anything follows.</summary>
    /// <exception cref="StorageException">There is at least one more byte.</exception>
    public static void End(Stream stream, string what)
    {
        Span<byte> one = stackalloc byte[1];
        if (stream.Read(one) != 0)
        {
            throw new StorageException($"{what}: expected the end of the file, found more bytes");
        }
    }

    private static byte[] Growing(Stream stream, int count, string what)
    {
        var buffer = new byte[Math.Min(count, FirstChunk)];
        var filled = 0;
        while (filled < count)
        {
            if (filled == buffer.Length)
            {
                Array.Resize(ref buffer, (int)Math.Min(count, 2L * buffer.Length));
            }

            var read = stream.Read(buffer.AsSpan(filled));
            if (read == 0)
            {
                throw Truncated(what, count, filled);
            }

            filled += read;
        }

        return buffer;
    }

    private static StorageException Truncated(string what, long expected, long found)
        => new($"{what}: expected {expected} bytes, found {found} (the file is truncated or damaged)");
}
