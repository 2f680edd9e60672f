using System.Globalization;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Rivals;

/// <summary>What to use when, in plain words, from what was measured.</summary>
public static class RivalAdvice
{
    private const string OfBest = " of the best of all others";

    private const string Others = "the best of all others on each held-out task (classic and hand-designed ones tuned on it, learned ones on the tasks that ours learned on)";

    private static readonly string Clear = NumberText.Count(RivalStandings.ClearFactor);

    /// <summary>What a family's learned optimizer is worth in time: less than <see cref="RivalStandings.ClearFactor"/> is neither.</summary>
    private enum Worth
    {
        Pays,
        Level,
        Costs,
        NotTimed,
    }

    /// <summary>The outcome in a sentence for each kind of model.</summary>
    /// <param name="result">What was found.</param>
    public static string Verdict(RivalResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        string unfinished = result.Unfinished.Length > 0 ? $"Unfinished: {result.Unfinished}. " : "";
        return $"{unfinished}Against {Others}: " + string.Join(" ", result.Summaries.Select((s, i) =>
            $"{(i == 0 ? "on" : "On")} {s.Name} the learned optimizer, not tuned, {Medians(s, "")}{Times(s)}; {InTheEnd(s)}."));

        static string Times(RivalSummary s) => s is { Seconds: null, Steps: not null }
            ? "" : $"; it has the least time of all on {Ratios.Part(s.LeastTime, s.Tasks)} held-out tasks, by a factor of {Clear} or more on {NumberText.Count(s.ClearlyLeastTime)}";
    }

