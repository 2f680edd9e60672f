using System.Globalization;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Robustness;

/// <summary>The report on changed training: a map of where a learned optimizer pays.</summary>
public static class RobustnessReport
{
    /// <summary>The report.</summary>
    /// <param name="result">What was found.</param>
    public static ReportModel Of(RobustnessResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        string absent = result.IsStandIn ? "The data of the plan meant for this were not found: the embedded digits stand in. " : "";
        return new ReportModel
        {
            Title = "Changed training: a map of where a learned optimizer pays",
            Verdict = Verdict(result),
            Notes = result.Scale == "smoke" ? ["Smoke scale: this shows that everything works, and nothing else."] : [],
            Sections =
            [
                new ReportSection("Beside Adam, tuned for every change")
                {
                    Paragraphs =
                    [
                        $"{absent}{result.Optimizer} was learned on the other tasks of the plan '{result.Plan}', for its batch size, width and number of steps, then deployed on the held-out ones with others, and with wrong training labels. Adam's rate and schedule are tuned for each change on the held-out task itself; the learned optimizer is not tuned, and knows nothing of the change but the number of steps, over which its schedule stretches.",
                        "At other widths its steps, schedule and exponent are what was learned; bases of as many columns start where they did, others at random.",
                    ],
                    Figures = [new ReportFigure(Chart(result), "Median over the held-out tasks, and their range. Below 1 the learned optimizer reaches Adam's final loss in fewer steps.")],
                    Tables = [new ReportTable("The map", Headers, [.. result.Map.Select(Cells)], "Learned over Adam: below 1 the learned optimizer is better. –: not reached, or diverged."), Tasks(result)],
                },
            ],
            Definitions =
            [
                new("steps", "median steps to tuned Adam's final training loss on the changed task, over Adam's own."),
                new("mean loss, final loss", "training loss over the run, and over its last tenth (of the wrong labels where there are such); Adam at its best setting for each."),
                new("accuracy", "test accuracy, in points; test labels are never wrong."),
                new("seconds", "steps times milliseconds per step, the least of the measurements of one batch size and width."),
                new("pays", "fewer steps than Adam's on every held-out task, and no run diverged; in time too: less than nine tenths of the time, likewise. Less accurate: by more than a standard error on a task."),
            ],
            Seed = result.Seed,
            Data = result.Data,
        };
    }

    /// <summary>The outcome in a sentence or two.</summary>
    /// <param name="result">What was found.</param>
    public static string Verdict(RobustnessResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        RobustnessSummary home = result.Map[0];
        RobustnessSummary[] changed = [.. result.Map.Skip(1)];
        string[] not = Changes(m => !m.Pays), time = Changes(m => m.Pays && !m.PaysInTime), worse = Changes(m => m.IsLessAccurate);
        string sentence = $"{result.Optimizer}, trained as learned, {(home.Pays ? $"needs {Ratios.Text(home.Steps)} the steps" : "does not need fewer steps")} of Adam tuned on the same task. ";
        sentence += not.Length == 0
            ? $"With every change tried it needs fewer steps than Adam tuned for that change, on every held-out task."
            : $"It degrades against Adam tuned for the change: it does not need fewer steps on every held-out task with {string.Join("; ", not)}; with the other {Text(changed.Length - not.Length)} of {Text(changed.Length)} it does.";
        return sentence
            + (time.Length == 0 ? "" : $" In steps alone, not clearly in time: {string.Join("; ", time)}.")
            + (worse.Length == 0 ? "" : $" Its test accuracy is lower by more than a standard error on a task with {string.Join("; ", worse)}.");

        string[] Changes(Func<RobustnessSummary, bool> which) => [.. changed.Where(which).Select(m => m.Change)];
    }

    /// <summary>Headers of the map, for tables on pages and screens.</summary>
    public static IReadOnlyList<string> Headers { get; } = ["training", "steps", "seconds", "mean loss", "final loss", "accuracy, points", "pays"];

    /// <summary>The cells of a line of the map.</summary>
    /// <param name="s">The line.</param>
    public static IReadOnlyList<string> Cells(RobustnessSummary s)
    {
        ArgumentNullException.ThrowIfNull(s);
        return [s.Change, Ratios.Text(s.Steps), Ratios.Text(s.Seconds), Ratios.Text(s.MeanLoss), Ratios.Text(s.FinalLoss), Points(s.Accuracy), !s.Pays ? "no" : (s.PaysInTime ? "yes" : "in steps") + (s.IsLessAccurate ? ", less accurate" : "")];
    }

    private static ReportTable Tasks(RobustnessResult result) => new(
        "Task by task",
        ["training", "held out", "steps", "seconds", "mean loss", "final loss", "accuracy, points", "diverged"],
        [
            .. result.Rows.Select(r => (IReadOnlyList<string>)
            [
                r.Change, r.Task, Ratios.Text(r.Steps), Ratios.Text(r.Seconds), Ratios.Text(r.MeanLoss), Ratios.Text(r.FinalLoss),
                Points(r.Accuracy) + (r.AccuracyError is { } error ? $" ± {(100 * error).ToString("0.0", CultureInfo.InvariantCulture)}" : ""), Text(r.Diverged),
            ]),
        ],
        "");

    private static IntervalChart Chart(RobustnessResult result) => new()
    {
        Title = "Steps to Adam's final loss, learned over Adam",
        Description = string.Join(", ", result.Map.Select(m => $"{m.Change}: {Ratios.Text(m.Steps)}")),
        Width = 1040,
        XTitle = "ratio of steps; below 1 learning pays",
        Rows =
        [
            .. result.Map.Select(m =>
            {
                double[] ratios = [.. result.Rows.Where(r => r.Change == m.Change).Select(r => r.Steps).OfType<double>()];
                return new IntervalRow(
                    m.Change, new SeriesStyle(m.Pays ? SeriesWeight.Learned : SeriesWeight.Rival, 0), m.Steps ?? double.NaN, ratios.DefaultIfEmpty(double.NaN).Min(), Finite(ratios.DefaultIfEmpty(double.NaN).Max()), Ratios.Text(m.Steps));
            }),
        ],
    };

    private static double Finite(double value) => double.IsFinite(value) ? value : double.NaN;

    private static string Points(double? difference) => difference is { } d ? (100 * d).ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture) : "–";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
