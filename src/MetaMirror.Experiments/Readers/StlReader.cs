using MetaMirror.Datasets;

namespace MetaMirror.Experiments.Readers;

/// <summary>
/// Reads STL-10's binary files: images of 27,648 bytes, the red, green and blue plane of 96 x 96, each column by column; labels of one byte,
/// 1 to 10, which become 0 to 9. Plain or gzip.
/// </summary>
public static class StlReader
{
    private const int Side = 96, Channels = 3, Classes = 10;
    private static readonly ImageShape Shape = new(Side, Side, Channels);

    /// <summary>Reads a pair of streams.</summary>
    /// <param name="images">The images; not closed.</param>
    /// <param name="imagesFile">Its name for messages.</param>
    /// <param name="labels">The labels; not closed.</param>
    /// <param name="labelsFile">Its name for messages.</param>
    /// <param name="first">Read only that many; null for all.</param>
    /// <exception cref="DataFormatException">No whole images, a label out of range, or the two do not belong together.</exception>
    public static ImageBytes Read(Stream images, string imagesFile, Stream labels, string labelsFile, int? first = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfLessThan(first ?? 1, 1, nameof(first));
        using var labelSource = ByteSource.Open(labels, labelsFile);
        using var source = ByteSource.Open(images, imagesFile);
        byte[] names = RecordFile.Read(labelSource, labelsFile, 1, "labels", null);
        if (source is { IsExact: true, Most: { } bytes } && bytes % Shape.Features == 0 && bytes / Shape.Features != names.Length)
            throw Unequal(bytes / Shape.Features);
        byte[] stored = RecordFile.Read(source, imagesFile, Shape.Features, "STL-10 images", first);
        int count = stored.Length / Shape.Features;
        if (first is null ? count != names.Length : count != Math.Min(first.Value, names.Length))
            throw Unequal(count);
        var classes = new int[count];
        for (int i = 0; i < count; i++)
        {
            classes[i] = names[i] is >= 1 and <= Classes
                ? names[i] - 1
                : throw new DataFormatException($"{labelsFile}, byte {i}", $"a label from 1 to {Classes}", $"{names[i]}");
        }

        var pixels = new byte[stored.Length];
        for (int plane = 0; plane < count * Channels; plane++)
            Transpose(stored.AsSpan(plane * Shape.Plane, Shape.Plane), pixels.AsSpan(plane * Shape.Plane, Shape.Plane));
        return new ImageBytes(Shape, pixels, classes);

        DataFormatException Unequal(long found) => new(labelsFile, $"one label for each image of {imagesFile}, {found}", $"{names.Length}");
    }

    private static void Transpose(ReadOnlySpan<byte> columns, Span<byte> rows)
    {
        for (int r = 0; r < Side; r++)
        {
            for (int c = 0; c < Side; c++)
                rows[(r * Side) + c] = columns[(c * Side) + r];
        }
    }
}
