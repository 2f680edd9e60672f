namespace MetaMirror.Experiments.Readers;

/// <summary>Files that are records of one length, one after the other, without a header (CIFAR, STL-10).</summary>
internal static class RecordFile
{
    private const int FirstChunk = 1 << 16;

    /// <summary>Reads the records, or the first so many.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="file">Name for messages.</param>
    /// <param name="length">Bytes in a record.</param>
    /// <param name="what">What a record is, for messages, such as <c>CIFAR-10 records</c>.</param>
    /// <param name="first">Read only that many; null for all.</param>
    /// <returns>Whole records, at least one.</returns>
    /// <exception cref="DataFormatException">No record, a part of one, or more than an array holds.</exception>
    public static byte[] Read(ByteSource source, string file, int length, string what, int? first)
    {
        long most = Array.MaxLength / length * (long)length;
        long wanted = first is { } n ? Math.Min(most, (long)n * length) : most;
        if (source is { IsExact: true, Most: { } present })
        {
            if (present % length != 0 || present == 0)
                throw Ragged(file, length, what, present);
            if (first is null && present > most)
                throw new DataFormatException(file, $"at most {most / length} {what}", $"{present / length}");
            wanted = Math.Min(wanted, present);
        }

        // Without a length that can be trusted, memory grows with what arrives.
        var buffer = new byte[source.IsExact ? wanted : Math.Min(wanted, FirstChunk)];
        int filled = 0;
        while (true)
        {
            filled += source.Fill(buffer.AsSpan(filled));
            if (filled < buffer.Length || filled == wanted)
                break;
            Array.Resize(ref buffer, (int)Math.Min(wanted, 2L * buffer.Length));
        }

        if (filled == 0 || filled % length != 0)
            throw Ragged(file, length, what, filled);
        if (first is null && filled == wanted && source.Read(stackalloc byte[1]) > 0)
            throw new DataFormatException(file, $"at most {filled / length} {what}", "more");
        Array.Resize(ref buffer, filled);
        return buffer;
    }

    private static DataFormatException Ragged(string file, int length, string what, long bytes) => new(
        file, $"whole {what} of {length} bytes, at least one", $"{bytes} bytes: {bytes / length} and {bytes % length} bytes of another (truncated, or another format)");
}
