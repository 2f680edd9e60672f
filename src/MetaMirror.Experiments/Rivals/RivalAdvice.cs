using System.Globalization;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Rivals;

/// <summary>What to use when, in plain words, from what was measured.</summary>
public static class RivalAdvice
{
    /// <summary>The outcome in a sentence or two.</summary>
    /// <param name="result">What was found.</param>
    public static string Verdict(RivalResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        RivalSummary all = result.Summaries[^1];
        string of = Text($"{all.LeastTime} of {all.Tasks} held-out tasks");
        return $"Against the best of all others on each held-out task, tuned on it: the learned optimizer, not tuned, needs {Ratio(all.Steps)} the steps and {Ratio(all.Seconds)} the time in the median; it needs the least time of all on {of}, by a factor of {Text(RivalStandings.ClearFactor)} or more on {Text(all.ClearlyLeastTime)}.";
    }

    /// <summary>What to use when, a paragraph for each situation.</summary>
    /// <param name="result">What was found.</param>
    public static IReadOnlyList<string> Paragraphs(RivalResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        RivalFamily[] pays = [.. result.Families.Where(Pays)], others = [.. result.Families.Except(pays)];
        var paragraphs = new List<string>();
        if (pays.Length > 0)
        {
            paragraphs.Add("You train models of one kind again and again, and have past tasks: learn an optimizer once. It has the least time to the target of all " + string.Join("; ", pays.Select(f =>
                $"on {f.Plan} ({f.Champion}: {Ratio(f.Summary.Steps)} the steps and {Ratio(f.Summary.Seconds)} the time of the best of the others, which took {Text(Tuned(f).TuningRuns)} runs of tuning on each task; learning took the gradients of {Runs(f)} runs once)")) + ".");
        }

        RivalFamily[] reached = [.. result.Families.Where(f => Unlearned(f).Any(s => s.Seconds is not null))];
        if (reached.Length > 0)
        {
            paragraphs.Add("You train one model, or have no past tasks: " + string.Join("; ", reached.Select(f =>
                $"on {f.Plan} {Best(f, s => s.Seconds)} has the least time, {Best(f, s => s.Steps)} the fewest steps")) + ". Each was tuned on the task itself.");
        }

        if (others.Length > 0)
        {
            paragraphs.Add("Where learning does not pay in time here: " + string.Join("; ", others.Select(f =>
                f.Standings.First(s => s.Optimizer == f.Champion).Seconds is null
                    ? $"{f.Plan}, where {f.Champion} did not reach every target"
                    : $"{f.Plan}, where {f.Champion} takes {Ratio(f.Summary.Seconds)} the time and {Ratio(f.Summary.Steps)} the steps of the best of the others")) + ".");
        }

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
                    Best(f, s => s.Seconds),
                ]),
            ],
            "Geometric means over the held-out tasks of a family; only optimizers that reached every target. Accuracy: mean over the tasks.");
    }

    /// <summary>Whether the learned optimizer has the least time of all over a family.</summary>
    private static bool Pays(RivalFamily family) => Best(family.Standings, s => s.Seconds) == family.Champion;

    private static string Best(IEnumerable<RivalStanding> standings, Func<RivalStanding, double?> figure) =>
        standings.Where(s => s.Role != OptimizerRole.Control && figure(s) is not null).MinBy(figure)?.Optimizer ?? "none";

    /// <summary>The best of those that nothing was learned for.</summary>
    private static string Best(RivalFamily family, Func<RivalStanding, double?> figure) => Best(Unlearned(family), figure);

    private static IEnumerable<RivalStanding> Unlearned(RivalFamily family) => family.Standings.Where(s => s.Role is OptimizerRole.Baseline or OptimizerRole.Rival && s.LearningRuns is null);

    private static RivalStanding Tuned(RivalFamily family) => Unlearned(family).MinBy(s => s.Seconds ?? double.PositiveInfinity)!;

    private static string Runs(RivalFamily family) => NumberText.Significant(family.Standings.First(s => s.Optimizer == family.Champion).LearningRuns ?? double.NaN, 2);

    private static string Ratio(double? ratio) => NumberText.Ratio(ratio ?? double.NaN);

    private static string Text(double number) => NumberText.Count(number);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
