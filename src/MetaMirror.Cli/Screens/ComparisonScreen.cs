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
        rows.OrderBy(r => Figure.OrNull(r.StepsToTarget.Median) ?? double.PositiveInfinity).ThenBy(
            r => Figure.OrNull(r.FinalTrainingLoss) ?? double.PositiveInfinity);

    // What a narrow terminal does without, first to last; the report has it all.
    private static readonly string[] Dispensable =
        ["test loss", "seconds to target", "mean loss", "ms per step", "diverged", "final loss", "test accuracy", "÷"];

    private static void WriteTable(IAnsiConsole console, ComparisonRow[] rows, ComparisonRow? reference)
    {
        var columns = ComparisonColumn.For(rows, reference).Select(c => (c.Header, Cells: Cells(c, rows))).ToList();
        string[] names = [.. rows.Select(r => r.Learned ? $"[green]{Markup.Escape(r.Label ?? r.Optimizer)}[/]" : Markup.Escape(r.Label ?? r.Optimizer))];
        string[] roles = [.. rows.Select(r => Role(r.Role))];
        foreach (string header in Dispensable)
        {
            if (Tables.Width([names, roles, .. columns.Select(c => (IReadOnlyList<string>)[c.Header, .. c.Cells])]) <= console.Profile.Width)
                break;
            columns.RemoveAll(c => c.Header.StartsWith(header, StringComparison.Ordinal));
        }

        Tables.Write(
            console,
            [new("optimizer"), new(""), .. columns.Select(c => new Column(c.Header, IsNumber: true))],
            rows.Select((_, i) => (IReadOnlyList<string>)[names[i], roles[i], .. columns.Select(c => c.Cells[i])]));
    }

    private static string[] Cells(ComparisonColumn column, ComparisonRow[] rows)
    {
        string? best = column.BestText(rows);
        return [.. rows.Select(r => Cell(column, r, best))];
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
        OptimizerRole.Control => "control",
        _ => "tuned",
    };

    private static string Cost(ComparisonResult result)
    {
        if (result.MetaTraining is not { } cost)
            return "";
        string learning = $"Learning took {NumberText.Duration(cost.Seconds)}, {NumberText.Count(cost.Gradients)} gradients and "
            + $"{NumberText.Count(cost.HessianVectorProducts)} Hessian-vector products on {cost.Tasks} tasks";
        if (result.Comparison.Count > 0)
            learning += $", as many as {NumberText.Significant(cost.TrainingRuns(result.Comparison[0].Steps))} training runs";
        return BreakEven.Of(result)?.Steps is { } pays ? $"{learning}; it pays back after {NumberText.Count(Math.Ceiling(pays))} trainings." : learning + ".";
    }
}
