using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Reports;

/// <summary>Curves along the run as sections of small charts, one per held-out task: accuracy over steps, loss and accuracy over seconds.</summary>
internal static class RunCharts
{
    /// <summary>Accuracies before this part of the run leave the picture: all optimizers begin with guessing, and end close to each other.</summary>
    private const double ShownFrom = 0.4;

    private const string AtBest = "Each tuned optimizer at its best setting for test accuracy.";
    private const string Seconds = "Seconds are steps times the milliseconds per step, measured after the comparison on one thread; meta-training is not in them.";

    /// <summary>Test accuracy over steps; null where it was not measured.</summary>
    public static ReportSection? Accuracy(ComparisonResult result, SeriesPalette palette) =>
        Section("Test accuracy along the run", $"Median over seeds, on the test data. {AtBest} The axis leaves out the first two fifths of the run, where all rise.", result.AccuracyCurves, "step", "test accuracy", AxisKind.Linear, AccuracyAxis, curve => Line(curve, palette, _ => 1));

    /// <summary>Training loss and test accuracy over seconds; without what was not measured.</summary>
    public static IEnumerable<ReportSection> InSeconds(ComparisonResult result, SeriesPalette palette)
    {
        double? Second(RunCurve curve) => result.Comparison.FirstOrDefault(r => r.Optimizer == curve.Optimizer && r.HeldOutTask == curve.Task)?.MillisecondsPerStep / 1_000;
        ReportSection?[] both =
        [
            Section("Training loss in seconds", $"Medians over seeds. {Seconds}", result.Curves, "seconds", Verdict.Words(result.Target.Quantity), AxisKind.Logarithmic, CurvesSection.LossAxis, curve => Line(curve, palette, Second)),
            Section("Test accuracy in seconds", $"Medians over seeds. {AtBest} {Seconds}", result.AccuracyCurves, "seconds", "test accuracy", AxisKind.Linear, AccuracyAxis, curve => Line(curve, palette, Second)),
        ];
        return both.OfType<ReportSection>();
    }

    private static ReportSection? Section(
        string title, string words, IReadOnlyList<RunCurve> curves, string xTitle, string yTitle, AxisKind kind, Func<IReadOnlyList<RunCurve>, Axis> axis, Func<RunCurve, LineSeries?> line)
    {
        var tasks = curves.GroupBy(c => c.Task, StringComparer.Ordinal).ToArray();
        var compact = tasks.Length > 1;
        ReportFigure[] figures =
        [
            .. from task in tasks
               let series = task.Select(line).OfType<LineSeries>().ToArray()
               where series.Any(s => s.Y.Any(y => Axis.IsDrawable(kind, y)))
               select new ReportFigure(
                   new LineChart
                   {
                       Title = task.Key, Width = compact ? 504 : 1040, Height = compact ? 320 : 460, XTitle = xTitle, YTitle = yTitle, YKind = kind, YAxis = axis([.. task]), Series = series,
                   },
                   ""),
        ];
        return figures.Length == 0 ? null : new ReportSection(title) { Paragraphs = [words], Figures = figures, InPairs = compact };
    }

    private static LineSeries? Line(RunCurve curve, SeriesPalette palette, Func<RunCurve, double?> unit) =>
        unit(curve) is { } u ? new LineSeries(palette.Label(curve.Optimizer), palette.Of(curve.Optimizer), [.. curve.Steps.Select(s => s * u)], curve.Median) : null;

    private static Axis AccuracyAxis(IReadOnlyList<RunCurve> curves) =>
        Axis.Around(AxisKind.Linear, curves.SelectMany(c => c.Median.Where((_, k) => c.Steps[k] >= ShownFrom * c.Steps[^1])), 0.04);
}
