using System.Globalization;

namespace MetaMirror.Experiments.Readers;

/// <summary>The rows of a CSV file as they are read.</summary>
internal sealed class CsvRows(CsvFormat format, string file, CsvOptions options, int firstLine)
{
    private readonly List<double> inputs = [];
    private readonly List<double> targets = [];
    private readonly List<int> labels = [];
    private readonly List<string> labelNames = [];
    private readonly Dictionary<string, int> labelIndex = new(StringComparer.Ordinal);

    /// <summary>Adds one row.</summary>
    /// <exception cref="DataFormatException">The row has another number of fields, or a field is no finite number (or class).</exception>
    public void Add(ReadOnlySpan<char> line, string where)
    {
        var fields = new CsvLine(line, format.Separator, where);
        while (fields.TryNext(out var field))
        {
            var j = fields.Column - 1;
            if (j == format.Columns)
            {
                throw new DataFormatException(where, $"{format.Columns} fields", "more");
            }

            if (j == format.Target && options.Target == TargetKind.Classification)
            {
                labels.Add(Label(field, where));
            }
            else if (CsvReader.TryNumber(field, out var value))
            {
                (j == format.Target ? targets : inputs).Add(value);
            }
            else
            {
                throw new DataFormatException($"{where}, {format.Column(j)}", "a finite number with a decimal point", field.IsEmpty ? "an empty field" : Shown.Text(field));
            }
        }

        if (fields.Column < format.Columns)
        {
            throw new DataFormatException(where, $"{format.Columns} fields", $"{fields.Column}");
        }
    }

    /// <summary>All rows read.</summary>
    /// <exception cref="DataFormatException">There is no row, or the first one seems to be a header.</exception>
    public CsvTable ToTable()
    {
        if (inputs.Count == 0)
        {
            throw new DataFormatException(file, "at least one row below the header", "none");
        }

        // Numbered columns ("0,1,2,target") make a header look like data; its label then is the only one that is no integer.
        if (options.Header is null && !format.Header && labelNames.Count > 1 && !CsvTable.IsInteger(labelNames[0]) && labelNames.Skip(1).All(CsvTable.IsInteger))
        {
            throw new DataFormatException($"{file}, line 1, {format.Column(format.Target)}", "an integer class as in all other rows (or state that there is a header row)", Shown.Text(labelNames[0]));
        }

        return new CsvTable(file, firstLine, format.Names, format.Columns - 1, format.Target, [.. inputs], [.. targets], [.. labels], labelNames);
    }

    private int Label(ReadOnlySpan<char> field, string where)
    {
        var lookup = labelIndex.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(field, out var known))
        {
            return known;
        }

        var name = LabelName(field, where);
        if (!labelIndex.TryGetValue(name, out var index))
        {
            if (labelNames.Count == options.MaxClasses)
            {
                throw new DataFormatException($"{where}, {format.Column(format.Target)}", $"at most {options.MaxClasses} classes", "more (for real targets state regression)");
            }

            index = labelNames.Count;
            labelNames.Add(name);
            labelIndex.Add(name, index);
        }

        // Another spelling of the same class, such as 1.0 for 1; remembered, so that it is parsed once.
        if (!field.SequenceEqual(name) && labelIndex.Count < 2 * options.MaxClasses)
        {
            lookup[field] = index;
        }

        return index;
    }

    /// <summary>Integers in one spelling (1.0 is 1); other text as it stands.</summary>
    private string LabelName(ReadOnlySpan<char> field, string where)
    {
        const double LargestExactInteger = 9007199254740992;
        if (!double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && !field.IsEmpty)
        {
            return field.ToString();
        }

        if (field.IsEmpty || value != Math.Floor(value) || Math.Abs(value) > LargestExactInteger)
        {
            throw new DataFormatException(
                $"{where}, {format.Column(format.Target)}", "a class, an integer or text (for real targets state regression)", field.IsEmpty ? "an empty field" : Shown.Text(field));
        }

        return ((long)value).ToString(CultureInfo.InvariantCulture);
    }
}
