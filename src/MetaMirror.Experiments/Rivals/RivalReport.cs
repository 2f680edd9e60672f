using System.Globalization;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Rivals;

/// <summary>The report on rivals: what to use when, the learned optimizer against the best of all others, performance profiles, all optimizers family by family.</summary>
public static class RivalReport
{
    /// <summary>The report.</summary>
    /// <param name="result">What was found.</param>
    public static ReportModel Of(RivalResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return new ReportModel
        {
            Title = "Rivals: what to use when",
            Verdict = RivalAdvice.Verdict(result),
            Notes = result.Scale == "smoke" ? ["Smoke scale: this shows that everything works, and nothing else."] : [],
            Sections =
            [
                new ReportSection("What to use when") { Paragraphs = RivalAdvice.Paragraphs(result), Tables = [RivalAdvice.Table(result)] },
                new ReportSection("The learned optimizer against the best of all others")
                {
                    Paragraphs = [$"The others are the classic optimizers, hand-designed rivals and learned optimizers of others. Classic and hand-designed ones are tuned on the held-out task itself, separately for every figure (where there are more than {RivalSuite.ScoutingSeeds} seeds, a setting that with the first {RivalSuite.ScoutingSeeds} is more than {100 * TuningPlan.ScoutingMargin:0} % worse than the best in every figure is not run with the others); learned ones of others are learned on the tasks that ours is learned on, and not tuned, as ours is not. Constants of ours that its plan states (momentum, averages, columns, exponents, which sides are rotated) were set once for a family of tasks, by losses on source tasks and on tasks of the same data that no plan has; those of the others are their authors'. Learned networks of others are smaller than in their papers. The best of the others is chosen on each task, for each figure, after the runs."],
                    Tables = [new ReportTable("Over the tasks", SummaryHeaders, [.. Summaries(result).Select(SummaryCells)], "Medians of ratios; below 1 the learned optimizer is better; 0 where it alone reached the target on half of the tasks, – where there it did not, or nobody did."), Duels(result)],
                },
                .. Profiles(result),
                .. result.Families.Select(Family),
            ],
            Definitions =
            [
                new("steps", "median over seeds of the first step at which the target was reached; every plan's own report says which target."),
                new("seconds", "steps times milliseconds per step (gradient plus update, one thread, all optimizers in turn)."),
                new("final loss", "training loss over the last tenth of the run, median over seeds, without the penalty of models that have one (where it says little: all minimize both); below a millionth of the target rounding decides, and it counts as that."),
                new("same for all", "initial weights, mini-batches, number of seeds, steps of a run; a rule that tries its steps takes more than one gradient for each, as the tables of the families say."),
                new("learning runs", "training runs whose gradients learning took (a Hessian-vector product counts as two). Learned optimizers of others take at least as many inner gradients as ours took."),
            ],
            Seed = result.Seed,
            Data = result.Data,
        };
    }

    /// <summary>Headers of summaries, for tables on pages and screens.</summary>
    public static IReadOnlyList<string> SummaryHeaders { get; } = ["tasks", "number", "steps", "seconds", "final loss", "fewest steps or as few", "least time or as little", $"by {RivalStandings.ClearFactor.ToString(CultureInfo.InvariantCulture)} or more", "final loss level or lower", "best accuracy"];

    /// <summary>Summaries in the order in which they are shown: families, then all.</summary>
    public static IEnumerable<RivalSummary> Summaries(RivalResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return result.Families.Select(f => f.Summary).Concat(result.Summaries);
    }

    /// <summary>The cells of a summary.</summary>
    public static IReadOnlyList<string> SummaryCells(RivalSummary s)
    {
        ArgumentNullException.ThrowIfNull(s);
        return [s.Name, NumberText.Count(s.Tasks), Ratios.Text(s.Steps), Ratios.Text(s.Seconds), Ratios.Text(s.FinalLoss), Ratios.Part(s.FewestSteps, s.Tasks), Ratios.Part(s.LeastTime, s.Tasks), Ratios.Part(s.ClearlyLeastTime, s.Tasks), Ratios.Part(s.FinalWithin, s.Tasks), s.WithAccuracy == 0 ? "–" : Ratios.Part(s.BestAccuracy, s.WithAccuracy)];
    }

