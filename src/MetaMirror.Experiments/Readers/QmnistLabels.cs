using System.Buffers.Binary;

namespace MetaMirror.Experiments.Readers;

/// <summary>
/// Reads QMNIST's labels: IDX of 32-bit integers (0, 0, 12, 2), N x 8, big-endian, of which the first column is the digit (the others say
/// who wrote it). Plain or gzip.
/// </summary>
public static class QmnistLabels
{
    private const int Columns = 8, Header = 12, Classes = 10, Item = Columns * sizeof(int);
    private const byte Integers = 12;

    /// <summary>Reads a stream.</summary>
    /// <param name="stream">Plain or gzip; not closed.</param>
    /// <param name="file">The name for messages.</param>
    /// <param name="first">Read only that many; null for all.</param>
    /// <returns>Digits, as an array of one dimension.</returns>
    /// <exception cref="DataFormatException">The stream breaks the format, or a label is out of range.</exception>
    public static IdxArray Read(Stream stream, string file, int? first = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var source = ByteSource.Open(stream, file);
        Span<byte> header = stackalloc byte[Header];
        int got = source.Fill(header);
        if (got < Header || header[..4] is not [0, 0, Integers, 2] || BinaryPrimitives.ReadInt32BigEndian(header[8..]) != Columns)
            throw new DataFormatException(file, $"IDX of 32-bit integers, N x {Columns} (0, 0, {Integers}, 2)", got < Header ? $"only {got} bytes" : string.Join(", ", header.ToArray()));
        int declared = BinaryPrimitives.ReadInt32BigEndian(header[4..]);
        long bytes = (long)declared * Item;
        if (declared < 0 || bytes > Array.MaxLength)
            throw new DataFormatException(file, $"at most {Array.MaxLength / Item} labels", $"{(uint)declared} declared");
        if (source.Most is { } most && (bytes > most - Header || (source.IsExact && bytes != most - Header)))
            throw new DataFormatException(file, $"{bytes} bytes for {declared} x {Columns}", source.IsExact ? $"{most - Header}" : $"a compressed file that cannot hold more than {most - Header}");
        int count = Math.Min(first ?? declared, declared);
        var digits = new List<byte>();
        Span<byte> item = stackalloc byte[Item];
        for (int i = 0; i < count; i++)
        {
            if (source.Fill(item) < Item)
                throw new DataFormatException(file, $"{declared} labels", $"{i} (the file is truncated)");
            int digit = BinaryPrimitives.ReadInt32BigEndian(item);
            digits.Add(digit is >= 0 and < Classes ? (byte)digit : throw new DataFormatException($"{file}, byte {Header + ((long)i * Item)}", $"a label from 0 to {Classes - 1}", $"{digit} at example {i}"));
        }

        return count < declared || source.Read(item) == 0
            ? new IdxArray([count], declared, [.. digits])
            : throw new DataFormatException(file, $"{declared} labels", "more");
    }
}
