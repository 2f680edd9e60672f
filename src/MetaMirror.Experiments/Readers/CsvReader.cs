using System.Globalization;

namespace MetaMirror.Experiments.Readers;

/// <summary>
/// Reads tables of numbers with one target column: comma, semicolon or tab, with or without a header row, plain or gzip, decimal points whatever the machine's culture.
/// Nothing is guessed around: an empty, missing, infinite or non-numeric value is an error with file, line and column.
/// </summary>
public static class CsvReader
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How to read it.</param>
    /// <exception cref="DataFormatException">The file is no such table or passes a limit.</exception>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static CsvTable ReadFile(string path, CsvOptions? options = null)
    {
        using var stream = File.OpenRead(path);
        return Read(stream, path, options);
    }

    /// <summary>Reads a stream to its end.</summary>
    /// <param name="stream">Plain or gzip; not closed.</param>
    /// <param name="file">The name for messages.</param>
    /// <param name="options">How to read it.</param>
    /// <exception cref="DataFormatException">The stream is no such table or passes a limit.</exception>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    public static CsvTable Read(Stream stream, string file, CsvOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        options ??= new CsvOptions();
        CsvOptions.Check(options);
        using var source = ByteSource.Open(stream, file);
        var lines = new TextLines(source, file, options.MaxLineBytes, options.MaxBytes);
        if (!lines.TryNext(out var line))
        {
            throw new DataFormatException(file, "rows of numbers", "an empty file");
        }

        var format = CsvFormat.Detect(line, lines.Here, options);
        var rows = new CsvRows(format, file, options, firstLine: format.Header ? 2 : 1);
        if (!format.Header)
        {
            rows.Add(line, lines.Here);
        }

        // Blank lines may end the file, but not interrupt it.
        string? blank = null;
        while (lines.TryNext(out line))
        {
            if (line.IsWhiteSpace())
            {
                blank ??= lines.Here;
            }
            else if (blank is not null)
            {
                throw new DataFormatException(blank, $"{format.Columns} fields", "a blank line");
            }
            else
            {
                rows.Add(line, lines.Here);
            }
        }

        return rows.ToTable();
    }

    /// <summary>A finite number in invariant notation.</summary>
    internal static bool TryNumber(ReadOnlySpan<char> field, out double value)
        => double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
}
