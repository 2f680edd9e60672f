using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Errors;
using MetaMirror.Cli.Machines;
using MetaMirror.Cli.Output;
using MetaMirror.Cli.Screens;
using MetaMirror.Experiments.Citations;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Cli.Commands.Comparing;

/// <summary>What the commands that compare have in common: progress, report, table or document, exit code.</summary>
internal static class ComparisonRun
{
    /// <summary>Runs a comparison and shows it.</summary>
    /// <param name="session">The call.</param>
    /// <param name="plan">What is compared on; its data sets are cited.</param>
    /// <param name="folder">Where the report goes; can be written to.</param>
    /// <param name="engine">Compares.</param>
    public static int Show(Session session, string folder, Plan plan, Func<EngineContext, ComparisonOutcome> engine)
    {
        ComparisonOutcome outcome;
        using (var progress = new ProgressScreen(session.Terminal))
            outcome = engine(session.EngineContext(progress));
        (ComparisonResult result, string page) = Write(session, plan, folder, outcome);
        ComparisonScreen.Write(session, result);
        if (outcome.Report.Verdict is { } verdict)
            session.People.WriteLine(verdict);
        session.People.WriteLine($"Report: {page}");
        if (session.Json)
            session.WriteDocument(ComparisonJson.ToText(result));
        if (outcome.IsComplete)
            return ExitCodes.Done;
        return Canceled(session);
    }

    /// <summary>Says what is there after Ctrl-C.</summary>
    public static int Canceled(Session session)
    {
        Messages.Warning(session.Terminal, "canceled: the report has the held-out tasks that were done before; the same command with --resume goes on");
        return ExitCodes.Canceled;
    }

    /// <summary>Writes the report and the document of a comparison.</summary>
    /// <returns>The result with the machine, and the page's path.</returns>
    public static (ComparisonResult Result, string Page) Write(Session session, Plan plan, string folder, ComparisonOutcome outcome)
    {
        MachineInfo machine = Machine.Describe(session.Threads);
        ComparisonResult result = outcome.Report.Comparison! with { Machine = machine, Threads = session.Threads };
        string page = ReportFiles.Write(folder, outcome.Report with
        {
            Comparison = result,
            Machine = machine,
            Provenance = [.. outcome.Report.Provenance, .. Provenance.Of(session)],
            References = Bibliography.Of([.. Cited(plan, result)]),
        });
        return (result, page);
    }

    private static IEnumerable<string> Cited(Plan plan, ComparisonResult result)
    {
        string[] data = plan.Family switch
        {
            RotatedImagesPlan images => [images.Dataset],
            DigitPairsPlan pairs => [pairs.Dataset],
            _ => [],
        };
        return [Bibliography.Self, .. data, .. result.Comparison.Select(r => r.Optimizer)];
    }
}
