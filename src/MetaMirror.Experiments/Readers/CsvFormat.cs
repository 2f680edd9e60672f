namespace MetaMirror.Experiments.Readers;

/// <summary>What the first row of a CSV file tells: separator, header, number of columns, target column.</summary>
internal sealed class CsvFormat
{
    private const string Separators = ",;\t";

    private CsvFormat(char separator, string[] first, bool header, int target)
    {
        Separator = separator;
        Columns = first.Length;
        Header = header;
        Target = target;
        Names = header ? first : null;
    }

    public char Separator { get; }

    public int Columns { get; }

    public bool Header { get; }

    public int Target { get; }

    /// <summary>Column names, where there is a header.</summary>
    public string[]? Names { get; }

    /// <summary>A column for messages: number from 1, and name where known.</summary>
    public string Column(int index) => Names is null ? $"column {index + 1}" : $"column {index + 1} ({Shown.Text(Names[index])})";

    /// <summary>Looks at the first row.</summary>
    /// <exception cref="DataFormatException">Fewer than two columns, no such target column, or a first row that is neither names nor numbers.</exception>
    public static CsvFormat Detect(ReadOnlySpan<char> line, string where, CsvOptions options)
    {
        var separator = options.Separator ?? MostFrequent(line);
        var first = new List<string>();
        var fields = new CsvLine(line, separator, where);
        while (fields.TryNext(out var field))
        {
            first.Add(field.ToString());
        }

        if (first.Count < 2)
        {
            throw new DataFormatException(where, "at least two columns separated by comma, semicolon or tab", $"{first.Count}");
        }

        var target = FindTarget(first, where, options);
        var header = options.Header ?? (options.TargetName is not null || LooksLikeHeader(first, target, where));
        return new CsvFormat(separator, [.. first], header, target);
    }

    private static int FindTarget(List<string> first, string where, CsvOptions options)
    {
        if (options.TargetName is { } name)
        {
            var index = first.IndexOf(name);
            if (index < 0 || first.LastIndexOf(name) != index)
            {
                const int Most = 20;
                var names = string.Join(", ", first.Take(Most).Select(n => Shown.Text(n)));
                throw new DataFormatException(where, $"one target column {Shown.Text(name)}", index < 0 ? $"columns {names}" : "two of that name");
            }

            return index;
        }

        var stated = options.TargetIndex ?? first.Count - 1;
        return stated >= 0 && stated < first.Count
            ? stated
            : throw new DataFormatException(where, $"a target column of index {stated} (from 0)", $"{first.Count} columns");
    }

    /// <summary>All inputs are text: a header. All are numbers: data. Both: a question for the user.</summary>
    private static bool LooksLikeHeader(List<string> first, int target, string where)
    {
        var text = Enumerable.Range(0, first.Count).Where(j => j != target && !CsvReader.TryNumber(first[j], out _)).ToList();
        return text.Count == 0 || text.Count == first.Count - 1
            ? text.Count > 0
            : throw new DataFormatException(
                $"{where}, column {text[0] + 1}", "a finite number (or only names in the first row; state whether it is a header)", Shown.Text(first[text[0]]));
    }

    private static char MostFrequent(ReadOnlySpan<char> line)
    {
        Span<int> counts = stackalloc int[Separators.Length];
        var quoted = false;
        foreach (var c in line)
        {
            quoted ^= c == '"';
            var k = Separators.IndexOf(c, StringComparison.Ordinal);
            if (k >= 0 && !quoted)
            {
                counts[k]++;
            }
        }

        var best = 0;
        for (var k = 1; k < counts.Length; k++)
        {
            best = counts[k] > counts[best] ? k : best;
        }

        return Separators[best];
    }
}
