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
    /// <summary>Runs the experiment and shows it. What was done before Ctrl-C, or before a plan that fails, has its page all the same.</summary>
    public static int Show(Session session, string folder, ReproduceRequest request, CompareEngine engine)
    {
        ProtocolScale scale = request.Scale.Of(ProtocolScale.Smoke, ProtocolScale.Quick, ProtocolScale.Paper);
        (Plan Plan, Keeping Keeping)[] plans = [.. RivalSuite.Plans(scale, request.Rivals).Select(p => (p, request.Keeping with { Folder = Path.Combine(folder, p.Name) }))];
        var done = new List<(Plan Plan, ComparisonResult Result)>();
        string unfinished = "";
        using (var progress = new ProgressScreen(session.Terminal))
        {
            EngineContext context = session.EngineContext(progress);

            // Missing data and checkpoints of something else must not be found out after hours.
            foreach ((Plan plan, _) in plans)
                PlanData.Used(plan, new DatasetCatalogue(context.Data));
            foreach ((Plan plan, Keeping keeping) in plans)
                ComparisonEngine.Prepare(plan, keeping, context);
            foreach ((Plan plan, Keeping keeping) in plans)
            {
                ComparisonOutcome outcome;
                try
                {
                    outcome = engine(new CompareRequest(plan, null, []) { Keeping = keeping }, context);
                }
                catch (OperationCanceledException) when (done.Count > 0)
                {
                    unfinished = Remaining(plans.Length, done.Count);
                    break;
                }
                catch (Exception error) when (done.Count > 0 && error is not OperationCanceledException)
                {
                    Finish(session, folder, scale, done, $"{Remaining(plans.Length, done.Count)}, and {plan.Name} failed");
                    throw;
                }

                Directory.CreateDirectory(keeping.Folder!);
                done.Add((plan, ComparisonRun.Write(session, plan, keeping.Folder!, outcome).Result));
                if (outcome.IsComplete)
                    continue;
                unfinished = $"{Remaining(plans.Length, done.Count - 1)}, and a part of {plan.Name}";
                break;
            }
        }

        Finish(session, folder, scale, done, unfinished);
        return unfinished.Length == 0 ? ExitCodes.Done : ComparisonRun.Canceled(session);
    }

    private static string Remaining(int plans, int done) => $"{done} of {plans} plans are done";

    /// <summary>Page, document, table and advice.</summary>
    private static void Finish(Session session, string folder, ProtocolScale scale, List<(Plan Plan, ComparisonResult Result)> done, string unfinished)
    {
        RivalResult result = RivalStandings.Of(done, scale.ToString().ToLowerInvariant(), session.Seed) with { Unfinished = unfinished };
        StudyFiles files = StudyFiles.Write(
            session, folder, "rivals", RivalReport.Of(result), RivalJson.ToText(result), [Bibliography.Self, .. result.Comparison.Select(r => r.Optimizer).Distinct(StringComparer.Ordinal)]);
        session.Screen.MarkupLine("[bold]The learned optimizer over the best of all others on each held-out task[/]");
        Tables.Write(
            session.Screen,
            [.. RivalReport.SummaryHeaders.Select((h, i) => new Column(h, IsNumber: i > 0))],
            RivalReport.Summaries(result).Select(s => (IReadOnlyList<string>)[.. RivalReport.SummaryCells(s).Select(Markup.Escape)]));
        foreach (string paragraph in (string[])[RivalAdvice.Verdict(result), .. RivalAdvice.Paragraphs(result)])
            session.People.WriteLine(paragraph);
        files.Tell(session);
    }
}
