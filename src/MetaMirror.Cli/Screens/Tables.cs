using Spectre.Console;

namespace MetaMirror.Cli.Screens;

/// <summary>One column of a table.</summary>
/// <param name="Header">Its name.</param>
/// <param name="IsNumber">Whether it stands at the right.</param>
internal readonly record struct Column(string Header, bool IsNumber = false);

/// <summary>Tables with a line under the header and nothing else around.</summary>
internal static class Tables
{
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
        console.Write(table);
    }
}
