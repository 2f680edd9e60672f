using MetaMirror.Datasets;

namespace MetaMirror.Experiments.Readers;

/// <summary>Which labels a CIFAR file has, and which of them are read.</summary>
public enum CifarLabels
{
    /// <summary>CIFAR-10: one label, 0 to 9.</summary>
    Ten,

    /// <summary>CIFAR-100: a coarse and a fine label, of which the fine one is read, 0 to 99.</summary>
    Fine,

    /// <summary>CIFAR-100: a coarse and a fine label, of which the coarse one is read, 0 to 19.</summary>
    Coarse,
}

/// <summary>
/// Reads the binary editions of CIFAR-10 (records of 3,073 bytes: label, then the red, green and blue plane of 32 x 32, row by row) and
/// CIFAR-100 (3,074 bytes: coarse label, fine label, planes). Plain or gzip.
/// </summary>
public static class CifarReader
{
    private const int Ten = 10, Coarse = 20, Fine = 100;
    private static readonly ImageShape Shape = new(32, 32, 3);

    /// <summary>Reads a stream.</summary>
    /// <param name="stream">Plain or gzip; not closed.</param>
    /// <param name="file">The name for messages.</param>
    /// <param name="kind">Which labels it has.</param>
    /// <param name="first">Read only that many images; null for all.</param>
    /// <exception cref="DataFormatException">No whole records, or a label out of range.</exception>
    public static ImageBytes Read(Stream stream, string file, CifarLabels kind, int? first = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(first ?? 1, 1, nameof(first));
        int before = kind == CifarLabels.Ten ? 1 : 2;
        int length = before + Shape.Features;
        using var source = ByteSource.Open(stream, file);
        byte[] records = RecordFile.Read(source, file, length, kind == CifarLabels.Ten ? "CIFAR-10 records" : "CIFAR-100 records", first);
        int count = records.Length / length;
        var pixels = new byte[count * Shape.Features];
        var labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> record = records.AsSpan(i * length, length);
            if (kind == CifarLabels.Ten)
            {
                Check(record[0], Ten, "label", i, 0);
            }
            else
            {
                Check(record[0], Coarse, "coarse label", i, 0);
                Check(record[1], Fine, "fine label", i, 1);
            }

            labels[i] = record[kind == CifarLabels.Fine ? 1 : 0];
            record[before..].CopyTo(pixels.AsSpan(i * Shape.Features));
        }

        return new ImageBytes(Shape, pixels, labels);

        void Check(byte label, int classes, string what, int example, int offset)
        {
            if (label >= classes)
                throw new DataFormatException($"{file}, byte {((long)example * length) + offset}", $"a {what} from 0 to {classes - 1}", $"{label} at example {example}");
        }
    }
}
