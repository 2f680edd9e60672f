using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace MetaMirror.Experiments.Readers;

/// <summary>
/// Reads numeric arrays of MATLAB 5 files, little-endian, elements plain or packed by zlib: 128 bytes of header (version 0x0100, "IM"), then
/// elements of a type, a size and data; of an array flags, sizes, name and numbers.
/// </summary>
internal static class MatReader
{
    private const int Header = 128, VersionAt = 124, MostDimensions = 8, MostName = 63, MatrixHead = 8;
    private const uint ClassMask = 0xff, Complex = 0x800;
    private const uint LeastClass = 6, MostClass = 13;
    private const int FirstChunk = 1 << 16;

    /// <summary>Reads the arrays that are asked for.</summary>
    /// <param name="stream">Plain or gzip; not closed.</param>
    /// <param name="file">The name for messages.</param>
    /// <param name="items">For name and sizes of an array, how many items of the last dimension to read; null: leave it out. Throws where it does not like the sizes.</param>
    /// <exception cref="DataFormatException">The stream breaks the format.</exception>
    public static IReadOnlyList<MatArray> Read(Stream stream, string file, Func<string, int[], int?> items)
    {
        using var source = ByteSource.Open(stream, file);
        using Stream all = source.AsStream();
        CheckHeader(all, file);
        var arrays = new List<MatArray>();
        Span<byte> tag = stackalloc byte[MatrixHead];
        for (long position = Header; ;)
        {
            string place = $"{file}, element at byte {position}";
            int read = all.ReadAtLeast(tag, tag.Length, throwOnEndOfStream: false);
            if (read == 0)
                return arrays;
            uint type = BinaryPrimitives.ReadUInt32LittleEndian(tag);
            long bytes = BinaryPrimitives.ReadUInt32LittleEndian(tag[4..]);
            if (read < tag.Length)
                throw new DataFormatException(place, "a tag of 8 bytes", $"{read} (the file is truncated)");
            if (source is { IsExact: true, Most: { } most } && bytes > most - position - tag.Length)
                throw new DataFormatException(place, $"{bytes} bytes, as its tag says", $"{most - position - tag.Length} (the file is truncated)");
            var element = new MatSource(all, place, bytes);
            switch (type)
            {
                case (uint)MatType.Compressed:
                    Add(arrays, Unpack(all, place, bytes, items));
                    break;
                case (uint)MatType.Matrix:
                    Add(arrays, Matrix(element, items));
                    element.Skip(element.Left, "an array");
                    break;
                default:
                    element.Skip(bytes, "an element");
                    break;
            }

            position += tag.Length + bytes;
        }
    }

    private static void Add(List<MatArray> arrays, MatArray? array)
    {
        if (array is not null)
            arrays.Add(array);
    }

    private static void CheckHeader(Stream all, string file)
    {
        Span<byte> header = stackalloc byte[Header];
        int read = all.ReadAtLeast(header, Header, throwOnEndOfStream: false);
        if (read < Header)
            throw new DataFormatException(file, "a MATLAB 5 file with a header of 128 bytes", $"only {read} bytes");
        if (header[VersionAt..] is not [0, 1, (byte)'I', (byte)'M'])
            throw new DataFormatException($"{file}, byte {VersionAt}", "a little-endian MATLAB 5 file (0, 1, 'I', 'M')", string.Join(", ", header[VersionAt..].ToArray()));
    }