    /// <summary>What to use when, a paragraph for each situation.</summary>
    /// <param name="result">What was found.</param>
    public static IReadOnlyList<string> Paragraphs(RivalResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        ILookup<Worth, RivalFamily> families = result.Families.ToLookup(WorthOf);
        RivalFamily[] reached = [.. result.Families.Where(f => Unlearned(f).Any(s => s.Seconds is not null))];
        var paragraphs = new List<string>();
        if (families[Worth.Pays].Any())
            paragraphs.AddRange(["You train models of one kind again and again, and have past tasks: learn an optimizer once.", .. families[Worth.Pays].Select(Learning)]);
        if (families[Worth.Level].Any())
            paragraphs.AddRange([$"Where that is level in time (within a factor of {Clear}) with the best of the others at its best tuning, which it saves:", .. families[Worth.Level].Select(Learning)]);
        if (reached.Length > 0)
        {
            paragraphs.Add("You train one model, or have no past tasks: " + string.Join("; ", reached.Select(f =>
                $"on {f.Plan} {Best(Unlearned(f), s => s.Seconds)} has the least time, {Best(Unlearned(f), s => s.Steps)} the fewest steps")) + ". Each was tuned on the task itself, but controls, which have nothing learned and nothing tuned.");
        }

        if (families[Worth.Costs].Any())
            paragraphs.Add("Where learning does not pay in time here: " + Briefly(Worth.Costs));
        if (families[Worth.NotTimed].Any())
            paragraphs.Add("Where steps were not timed: " + Briefly(Worth.NotTimed));
        paragraphs.Add("Other batches, widths, numbers of steps, wrong labels: 'metamirror reproduce robustness' maps where a learned optimizer still pays.");
        return paragraphs;

        string Briefly(Worth worth) => string.Join("; ", families[worth].Select(f => $"{f.Plan}, where {f.Champion} {Medians(f.Summary, OfBest)}; {InTheEnd(f.Summary)}")) + ".";
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
                    f.Standings.Any(s => s.Accuracy is not null) ? Best(f.Standings, s => -s.Accuracy) : "–",
                    Best(Unlearned(f), s => s.Seconds),
                ]),
            ],
            "One optimizer for all tasks of a family, by geometric means; only those that reached every target. Controls have nothing learned and nothing tuned. Accuracy: mean over the tasks.");
    }

    /// <summary>By the median and by most tasks.</summary>
    private static Worth WorthOf(RivalFamily family) => family.Summary switch
    {
        { Seconds: <= 1 / RivalStandings.ClearFactor } s when 2 * s.ClearlyLeastTime > s.Tasks => Worth.Pays,
        { Seconds: <= RivalStandings.ClearFactor } => Worth.Level,
        { Seconds: null, Steps: not null } => Worth.NotTimed,
        _ => Worth.Costs,
    };

    /// <summary>What learning bought on a family, and what it cost.</summary>
    private static string Learning(RivalFamily f) =>
        $"On {f.Plan}, {f.Champion} {Medians(f.Summary, OfBest)}, and has the least time on {Ratios.Part(f.Summary.LeastTime, f.Summary.Tasks)} tasks, by a factor of {Clear} or more on {NumberText.Count(f.Summary.ClearlyLeastTime)}; {InTheEnd(f.Summary)}. "
        + string.Concat(f.Standings.Where(s => s.Role == OptimizerRole.Control).Select(s => Control(s, f.Standings.First(own => own.Optimizer == f.Champion))))
        + $"Tuning those that are not learned took {NumberText.Count(Math.Round(Unlearned(f).Sum(s => s.TuningRuns)))} runs on each task; learning took the gradients of {Runs(f)} runs, once.";

    /// <summary>What of it the control has, without learning.</summary>
    private static string Control(RivalStanding control, RivalStanding own) => (control.Steps / own.Steps, control.Seconds / own.Seconds) switch
    {
        ({ } steps, { } seconds) => $"{control.Optimizer}, its control, takes {Ratios.Text(steps)} its steps and {Ratios.Text(seconds)} its time. ",
        _ => $"{control.Optimizer}, its control, reached the target on {NumberText.Count(control.Reached)}. ",
    };

    /// <summary>"needs 0.8× the steps and 0.5× the time in the median".</summary>
    private static string Medians(RivalSummary s, string of)
    {
        string reached = $"reached the target on {Ratios.Part(s.Reached, s.Tasks)} tasks, the others on {NumberText.Count(s.OthersReached)}", beside = s.Reached < s.Tasks || s.OthersReached < s.Tasks ? $" ({reached})" : "";
        return s switch
        {
            { Steps: null or 0 } => reached,
            { Steps: { } steps, Seconds: { } seconds and > 0 } => $"needs {Ratios.Text(steps)} the steps and {Ratios.Text(seconds)} the time{of} in the median{beside}",
            { Steps: { } steps } => $"needs {Ratios.Text(steps)} the steps{of} in the median{beside}, in a time that was not measured",
        };
    }

    /// <summary>Final loss and accuracy.</summary>
    private static string InTheEnd(RivalSummary s)
    {
        string accuracy = s.WithAccuracy > 0 ? $", its accuracy the best or within a standard error on {Ratios.Part(s.BestAccuracy, s.WithAccuracy)}" : "";
        return $"its final loss is level with the best or lower on {Ratios.Part(s.FinalWithin, s.Tasks)}{accuracy}";
    }

    private static string Best(IEnumerable<RivalStanding> standings, Func<RivalStanding, double?> figure) =>
        standings.Where(s => figure(s) is not null).MinBy(figure) is { } best ? best.Role == OptimizerRole.Control ? $"{best.Optimizer} (control)" : best.Optimizer : "none";

    /// <summary>Those that nothing was learned for, controls among them.</summary>
    private static IEnumerable<RivalStanding> Unlearned(RivalFamily family) => family.Standings.Where(s => s.Role is not OptimizerRole.Learned && s.LearningRuns is null);

    private static string Runs(RivalFamily family) => family.Standings.First(s => s.Optimizer == family.Champion).LearningRuns is { } runs ? runs.ToString("#,0", CultureInfo.InvariantCulture) : "–";
}
