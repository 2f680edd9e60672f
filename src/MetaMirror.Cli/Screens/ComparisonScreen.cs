using MetaMirror.Cli.Commands;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Reports;
using Spectre.Console;

namespace MetaMirror.Cli.Screens;

/// <summary>A comparison as tables, one per held-out task, with the verdict in a sentence.</summary>
internal static class ComparisonScreen
{
    /// <summary>Writes the tables, the verdict and when learning pays.</summary>
    public static void Write(Session session, ComparisonResult result)
    {
        foreach (Duel duel in Duel.All(result))
        {
            ComparisonRow[] rows = [.. Ranked(result.Comparison.Where(r => string.Equals(r.HeldOutTask, duel.Task, StringComparison.Ordinal)))];
            session.Screen.MarkupLine($"[bold]{Markup.Escape($"Held-out task {duel.Task}: steps to {Verdict.TargetOf(result, rows[0])}")}[/]");
            WriteTable(session.Screen, rows, duel.Baseline);
        }

        session.Screen.MarkupLine($"[bold]{Markup.Escape(Verdict.Of(result))}[/]");
        if (Cost(result) is { Length: > 0 } cost)
            session.Screen.WriteLine(cost);
    }

    private static IEnumerable<ComparisonRow> Ranked(IEnumerable<ComparisonRow> rows) =>
        rows.OrderBy(r => Figure.OrNull(r.StepsToTarget.Median) ?? double.PositiveInfinity).ThenBy(r => Figure.OrNull(r.FinalTrainingLoss) ?? double.PositiveInfinity);

    private static void WriteTable(IAnsiConsole console, ComparisonRow[] rows, ComparisonRow? reference)
    {
        IReadOnlyList<ComparisonColumn> columns = ComparisonColumn.For(rows, reference);
        string?[] best = [.. columns.Select(c => c.BestText(rows))];
        Tables.Write(
            console,
            [new("optimizer"), new(""), .. columns.Select(c => new Column(c.Header, IsNumber: true))],
            rows.Select(row => (IReadOnlyList<string>)
            [
                row.Learned ? $"[green]{Markup.Escape(row.Label ?? row.Optimizer)}[/]" : Markup.Escape(row.Label ?? row.Optimizer),
                Role(row.Role),
                .. columns.Select((c, k) => Cell(c, row, best[k])),
            ]));
    }

    private static string Cell(ComparisonColumn column, ComparisonRow row, string? best)
    {
        string text = Markup.Escape(column.Text(row));
        string note = column.Note(row);
        string figure = column.Value(row).HasValue && string.Equals(column.Text(row), best, StringComparison.Ordinal) ? $"[bold]{text}[/]" : text;
        return note.Length > 0 ? $"{figure} [dim]{Markup.Escape(note)}[/]" : figure;
    }

    private static string Role(OptimizerRole role) => role switch
    {
        OptimizerRole.Learned => "learned",
        OptimizerRole.Rival => "rival",
        OptimizerRole.Control => "nothing learned",
        _ => "tuned",
    };

    private static string Cost(ComparisonResult result)
    {
        if (result.MetaTraining is not { } cost)
            return "";
        string learning = $"Learning took {NumberText.Duration(cost.Seconds)}, {NumberText.Count(cost.Gradients)} gradients and {NumberText.Count(cost.HessianVectorProducts)} Hessian-vector products on {cost.Tasks} tasks";
        return BreakEven.Of(result)?.Steps is { } pays ? $"{learning}; it pays back after {NumberText.Count(Math.Ceiling(pays))} trainings." : learning + ".";
    }
}