    private static ReportTable Duels(RivalResult result) => new(
        "Task by task",
        ["tasks", "held out", "learned", "steps", "best of the others", "ratio", "seconds", "best of the others", "ratio", "final loss: ratio", "accuracy, %", "best of the others"],
        [
            .. result.Duels.Select(d => (IReadOnlyList<string>)
            [
                d.Family, d.Task, d.Champion,
                Count(d.Steps.Own), Named(d.Steps, NumberText.Count), Ratios.Text(d.Steps.Ratio),
                Number(d.Seconds.Own), Named(d.Seconds, s => NumberText.Significant(s)), Ratios.Text(d.Seconds.Ratio),
                Ratios.Text(d.FinalLoss.Ratio),
                Percent(d.Accuracy.Own) + (d.IsAccuracyBest == true ? " (best)" : ""), Named(d.Accuracy, a => Percent(a)),
            ]),
        ],
        "Ratio: learned over the best of the others. (best): the highest mean accuracy, or less by no more than one standard error.");

    private static IEnumerable<ReportSection> Profiles(RivalResult result)
    {
        ComparisonResult all = RivalStandings.Together(result, result.Profiled);
        var palette = new SeriesPalette(all);
        ReportFigure[] figures =
        [
            .. new[] { ProfileMeasure.Steps, ProfileMeasure.Seconds }.Select(m => ProfileSection.Chart(all, palette, m)).OfType<LineChart>().Select(chart => new ReportFigure(chart, "")),
        ];
        if (figures.Length == 0)
            yield break;
        Dictionary<string, double> seconds = result.SecondsScores.ToDictionary(s => s.Optimizer, s => s.Score, StringComparer.Ordinal);
        yield return new ReportSection("Performance profiles")
        {
            Paragraphs = [$"Over the tasks of {string.Join(", ", result.Profiled)}, of the optimizers that were run on all of them, beside the best of all; 'learned optimizer' is the one that each plan learns."],
            Figures = figures,
            Tables =
            [
                new ReportTable(
                    "Scores",
                    ["optimizer", "steps", "seconds", "tasks reached"],
                    [.. result.StepsScores.Select(s => (IReadOnlyList<string>)[s.Optimizer, NumberText.Significant(s.Score), NumberText.Significant(seconds[s.Optimizer]), Ratios.Part(s.Reached, s.Tasks)])],
                    "Mean of the profile over τ from 1 to 4 (AlgoPerf), 1 for the best optimizer on every task; what was not reached counts as infinite."),
            ],
        };
    }

    private static ReportSection Family(RivalFamily family) => new(family.Plan)
    {
        Paragraphs = [$"{family.Description} Runs, curves and settings are in {family.Plan}/report.html.", .. family.Notes],
        Tables =
        [
            new ReportTable(
                "All optimizers, least time first",
                ["optimizer", "part", "time", "steps", "final loss", "accuracy, %", "targets reached", "gradients a step", "tuning runs a task", "learning runs, once", "diverged runs"],
                [
                    .. family.Standings.Select(s => (IReadOnlyList<string>)
                    [
                        s.Optimizer, Part(s, family), Ratios.Text(s.Seconds), Ratios.Text(s.Steps), Ratios.Text(s.FinalLoss), Percent(s.Accuracy), Ratios.Part(s.Reached, family.Summary.Tasks), NumberText.Brief(s.GradientsPerStep), NumberText.Count(s.TuningRuns),
                        s.LearningRuns is { } runs ? NumberText.Significant(runs, 2) : "–", NumberText.Count(s.Diverged),
                    ]),
                ],
                "Over the best of all but controls on each task, geometric mean; –: not reached somewhere, or diverged. Diverged runs: at the settings that are best for steps."),
        ],
    };

    private static string Part(RivalStanding s, RivalFamily family) => s.Role switch
    {
        OptimizerRole.Learned => s.Optimizer == family.Champion ? "learned, ours" : "learned, ours too",
        OptimizerRole.Rival => s.LearningRuns is null ? "rival" : "rival, learned",
        OptimizerRole.Control => "control",
        _ => "classic",
    };

    private static string Named(FigureDuel duel, Func<double, string> text) => duel is { Best: { } name, Others: { } value } ? $"{name} {text(value)}" : "–";

    private static string Count(double? value) => NumberText.Count(value ?? double.NaN);

    private static string Number(double? value) => NumberText.Significant(value ?? double.NaN);

    private static string Percent(double? share) => share is { } s ? (100 * s).ToString("0.0", CultureInfo.InvariantCulture) : "–";
}
