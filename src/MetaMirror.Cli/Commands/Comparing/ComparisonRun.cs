using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Errors;
using MetaMirror.Cli.Output;
using MetaMirror.Cli.Screens;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Cli.Commands.Comparing;

/// <summary>What the commands that compare have in common: progress, report, table or document, exit code.</summary>
internal static class ComparisonRun
{
    /// <summary>Runs a comparison and shows it.</summary>
    /// <param name="session">The call.</param>
    /// <param name="folder">Where the report goes; can be written to.</param>
    /// <param name="engine">Compares.</param>
    public static int Show(Session session, string folder, Func<EngineContext, ComparisonOutcome> engine)
    {
        ComparisonOutcome outcome;
        using (var progress = new ProgressScreen(session.Terminal))
            outcome = engine(session.EngineContext(progress));
        ComparisonResult result = outcome.Report.Comparison!;
        string page = ReportFiles.Write(folder, outcome.Report with { Provenance = [.. outcome.Report.Provenance, .. Provenance.Of(session)] });
        ComparisonScreen.Write(session, result);
        session.People.WriteLine($"Report: {page}");
        if (session.Json)
            session.WriteDocument(ComparisonJson.ToText(result));
        if (outcome.IsComplete)
            return ExitCodes.Done;
        Messages.Warning(session.Terminal, "canceled: the report has the held-out tasks that were done before");
        return ExitCodes.Canceled;
    }
}
