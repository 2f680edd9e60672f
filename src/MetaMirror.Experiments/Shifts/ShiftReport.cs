using System.Globalization;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Shifts;

/// <summary>The report on shifted tasks: where the learned step no longer fits, and what adapting does there and elsewhere.</summary>
public static class ShiftReport
{
    /// <summary>The report.</summary>
    public static ReportModel Of(ShiftResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        string absent = result.IsStandIn ? "The data of the plan meant for this were not found: the embedded digits stand in. " : "";
        int degraded = result.Shifts.Count(s => s.Degrades);
        return new ReportModel
        {
            Title = "Shifted tasks: a learned optimizer that goes on adapting",
            Verdict = Verdict(result),
            Sections =
            [
                new ReportSection("Mean training loss beside the optimizer as it was learned")
                {
                    Paragraphs =
                    [
                        $"{absent}{(result.Learning is { } own ? $"An optimizer ({own}; not as the plan says, since rates cannot adapt where averages of iterates are deployed) was learned on all tasks of the plan '{result.Plan}', then it trained" : $"The optimizer of the plan '{result.Plan}' was learned on all tasks of the plan, then trained")} tasks of other rotations, batch sizes and contrasts: as it was learned (fixed), with rates that go on adapting (docs/online.md: anchored at the learned step, optimistic, with a stated regret), and with its steps a constant multiple of the learned ones. Same initial weights and mini-batches for all; nothing is tuned.",
                        $"The learned step no longer fits on {degraded} of {result.Shifts.Count} tasks: there another constant multiple of it (0.5, 0.7, 1.4 or 2) would have had a mean loss at least {Percent(ShiftFigure.Shortfall)} lower. That multiple is an oracle: it is known only after the runs it is chosen by.",
                    ],
                    Figures = [new ReportFigure(Ratios(result), "Below 1: lower mean training loss than the optimizer as it was learned.")],
                    Tables = [Summary("Where the learned step no longer fits", result.WhereItDegrades), Summary("All shifted tasks", result.Everywhere), Tasks(result)],
                },
            ],
            Definitions =
            [
                new("mean loss", "training loss on a fixed subset, mean over the run; ratios are of runs with the same seed, geometric mean over seeds."),
                new("final loss", "the same over the last tenth of the run."),
                new("worse", "mean loss higher than that of the fixed optimizer by more than the standard error over seeds."),
                new("worse in the end", "final loss, likewise."),
                new("contrast", "x' = m + c (x - m) for every image, m its mean."),
            ],
            Seed = result.Seed,
            Data = result.Data,
        };
    }

    /// <summary>The outcome in a sentence.</summary>
    public static string Verdict(ShiftResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (result.WhereItDegrades.Count == 0)
            return "The learned step fits all shifted tasks: no constant multiple of it is better by 2 %.";
        ShiftSummary best = result.WhereItDegrades.MinBy(s => s.MeanLoss ?? double.PositiveInfinity)!, same = result.Everywhere.First(s => string.Equals(s.Optimizer, best.Optimizer, StringComparison.Ordinal));
        string worse = same.Worse == 0 ? "on no task is it worse" : $"it is worse on {same.Worse} of {same.Tasks} tasks, at most by a factor of {Ratio(same.WorstMeanLoss)}";
        string end = $"Its final loss is {Ratio(best.FinalLoss)} in the median where the step no longer fits, and worse on {best.WorseInTheEnd} of those tasks.";
        return $"{best.Optimizer}: {Ratio(best.MeanLoss)} of the fixed optimizer's mean training loss in the median over the {best.Tasks} tasks where its step no longer fits, {Ratio(same.MeanLoss)} over all {same.Tasks}; {worse}. {end}";
    }

    /// <summary>The cells of a summary, for tables on pages and screens.</summary>
    public static IReadOnlyList<string> Cells(ShiftSummary s)
    {
        ArgumentNullException.ThrowIfNull(s);
        return [s.Optimizer, Ratio(s.MeanLoss), Ratio(s.WorstMeanLoss), Ratio(s.FinalLoss), Ratio(s.WorstFinalLoss), Points(s.Accuracy), $"{s.Worse} of {s.Tasks}", $"{s.WorseInTheEnd} of {s.Tasks}"];
    }

    /// <summary>Their headers.</summary>
    public static IReadOnlyList<string> Headers { get; } = ["optimizer", "mean loss: median", "worst", "final loss: median", "worst", "accuracy, points", "worse", "worse in the end"];

    private static ReportTable Summary(string title, IReadOnlyList<ShiftSummary> rows) =>
        new(title, Headers, [.. rows.Select(Cells)], "Over the optimizer as it was learned; below 1 is better.");

    private static ReportTable Tasks(ShiftResult result) => new(
        "Task by task: mean loss over that of the fixed optimizer (final loss)",
        ["rotation", "batch", "contrast", "fixed: mean loss", "final", "best multiple", .. result.Everywhere.Select(s => Short(s.Optimizer))],
        [
            .. result.Shifts.Select(s => (IReadOnlyList<string>)
            [
                NumberText.Brief(s.Task.Rotation),
                NumberText.Count(s.Task.BatchSize),
                NumberText.Brief(s.Task.Contrast),
                NumberText.Significant(s.FixedMeanLoss),
                NumberText.Significant(s.FixedFinalLoss),
                s.BestMultiple == 1 ? "1" : FormattableString.Invariant($"{s.BestMultiple}: {Ratio(s.BestMeanLoss)}"),
                .. result.Everywhere.Select(e => RowOf(s, e.Optimizer)).Select(r => $"{Ratio(r.MeanLoss)} ({Ratio(r.FinalLoss)})"),
            ]),
        ],
        "");

    /// <summary>Tasks in the order of what the best multiple gains.</summary>
    private static LineChart Ratios(ShiftResult result)
    {
        ShiftFigure[] ordered = [.. result.Shifts.OrderBy(s => s.BestMeanLoss)];
        double[] places = [.. Enumerable.Range(1, ordered.Length).Select(i => (double)i)];
        return new LineChart
        {
            Title = "mean training loss over that of the fixed optimizer",
            XTitle = "shifted task, in the order of what its best multiple gains",
            YTitle = "ratio",
            ReferenceLines = [new ReferenceLine(1, "fixed")],
            Series =
            [
                new LineSeries("best multiple (oracle)", new(SeriesWeight.Baseline, 0), places, [.. ordered.Select(s => s.BestMeanLoss)]),
                .. result.Everywhere.Select((e, i) => new LineSeries(
                    Short(e.Optimizer), i == 0 ? new(SeriesWeight.Learned, 0) : new(SeriesWeight.Rival, i - 1), places, [.. ordered.Select(s => RowOf(s, e.Optimizer).MeanLoss ?? double.NaN)])),
            ],
        };
    }

    private static ShiftRow RowOf(ShiftFigure figure, string optimizer) => figure.Rows.First(r => string.Equals(r.Optimizer, optimizer, StringComparison.Ordinal));

    /// <summary>What follows the name that all share.</summary>
    private static string Short(string optimizer) => optimizer[(optimizer.IndexOf(',', StringComparison.Ordinal) + 2)..];

    private static string Ratio(double? ratio) => ratio is { } r ? r.ToString("0.000", CultureInfo.InvariantCulture) : "diverged";

    private static string Points(double? difference) => difference is { } d ? (100 * d).ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture) : "–";

    private static string Percent(double share) => (100 * share).ToString("0", CultureInfo.InvariantCulture) + " %";
}