    private static MatArray? Unpack(Stream all, string place, long bytes, Func<string, int[], int?> items)
    {
        using var packed = new BoundedStream(all, bytes);
        using var zlib = new ZLibStream(packed, CompressionMode.Decompress, leaveOpen: true);
        try
        {
            var source = new MatSource(zlib, place + ", unpacked", Math.Min(long.MaxValue, bytes * ByteSource.LargestDeflateRatio));
            (uint type, long declared, _) = source.Tag("an array");
            if (type != (uint)MatType.Matrix || declared > source.Left)
                throw new DataFormatException(place, $"an array (type {(int)MatType.Matrix}) of at most {source.Left} bytes in a compressed element", $"type {type}, {declared} bytes");
            var element = new MatSource(zlib, place + ", unpacked", declared);
            MatArray? array = Matrix(element, items);

            // Past the end of what was read whole is zlib's checksum; a part alone is taken on trust.
            if (element.Left == 0 && zlib.Read(stackalloc byte[1]) > 0)
                throw new DataFormatException(place, "one array in a compressed element", "more");
            packed.Drain();
            return packed.Left == 0 ? array : throw new DataFormatException(place, $"{bytes} bytes, as its tag says", $"{bytes - packed.Left} (the file is truncated)");
        }
        catch (InvalidDataException e)
        {
            throw new DataFormatException(place, "intact zlib data", "damaged ones", e);
        }
    }

    private static MatArray? Matrix(MatSource source, Func<string, int[], int?> items)
    {
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(source.Part(MatType.UInt32, MatrixHead, "array flags") is { Length: MatrixHead } head
            ? head : throw new DataFormatException(source.Here, "array flags of 8 bytes", "fewer"));
        byte[] sizes = source.Part(MatType.Int32, MostDimensions * sizeof(int), "array sizes");
        var dimensions = new int[sizes.Length / sizeof(int)];
        for (int i = 0; i < dimensions.Length; i++)
            dimensions[i] = BinaryPrimitives.ReadInt32LittleEndian(sizes.AsSpan(i * sizeof(int)));
        if (dimensions.Length < 2 || dimensions.Any(d => d < 0))
            throw new DataFormatException(source.Here, "two or more sizes, none below 0", string.Join(" x ", dimensions));
        string name = Encoding.ASCII.GetString(source.Part(MatType.Int8, MostName, "an array's name"));
        if (items(name, dimensions) is not { } wanted)
            return null;
        if ((flags & ClassMask) is < LeastClass or > MostClass || (flags & Complex) != 0)
            throw new DataFormatException(source.Here, $"'{name}' as an array of real numbers", $"class {flags & ClassMask}{((flags & Complex) != 0 ? ", complex" : "")}");
        return Numbers(source, name, dimensions, wanted);
    }

    private static MatArray Numbers(MatSource source, string name, int[] dimensions, int wanted)
    {
        string here = source.Here;
        (uint type, long bytes, byte[]? small) = source.Tag($"the numbers of '{name}'");
        int size = (MatType)type switch
        {
            MatType.Int8 or MatType.UInt8 => 1,
            MatType.Int16 or MatType.UInt16 => 2,
            MatType.Int32 or MatType.UInt32 => 4,
            MatType.Double => 8,
            _ => throw new DataFormatException(here, $"'{name}' as integers or doubles", $"type {type}"),
        };

        // Eight sizes below 2^31 could pass 2^128, but not before one product is above any size of a file.
        Int128 count = 1;
        foreach (int d in dimensions)
            count = Int128.Min(count * d, (Int128)1 << 90);
        if (count * size != bytes || bytes > source.Left)
            throw new DataFormatException(here, $"{string.Join(" x ", dimensions)} numbers of {size} bytes for '{name}', within the element", $"{bytes} bytes, {source.Left} left");
        long part = dimensions[^1] == 0 ? 0 : bytes / dimensions[^1] * Math.Min(wanted, dimensions[^1]);
        if (part > Array.MaxLength)
            throw new DataFormatException(here, $"at most {Array.MaxLength} bytes to read of '{name}'", $"{part}");
        if (small is not null)
            return new MatArray(name, dimensions, (MatType)type, small[..(int)part]);
        var data = new byte[Math.Min(part, FirstChunk)];
        for (int filled = 0; ;)
        {
            source.Fill(data.AsSpan(filled), $"the numbers of '{name}'");
            if (data.Length == part)
                break;
            filled = data.Length;
            Array.Resize(ref data, (int)Math.Min(part, 2L * data.Length));
        }

        if (part == bytes)
            source.Skip(Math.Min(source.Left, MatSource.Padding(bytes)), "padding");
        return new MatArray(name, dimensions, (MatType)type, data);
    }
}
