using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Screens;
using MetaMirror.Experiments.Citations;
using MetaMirror.Experiments.Optimism;

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

        StudyFiles files = StudyFiles.Write(
            session, folder, "optimism", OptimismReport.Of(outcome), OptimismJson.ToText(outcome.Result), [.. Cited, .. outcome.Result.Comparison.Select(r => r.Optimizer)]);
        OptimismScreen.Write(session, outcome.Result);
        files.Tell(session);
        return ExitCodes.Done;
    }
}
