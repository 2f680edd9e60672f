using System.Globalization;
using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.BZip2;
using MetaMirror.Datasets;

namespace MetaMirror.Experiments.Readers;

/// <summary>
/// Reads USPS as text, an image a line, in either edition: the book's (<c>zip.train</c>: label 0 to 9, then 256 values from -1 to 1, row by
/// row) or LIBSVM's (<c>usps</c>: label 1 to 10 for the digits 0 to 9, then <c>index:value</c>, absent ones 0). Plain, gzip or bzip2. Values
/// become bytes, round((v + 1) / 2 * 255), halves to even.
/// </summary>
public static class UspsReader
{
    private const int Classes = 10, MaxLineBytes = 1 << 14, MaxImages = 100_000;
    private const long MaxBytes = 1L << 28;
    private static readonly ImageShape Shape = new(16, 16, 1);

    /// <summary>Reads a stream.</summary>
    /// <param name="stream">Plain, gzip or bzip2; not closed.</param>
    /// <param name="file">The name for messages.</param>
    /// <param name="first">Read only that many images; null for all.</param>
    /// <exception cref="DataFormatException">A line breaks the format, or a label or value is out of range.</exception>
    public static ImageBytes Read(Stream stream, string file, int? first = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(first ?? 1, 1, nameof(first));
        using Stream peeked = ByteSource.Peek(stream, 3, out ReadOnlyMemory<byte> start);
        if (start.Span is not [(byte)'B', (byte)'Z', (byte)'h'])
        {
            using var plain = ByteSource.Open(stream.CanSeek ? stream : peeked, file);
            return Lines(plain, file, first);
        }

        try
        {
            using var unpacked = new BZip2InputStream(peeked) { IsStreamOwner = false };
            using var source = ByteSource.Of(unpacked, file);
            return Lines(source, file, first);
        }
        catch (Exception e) when (e is SharpZipBaseException or EndOfStreamException or IndexOutOfRangeException)
        {
            throw new DataFormatException(file, "intact bzip2 data", "damaged ones", e);
        }
    }

    private static ImageBytes Lines(ByteSource source, string file, int? first)
    {
        var lines = new TextLines(source, file, MaxLineBytes, MaxBytes);
        var pixels = new List<byte>();
        var labels = new List<int>();
        Span<byte> image = stackalloc byte[Shape.Features];
        while (labels.Count < (first ?? int.MaxValue) && lines.TryNext(out ReadOnlySpan<char> line))
        {
            if (line.IsWhiteSpace())
                continue;
            if (labels.Count == MaxImages)
                throw new DataFormatException(lines.Here, $"at most {MaxImages} images", "more");
            labels.Add(Line(line, lines.Here, image));
            pixels.AddRange(image);
        }

        return labels.Count > 0 ? new ImageBytes(Shape, [.. pixels], [.. labels]) : throw new DataFormatException(file, "a line for each image", "none");
    }

    private static int Line(ReadOnlySpan<char> line, string here, Span<byte> image)
    {
        bool sparse = line.Contains(':');
        int label = -1, found = 0, last = 0;
        if (sparse)
            image.Fill(Level(0));
        foreach (Range range in line.SplitAny(' ', '\t'))
        {
            ReadOnlySpan<char> word = line[range];
            if (word.IsEmpty)
                continue;
            if (label < 0)
            {
                label = Label(word, sparse, here);
                continue;
            }

            int at = found++;
            if (sparse)
            {
                int colon = word.IndexOf(':');
                if (colon < 0 || !int.TryParse(word[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out int index) || index <= last || index > Shape.Features)
                    throw new DataFormatException(here, $"index:value with indices that grow, 1 to {Shape.Features}", Shown.Text(word));
                last = index;
                at = index - 1;
                word = word[(colon + 1)..];
            }

            if (at >= Shape.Features)
                throw new DataFormatException(here, $"a label and {Shape.Features} values", "more");
            image[at] = double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value is >= -1 and <= 1
                ? Level(value)
                : throw new DataFormatException(here, "a value from -1 to 1", $"{Shown.Text(word)} at pixel {at}");
        }

        return sparse || found == Shape.Features ? label : throw new DataFormatException(here, $"a label and {Shape.Features} values", $"a label and {found}");
    }

    private static int Label(ReadOnlySpan<char> word, bool sparse, string here)
    {
        int least = sparse ? 1 : 0;
        return double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value == Math.Floor(value) && value >= least && value < least + Classes
            ? (int)value - least
            : throw new DataFormatException(here, $"a label from {least} to {least + Classes - 1}", Shown.Text(word));
    }

    private static byte Level(double value) => (byte)Math.Round((value + 1) / 2 * byte.MaxValue, MidpointRounding.ToEven);
}
