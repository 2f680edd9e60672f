using System.Buffers.Binary;

namespace MetaMirror.Experiments.Readers;

/// <summary>
/// Reads IDX files of unsigned bytes, plain or gzip: bytes 0, 0, 8, number of dimensions 1 to 4, one big-endian 32-bit size for each, then the data.
/// (Magic numbers 2049 for labels, 2051 for gray images, 2052 for color images N x rows x columns x 3.)
/// </summary>
public static class IdxReader
{
    private const byte UnsignedByte = 8;
    private const int MostDimensions = 4;
    private const int FirstChunk = 1 << 16;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="first">Read only that many items; null for all.</param>
    /// <param name="limits">Limits; null for the defaults.</param>
    /// <exception cref="DataFormatException">The file breaks the format or a limit.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IdxArray ReadFile(string path, int? first = null, IdxLimits? limits = null)
    {
        using var stream = File.OpenRead(path);
        return Read(stream, path, first, limits);
    }

    /// <summary>Reads a stream to its end (or, with <paramref name="first"/>, as far as needed).</summary>
    /// <param name="stream">Plain or gzip, seekable or not; not closed.</param>
    /// <param name="file">The name for messages.</param>
    /// <param name="first">Read only that many items; null for all.</param>
    /// <param name="limits">Limits; null for the defaults.</param>
    /// <exception cref="DataFormatException">The stream breaks the format or a limit.</exception>
    public static IdxArray Read(Stream stream, string file, int? first = null, IdxLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNegative(first ?? 0, nameof(first));
        using var source = ByteSource.Open(stream, file);
        var dimensions = Dimensions(source, file);
        var items = dimensions[0];
        var header = 4 + (4 * dimensions.Length);
        var declared = Declared(dimensions, file, (limits ?? IdxLimits.Default).MaxBytes);
        CheckPresent(source, file, dimensions, declared, header);

        if (first < items)
        {
            dimensions[0] = first.Value;
            var part = items == 0 ? 0 : declared / items * first.Value;
            return new IdxArray(dimensions, items, Data(source, file, part));
        }

        var data = Data(source, file, declared);
        Span<byte> one = stackalloc byte[1];
        return source.Read(one) == 0
            ? new IdxArray(dimensions, items, data)
            : throw new DataFormatException(file, $"{declared} bytes of data for {Sizes(dimensions)}", "more");
    }

    private static int[] Dimensions(ByteSource source, string file)
    {
        Span<byte> magic = stackalloc byte[4];
        var read = source.Fill(magic);
        if (read < 4 || magic[0] != 0 || magic[1] != 0 || magic[2] != UnsignedByte || magic[3] < 1 || magic[3] > MostDimensions)
        {
            throw new DataFormatException(file, "an IDX file of unsigned bytes (0, 0, 8, then 1 to 4 dimensions)", read < 4 ? $"only {read} bytes" : $"{magic[0]}, {magic[1]}, {magic[2]}, {magic[3]}");
        }

        var dimensions = new int[magic[3]];
        Span<byte> size = stackalloc byte[4];
        for (var i = 0; i < dimensions.Length; i++)
        {
            if (source.Fill(size) < 4)
            {
                throw new DataFormatException(file, $"{dimensions.Length} sizes of 4 bytes", $"the end of the file in size {i + 1}");
            }

            var value = BinaryPrimitives.ReadUInt32BigEndian(size);
            dimensions[i] = value <= int.MaxValue ? (int)value : throw new DataFormatException(file, $"a size of at most {int.MaxValue}", $"{value}");
        }

        return dimensions;
    }

    private static long Declared(int[] dimensions, string file, long most)
    {
        // Four factors below 2^31 stay below 2^124; a zero must not hide a product that overflows the others.
        UInt128 product = 1;
        UInt128 nonzero = 1;
        foreach (var size in dimensions)
        {
            product *= (uint)size;
            nonzero *= (uint)Math.Max(size, 1);
        }

        most = Math.Min(most, Array.MaxLength);
        return nonzero <= (UInt128)most ? (long)product : throw new DataFormatException(file, $"at most {most} bytes of data", $"{Sizes(dimensions)} declared");
    }

    private static void CheckPresent(ByteSource source, string file, int[] dimensions, long declared, int header)
    {
        if (source.Most is not { } most)
        {
            return;
        }

        var present = most - header;
        if (declared > present || (source.IsExact && declared != present))
        {
            throw new DataFormatException(file, $"{declared} bytes of data for {Sizes(dimensions)}", source.IsExact ? $"{present}" : $"a compressed file that cannot hold more than {present}");
        }
    }

    /// <summary>Allocates only as bytes arrive: a short gzip file may declare a thousand times its length.</summary>
    private static byte[] Data(ByteSource source, string file, long count)
    {
        var trusted = source.IsExact;
        var buffer = new byte[trusted ? count : Math.Min(count, FirstChunk)];
        var filled = 0;
        while (true)
        {
            filled += source.Fill(buffer.AsSpan(filled));
            if (filled == count)
            {
                return buffer;
            }

            if (filled < buffer.Length)
            {
                throw new DataFormatException(file, $"{count} bytes of data", $"{filled} (the file is truncated)");
            }

            Array.Resize(ref buffer, (int)Math.Min(count, 2L * buffer.Length));
        }
    }

    private static string Sizes(int[] dimensions) => string.Join(" x ", dimensions);
}
