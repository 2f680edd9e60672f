using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Screens;
using MetaMirror.Experiments.Citations;
using MetaMirror.Experiments.Robustness;
using Spectre.Console;

namespace MetaMirror.Cli.Commands.Comparing;

/// <summary><c>reproduce robustness</c>: progress, report, the map or the document.</summary>
internal static class RobustnessRun
{
    /// <summary>Runs the experiment and shows it.</summary>
    public static int Show(Session session, string folder, ReproductionScale scale, RobustnessEngine engine)
    {
        RobustnessResult result;
        using (var progress = new ProgressScreen(session.Terminal))
        {
            progress.Begin("learning");
            result = engine(scale, session.EngineContext(progress));
        }

        StudyFiles files = StudyFiles.Write(session, folder, "robustness", RobustnessReport.Of(result), RobustnessJson.ToText(result), Bibliography.Self, Bibliography.MetaMd, "soap", "adam");
        if (result.IsStandIn)
            session.People.WriteLine("MNIST was not found (metamirror data list): the embedded digits stand in.");
        session.Screen.MarkupLine($"[bold]{Markup.Escape(result.Optimizer)} over Adam, tuned for every change[/]");
        Tables.Write(session.Screen, [.. RobustnessReport.Headers.Select((h, i) => new Column(h, IsNumber: i > 0))], result.Map.Select(m => (IReadOnlyList<string>)[.. RobustnessReport.Cells(m).Select(Markup.Escape)]));
        session.Screen.MarkupLine($"[bold]{Markup.Escape(RobustnessReport.Verdict(result))}[/]");
        files.Tell(session);
        return ExitCodes.Done;
    }
}
