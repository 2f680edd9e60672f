using System.CommandLine;
using MetaMirror.Cli.Grammar;

namespace MetaMirror.Cli.Help;

/// <summary>The help of a command: what it does, how it is written, its arguments and options, examples to try.</summary>
internal static class HelpText
{
    /// <summary>What is typed at the shell.</summary>
    public const string ToolName = "metamirror";

    private const int Widest = 100, Indent = 2;

    private static readonly Example[] FirstSteps =
    [
        new("demo", "The main job on embedded data, in a minute or two; ends in a report."),
        new("doctor", "What this machine offers, and whether it computes right."),
        new("plan rotated-digits > my-plan.json", "A plan to start from for tasks of your own."),
    ];

    /// <summary>Writes the help of a command.</summary>
    public static void Write(Command command, CommonOptions common, TextWriter writer, int width)
    {
        width = Math.Min(width, Widest);
        Paragraph(writer, command.Description ?? "", 0, width);
        writer.WriteLine();
        writer.WriteLine("Usage:");
        writer.WriteLine("  " + Usage(command));
        Option[] own = [.. command.Options.Where(o => !common.All.Contains(o) && o is not (System.CommandLine.Help.HelpOption or VersionOption))];
        Option[] shared = [.. common.All.Where(o => !own.Any(w => string.Equals(w.Name, o.Name, StringComparison.Ordinal)))];
        (string Title, (string Name, string Text)[] Rows)[] sections =
        [
            ("Commands", [.. command.Subcommands.Select(c => (c.Name + Words(c), c.Description ?? ""))]),
            ("Arguments", [.. command.Arguments.Select(a => (Placeholder(a), a.Description ?? ""))]),
            ("Options", [.. own.Select(Row)]),
            ("Options of every command", [.. shared.Select(Row), ("--help", "Show this help.")]),
            ("About", command is RootCommand ? [("--version", "Show the version.")] : []),
        ];
        int column = sections.SelectMany(t => t.Rows).Max(r => r.Name.Length) + (2 * Indent);
        foreach ((string title, (string, string)[] rows) in sections)
            Section(writer, title, rows, column, width);
        Examples(writer, command is ToolCommand tool ? tool.Examples : FirstSteps, width);
    }

    private static string Usage(Command command)
    {
        string path = Errors.UsageErrors.PathOf(command);
        if (command.Subcommands.Count > 0)
            return $"{path} <COMMAND> [options]";
        IEnumerable<string> required = command.Options.Where(o => o.Required).Select(o => " " + Row(o).Name);
        return $"{path}{Words(command)}{string.Concat(required)} [options]";
    }

    private static string Words(Command command) => string.Concat(
        command.Arguments.Select(a => " " + (a.Arity.MinimumNumberOfValues > 0 ? Placeholder(a) : $"[{Placeholder(a)}]")));

    private static string Placeholder(Argument argument) => $"<{argument.HelpName}>{(argument.Arity.MaximumNumberOfValues > 1 ? "..." : "")}";

    private static (string Name, string Text) Row(Option option) => option switch
    {
        { Arity.MaximumNumberOfValues: 0 } => (option.Name, option.Description ?? ""),
        _ => ($"{option.Name} <{option.HelpName}>{(option.Arity.MaximumNumberOfValues > 1 ? "..." : "")}", option.Description ?? ""),
    };

    private static void Section(TextWriter writer, string title, IReadOnlyList<(string Name, string Text)> rows, int column, int width)
    {
        if (rows.Count == 0)
            return;
        writer.WriteLine();
        writer.WriteLine(title + ":");
        foreach ((string name, string text) in rows)
        {
            writer.Write((new string(' ', Indent) + name).PadRight(column));
            Paragraph(writer, text, column, width, hanging: true);
        }
    }

    private static void Examples(TextWriter writer, IReadOnlyList<Example> examples, int width)
    {
        writer.WriteLine();
        writer.WriteLine("Examples:");
        foreach (Example example in examples)
        {
            writer.WriteLine($"  {ToolName} {example.Line}");
            Paragraph(writer, example.Does, 3 * Indent, width);
        }
    }

    /// <summary>Wraps a text at words; with a hanging indent the first line goes on where the writer is.</summary>
    private static void Paragraph(TextWriter writer, string text, int indent, int width, bool hanging = false)
    {
        string margin = new(' ', indent);
        int room = Math.Max(20, width - indent);
        int used = 0;
        if (!hanging)
            writer.Write(margin);
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (used > 0 && used + 1 + word.Length > room)
            {
                writer.WriteLine();
                writer.Write(margin);
                used = 0;
            }

            writer.Write(used > 0 ? " " + word : word);
            used += (used > 0 ? 1 : 0) + word.Length;
        }

        writer.WriteLine();
    }
}
