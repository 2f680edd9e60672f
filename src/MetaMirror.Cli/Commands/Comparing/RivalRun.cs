using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Screens;
using MetaMirror.Experiments.Citations;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Protocols;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Rivals;
using Spectre.Console;

namespace MetaMirror.Cli.Commands.Comparing;

/// <summary><c>reproduce rivals</c>: the comparisons of several plans, each with its own report, and the page over all.</summary>
internal static class RivalRun
{
    /// <summary>Runs the experiment and shows it.</summary>
    public static int Show(Session session, string folder, ReproduceRequest request, CompareEngine engine)
    {
        ProtocolScale scale = request.Scale.Of(ProtocolScale.Smoke, ProtocolScale.Quick, ProtocolScale.Paper);
        IReadOnlyList<Plan> plans = RivalSuite.Plans(scale, request.Rivals);
        var done = new List<(Plan Plan, ComparisonResult Result)>();
        bool isComplete = true;
        using (var progress = new ProgressScreen(session.Terminal))
        {
            EngineContext context = session.EngineContext(progress);

            // Missing data must not be found out after an hour's work.
            foreach (Plan plan in plans)
                PlanData.Used(plan, new DatasetCatalogue(context.Data));
            foreach (Plan plan in plans)
            {
                string own = Path.Combine(folder, plan.Name);
                Directory.CreateDirectory(own);
                ComparisonOutcome outcome;
                try
                {
                    outcome = engine(new CompareRequest(plan, null, []) { Keeping = new Keeping(own, request.Keeping.Resume) }, context);
                }
                catch (OperationCanceledException) when (done.Count > 0)
                {
                    isComplete = false;
                    break;
                }

                done.Add((plan, ComparisonRun.Write(session, plan, own, outcome).Result));
                isComplete = outcome.IsComplete;
                if (!isComplete)
                    break;
            }
        }

        RivalResult result = RivalStandings.Of(done, scale.ToString().ToLowerInvariant(), session.Seed);
        StudyFiles files = StudyFiles.Write(
            session, folder, "rivals", RivalReport.Of(result), RivalJson.ToText(result), [Bibliography.Self, .. result.Comparison.Select(r => r.Optimizer).Distinct(StringComparer.Ordinal)]);
        session.Screen.MarkupLine("[bold]The learned optimizer over the best of all others on each held-out task, tuned on it[/]");
        Tables.Write(
            session.Screen,
            [.. RivalReport.SummaryHeaders.Select((h, i) => new Column(h, IsNumber: i > 0))],
            RivalReport.Summaries(result).Select(s => (IReadOnlyList<string>)[.. RivalReport.SummaryCells(s).Select(Markup.Escape)]));
        foreach (string paragraph in (string[])[RivalAdvice.Verdict(result), .. RivalAdvice.Paragraphs(result)])
            session.People.WriteLine(paragraph);
        files.Tell(session);
        return isComplete ? ExitCodes.Done : ComparisonRun.Canceled(session);
    }
}
