using Spectre.Console;
using Spectre.Console.Rendering;

namespace MetaMirror.Cli.Screens;

/// <summary>One column of a table.</summary>
/// <param name="Header">Its name.</param>
/// <param name="IsNumber">Whether it stands at the right and is never wrapped.</param>
internal readonly record struct Column(string Header, bool IsNumber = false);

/// <summary>Tables with a line under the header and nothing else around.</summary>
internal static class Tables
{
    private const int Padding = 3;

    /// <summary>Writes a table; cells are Spectre markup.</summary>
    public static void Write(IAnsiConsole console, IReadOnlyList<Column> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (Column column in columns)
        {
            var header = new TableColumn(Markup.Escape(column.Header)) { NoWrap = column.IsNumber, Alignment = column.IsNumber ? Justify.Right : Justify.Left };
            table.AddColumn(header);
        }

        foreach (IReadOnlyList<string> row in rows)
            table.AddRow([.. row]);
        console.Write(new Trimmed(table));
        console.WriteLine();
    }

    /// <summary>Columns that the widest cells of a table need, with their padding.</summary>
    public static int Width(IEnumerable<IReadOnlyList<string>> columnsOfCells) =>
        2 + columnsOfCells.Sum(cells => Padding + cells.Max(c => Markup.Remove(c).Length));

    /// <summary>A table without the blanks that would fill its lines to the right, and without the empty lines around it.</summary>
    private sealed class Trimmed(IRenderable inner) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => inner.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
        {
            foreach (SegmentLine line in Segment.SplitLines(inner.Render(options, maxWidth)))
            {
                int last = line.Count - 1;
                while (last >= 0 && string.IsNullOrWhiteSpace(line[last].Text))
                    last--;
                if (last < 0)
                    continue;
                for (int i = 0; i < last; i++)
                    yield return line[i];
                yield return new Segment(line[last].Text.TrimEnd(), line[last].Style);
                yield return Segment.LineBreak;
            }
        }
    }
}
