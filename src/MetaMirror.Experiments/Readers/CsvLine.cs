namespace MetaMirror.Experiments.Readers;

/// <summary>Splits one line into fields. A field may be quoted (quotes inside doubled); a quoted field must end in its line.</summary>
internal ref struct CsvLine
{
    private readonly char separator;
    private readonly string where;
    private ReadOnlySpan<char> rest;
    private bool ended;

    public CsvLine(ReadOnlySpan<char> line, char separator, string where)
    {
        rest = line;
        this.separator = separator;
        this.where = where;
    }

    /// <summary>Number of fields taken: the 1-based column of the current one.</summary>
    public int Column { get; private set; }

    /// <summary>The next field, trimmed; false after the last.</summary>
    /// <exception cref="DataFormatException">A quote does not close, or text follows one that does.</exception>
    public bool TryNext(out ReadOnlySpan<char> field)
    {
        field = default;
        if (ended)
        {
            return false;
        }

        Column++;
        // A tab may be the separator, so only spaces are trimmed.
        rest = rest.TrimStart(' ');
        if (rest is ['"', ..])
        {
            field = Quoted();
        }
        else
        {
            var length = rest.IndexOf(separator);
            field = (length < 0 ? rest : rest[..length]).Trim(' ');
            Advance(length < 0 ? rest.Length : length);
        }

        return true;
    }

    private ReadOnlySpan<char> Quoted()
    {
        var inside = rest[1..];
        var doubled = false;
        var close = 0;
        while (true)
        {
            var quote = inside[close..].IndexOf('"');
            if (quote < 0)
            {
                throw new DataFormatException($"{where}, column {Column}", "a closing quote in the same line", "none");
            }

            close += quote;
            if (close + 1 == inside.Length || inside[close + 1] != '"')
            {
                break;
            }

            doubled = true;
            close += 2;
        }

        var field = inside[..close];
        rest = inside[(close + 1)..].TrimStart(' ');
        if (!rest.IsEmpty && rest[0] != separator)
        {
            throw new DataFormatException($"{where}, column {Column}", "a separator after the closing quote", Shown.Text(rest));
        }

        Advance(0);
        return doubled ? field.ToString().Replace("\"\"", "\"", StringComparison.Ordinal) : field;
    }

    private void Advance(int length)
    {
        ended = length == rest.Length;
        rest = ended ? default : rest[(length + 1)..];
    }
}
