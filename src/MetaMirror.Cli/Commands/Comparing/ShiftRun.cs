using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Screens;
using MetaMirror.Experiments.Citations;
using MetaMirror.Experiments.Shifts;
using Spectre.Console;

namespace MetaMirror.Cli.Commands.Comparing;

/// <summary><c>reproduce shifts</c>: progress, report, tables or document.</summary>
internal static class ShiftRun
{
    private static readonly string[] Cited = [Bibliography.Self, Bibliography.MetaMd, "omg", "hypergradient-descent"];

    /// <summary>Runs the experiment and shows it.</summary>
    public static int Show(Session session, string folder, ReproductionScale scale, ShiftEngine engine)
    {
        ShiftResult result;
        using (var progress = new ProgressScreen(session.Terminal))
        {
            progress.Begin("learning");
            result = engine(scale, session.EngineContext(progress));
        }

        StudyFiles files = StudyFiles.Write(session, folder, "shifts", ShiftReport.Of(result), ShiftJson.ToText(result), Cited);
        if (result.IsStandIn)
            session.People.WriteLine("FashionMNIST was not found (metamirror data list): the embedded digits stand in.");
        Write(session, "Where the learned step no longer fits", result.WhereItDegrades);
        Write(session, "All shifted tasks", result.Everywhere);
        session.Screen.MarkupLine($"[bold]{Markup.Escape(ShiftReport.Verdict(result))}[/]");
        files.Tell(session);
        return ExitCodes.Done;
    }

    private static void Write(Session session, string title, IReadOnlyList<ShiftSummary> rows)
    {
        if (rows.Count == 0)
            return;
        session.Screen.MarkupLine($"[bold]{Markup.Escape(title)}: over the optimizer as it was learned[/]");
        Tables.Write(session.Screen, [.. ShiftReport.Headers.Select((h, i) => new Column(h, IsNumber: i > 0))], rows.Select(r => (IReadOnlyList<string>)[.. ShiftReport.Cells(r).Select(Markup.Escape)]));
    }
}
