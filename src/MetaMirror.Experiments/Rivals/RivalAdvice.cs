using System.Globalization;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Rivals;

/// <summary>What to use when, in plain words, from what was measured.</summary>
public static class RivalAdvice
{
    private const string OfBest = " of the best of all others";

    private const string Others = "the best of all others on each held-out task (classic and hand-designed ones tuned on it, learned ones on the tasks that ours learned on)";

    /// <summary>The outcome in a sentence for each kind of model.</summary>
    /// <param name="result">What was found.</param>
    public static string Verdict(RivalResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        string unfinished = result.Unfinished.Length > 0 ? $"Unfinished: {result.Unfinished}. " : "";
        return $"{unfinished}Against {Others}: " + string.Join(" ", result.Summaries.Select((s, i) =>
            $"{(i == 0 ? "on" : "On")} {s.Name} the learned optimizer, not tuned, {Medians(s, "")}; it has the least time of all on {Ratios.Part(s.LeastTime, s.Tasks)} held-out tasks, by a factor of {NumberText.Count(RivalStandings.ClearFactor)} or more on {NumberText.Count(s.ClearlyLeastTime)}."));
    }

    /// <summary>What to use when, a paragraph for each situation.</summary>
    /// <param name="result">What was found.</param>
    public static IReadOnlyList<string> Paragraphs(RivalResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        RivalFamily[] pays = [.. result.Families.Where(Pays)], others = [.. result.Families.Except(pays)], reached = [.. result.Families.Where(f => Unlearned(f).Any(s => s.Seconds is not null))];
        string[] fullBatch = [.. result.Families.Where(f => f.IsFullBatch).Select(f => f.Plan)];
        var paragraphs = new List<string>();
        if (pays.Length > 0)
        {
            paragraphs.Add("You train models of one kind again and again, and have past tasks: learn an optimizer once. " + string.Join("; ", pays.Select(f =>
                $"On {f.Plan}, {f.Champion} {Medians(f.Summary, OfBest)}, and has the least time on {Ratios.Part(f.Summary.LeastTime, f.Summary.Tasks)} tasks. Finding that best took {NumberText.Count(Unlearned(f).Sum(s => s.TuningRuns))} runs of tuning on each task; learning took the gradients of {Runs(f)} runs, once")) + ".");
        }

        if (reached.Length > 0)
        {
            paragraphs.Add("You train one model, or have no past tasks: " + string.Join("; ", reached.Select(f =>
                $"on {f.Plan} {Best(Unlearned(f), s => s.Seconds)} has the least time, {Best(Unlearned(f), s => s.Steps)} the fewest steps")) + ". Each was tuned on the task itself.");
        }

        if (others.Length > 0)
            paragraphs.Add("Where learning does not pay in time here: " + string.Join("; ", others.Select(f => $"{f.Plan}, where {f.Champion} {Medians(f.Summary, OfBest)}")) + ".");
        if (fullBatch.Length > 0)
            paragraphs.Add($"On full batches ({string.Join(", ", fullBatch)}) try a quasi-Newton method first: L-BFGS is not in this library, and not in these tables.");
        return paragraphs;
    }

    /// <summary>For each family, who is best in what.</summary>
    /// <param name="result">What was found.</param>
    public static ReportTable Table(RivalResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return new ReportTable(
            "The best in each respect",
            ["tasks", "least time to the target", "fewest steps", "lowest final loss", "best accuracy", "least time without past tasks"],
            [
                .. result.Families.Select(f => (IReadOnlyList<string>)
                [
                    f.Plan,
                    Best(f.Standings, s => s.Seconds),
                    Best(f.Standings, s => s.Steps),
                    Best(f.Standings, s => s.FinalLoss),
                    f.Standings.Where(s => s.Role != OptimizerRole.Control && s.Accuracy is not null).MaxBy(s => s.Accuracy)?.Optimizer ?? "–",
                    Best(Unlearned(f), s => s.Seconds),
                ]),
            ],
            "One optimizer for all tasks of a family, by geometric means; only those that reached every target. Accuracy: mean over the tasks.");
    }

    /// <summary>Whether the learned optimizer takes less time than the best of all others in the median, and on most tasks.</summary>
    private static bool Pays(RivalFamily family) => family.Summary is { Seconds: < 1 } s && 2 * s.LeastTime > s.Tasks;

    /// <summary>"needs 0.8× the steps and 0.5× the time in the median".</summary>
    private static string Medians(RivalSummary s, string of) => s switch
    {
        { Steps: { } steps, Seconds: { } seconds } => $"needs {Ratios.Text(steps)} the steps and {Ratios.Text(seconds)} the time{of} in the median",
        { Steps: { } steps } => $"needs {Ratios.Text(steps)} the steps{of} in the median",
        _ => "did not reach the target on half of the tasks",
    };

    private static string Best(IEnumerable<RivalStanding> standings, Func<RivalStanding, double?> figure) =>
        standings.Where(s => s.Role != OptimizerRole.Control && figure(s) is not null).MinBy(figure)?.Optimizer ?? "none";

    /// <summary>Those that nothing was learned for.</summary>
    private static IEnumerable<RivalStanding> Unlearned(RivalFamily family) => family.Standings.Where(s => s.Role is OptimizerRole.Baseline or OptimizerRole.Rival && s.LearningRuns is null);

    private static string Runs(RivalFamily family) => family.Standings.First(s => s.Optimizer == family.Champion).LearningRuns is { } runs ? runs.ToString("#,0", CultureInfo.InvariantCulture) : "–";
}
