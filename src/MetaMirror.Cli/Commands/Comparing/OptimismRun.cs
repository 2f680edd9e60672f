using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Machines;
using MetaMirror.Cli.Output;
using MetaMirror.Cli.Screens;
using MetaMirror.Experiments.Citations;
using MetaMirror.Experiments.Optimism;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Cli.Commands.Comparing;

/// <summary><c>reproduce optimism</c>: progress, report, tables or document.</summary>
internal static class OptimismRun
{
    private static readonly string[] Cited = [Bibliography.Self, "omg", "bmg", "omega", "optimistic-sgd", "adagrad", "hypergradient-descent"];

    /// <summary>Runs the experiment and shows it.</summary>
    public static int Show(Session session, string folder, ReproductionScale scale, OptimismEngine engine)
    {
        OptimismOutcome outcome;
        using (var progress = new ProgressScreen(session.Terminal))
        {
            progress.Begin("rates");
            outcome = engine(scale, session.EngineContext(progress));
        }

        ReportModel report = OptimismReport.Of(outcome);
        string[] trained = [.. outcome.Result.Comparison.Select(r => r.Optimizer)];
        string page = ReportFiles.Write(folder, report with
        {
            Machine = Machine.Describe(session.Threads),
            Provenance = [.. report.Provenance, .. Provenance.Of(session)],
            References = Bibliography.Of([.. Cited, .. trained]),
        });
        string document = OptimismJson.ToText(outcome.Result);
        WholeFile.Write(Path.Combine(folder, "optimism.json"), writer => writer.Write(document + "\n"));
        OptimismScreen.Write(session, outcome.Result);
        session.People.WriteLine($"Report: {page}");
        if (session.Json)
            session.WriteDocument(document);
        return ExitCodes.Done;
    }
}
