using System.Buffers.Binary;
using MetaMirror.Datasets;

namespace MetaMirror.Experiments.Readers;

/// <summary>
/// Reads SVHN's cropped digits (format 2): a MATLAB 5 file with <c>X</c>, bytes of 32 x 32 x 3 x N, columns first, and <c>y</c>, N labels 1
/// to 10 with 10 for the digit 0.
/// </summary>
public static class SvhnReader
{
    private const int Side = 32, Channels = 3, Classes = 10, MostImages = 1 << 24;
    private static readonly ImageShape Shape = new(Side, Side, Channels);

    /// <summary>Reads a stream.</summary>
    /// <param name="stream">The file; not closed.</param>
    /// <param name="file">The name for messages.</param>
    /// <param name="first">Read only that many images; null for all.</param>
    /// <exception cref="DataFormatException">No MATLAB 5 file, no X and y that belong together, or a label out of range.</exception>
    public static ImageBytes Read(Stream stream, string file, int? first = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(first ?? 1, 1, nameof(first));
        IReadOnlyList<MatArray> arrays = MatReader.Read(stream, file, (name, sizes) => Items(file, name, sizes, first));
        MatArray x = One(arrays, "X", file), y = One(arrays, "y", file);
        int declared = x.Dimensions.Length == 3 ? 1 : x.Dimensions[^1];
        int count = Math.Min(declared, first ?? declared);
        if (x.Type != MatType.UInt8 || declared == 0)
            throw new DataFormatException(file, "X as bytes, of at least one image", $"{x.Type}, {declared} images");
        if (y.Dimensions[0] * (long)y.Dimensions[1] != declared)
            throw new DataFormatException(file, $"y with a label for each of {declared} images", $"{y.Dimensions[0]} x {y.Dimensions[1]}");
        var pixels = new byte[count * Shape.Features];
        for (int plane = 0; plane < count * Channels; plane++)
        {
            ReadOnlySpan<byte> columns = x.Data.AsSpan(plane * Shape.Plane, Shape.Plane);
            Span<byte> rows = pixels.AsSpan(plane * Shape.Plane, Shape.Plane);
            for (int p = 0; p < rows.Length; p++)
                rows[p] = columns[(p % Side * Side) + (p / Side)];
        }

        var labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            double label = Number(y, i);
            labels[i] = label >= 1 && label <= Classes && label == Math.Floor(label)
                ? (int)label % Classes
                : throw new DataFormatException(file, $"labels from 1 to {Classes} in y", $"{label} at example {i}");
        }

        return new ImageBytes(Shape, pixels, labels);
    }

    private static int? Items(string file, string name, int[] sizes, int? first) => name switch
    {
        // MATLAB drops a last size of 1.
        "X" => sizes is [Side, Side, Channels] or [Side, Side, Channels, <= MostImages]
            ? (sizes.Length == 3 ? Channels : Math.Min(first ?? int.MaxValue, sizes[^1]))
            : throw new DataFormatException(file, $"X of {Side} x {Side} x {Channels} x N, N at most {MostImages}", string.Join(" x ", sizes)),
        "y" => sizes is [<= MostImages, 1] or [1, <= MostImages]
            ? sizes[^1]
            : throw new DataFormatException(file, $"y of N x 1, N at most {MostImages}", string.Join(" x ", sizes)),
        _ => null,
    };

    private static MatArray One(IReadOnlyList<MatArray> arrays, string name, string file)
    {
        MatArray[] found = [.. arrays.Where(a => string.Equals(a.Name, name, StringComparison.Ordinal))];
        return found.Length == 1 ? found[0] : throw new DataFormatException(file, $"one array '{name}'", $"{found.Length}");
    }

    private static double Number(MatArray array, int at) => array.Type switch
    {
        MatType.Int8 => (sbyte)array.Data[at],
        MatType.UInt8 => array.Data[at],
        MatType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(array.Data.AsSpan(at * sizeof(short))),
        MatType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(array.Data.AsSpan(at * sizeof(short))),
        MatType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(array.Data.AsSpan(at * sizeof(int))),
        MatType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(array.Data.AsSpan(at * sizeof(int))),
        _ => BinaryPrimitives.ReadDoubleLittleEndian(array.Data.AsSpan(at * sizeof(double))),
    };
}
