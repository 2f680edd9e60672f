using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Reports;

/// <summary>Training loss along the run, and test accuracy where it was measured: one chart per held-out task.</summary>
internal static class CurvesSection
{
    /// <summary>A run that blows up must not flatten the others: the axis ends at this multiple of the greatest first loss.</summary>
    private const double Headroom = 2;

    public static void Write(MarkupWriter html, ReportModel model, SeriesPalette palette)
    {
        if (model.Comparison is not { Curves.Count: > 0 } comparison) return;
        var tasks = comparison.Curves.GroupBy(c => c.Task, StringComparer.Ordinal).ToArray();
        var compact = tasks.Length > 2;
        html.Open("section");
        html.Element("h2", "Training loss");
        if (compact) html.Open("div", ("class", "pair"));
        foreach (var task in tasks)
        {
            html.Open("div");
            if (tasks.Length > 1) html.Element("h3", task.Key);
            HtmlTable.Picture(html, Chart(comparison, task.Key, [.. task], palette, compact), "");
            html.Close();
        }

        if (compact) html.Close();
        var banded = comparison.Curves.Any(c => c.Lower.Length > 0);
        html.Element(
            "p",
            $"{Capitalized(Verdict.Words(comparison.Target.Quantity))} on a logarithmic axis: median over runs"
            + (banded ? ", shaded from the first to the third quartile" : "")
            + ". Each optimizer at its best setting for steps to target; dots mark where the median run first reached the target.",
            ("class", "caption"));
        html.Close();
        if (RunCharts.Accuracy(comparison, palette) is { } accuracy) PictureSections.WriteSection(html, accuracy);
    }

    private static LineChart Chart(ComparisonResult comparison, string task, RunCurve[] curves, SeriesPalette palette, bool compact)
    {
        var rows = comparison.Comparison.Where(r => string.Equals(r.HeldOutTask, task, StringComparison.Ordinal)).ToArray();
        var target = rows.Select(r => Figure.OrNull(r.Target)).FirstOrDefault(t => t.HasValue) ?? comparison.Target.Value.Number;
        var quantity = Verdict.Words(comparison.Target.Quantity);
        return new LineChart
        {
            Title = $"Training curves on {task}",
            Description = Described(rows, quantity),
            Width = compact ? 504 : 1040,
            Height = compact ? 320 : 460,
            XTitle = "step",
            YTitle = quantity,
            YKind = AxisKind.Logarithmic,
            YAxis = LossAxis(curves, target),
            Series = [.. curves.Select(c => new LineSeries(palette.Label(c.Optimizer), palette.Of(c.Optimizer), [.. c.Steps.Select(s => (double)s)], c.Median) { Lower = c.Lower, Upper = c.Upper })],
            ReferenceLines = target is { } value ? [new ReferenceLine(value, "target " + NumberText.Brief(value))] : [],
            Marks = target is { } height
                ? [.. rows.Where(Duel.Reaches).OrderBy(r => palette.Of(r.Optimizer).Layer).Select(r => new PointMark(r.StepsToTarget.Median!.Value, height, palette.Of(r.Optimizer), $"{palette.Label(r.Optimizer)}: {NumberText.Count(r.StepsToTarget.Median!.Value)} steps"))]
                : [],
        };
    }

    /// <summary>The axis of losses, without what a run that blows up reaches.</summary>
    public static Axis LossAxis(IReadOnlyList<RunCurve> curves) => LossAxis(curves, null);

    private static Axis LossAxis(IReadOnlyList<RunCurve> curves, double? target)
    {
        var firsts = curves.Select(c => c.Median.Length > 0 ? c.Median[0] : double.NaN).Where(double.IsFinite).ToArray();
        var most = firsts.Length > 0 && firsts.Max() > 0 ? Headroom * firsts.Max() : double.MaxValue;
        return Axis.Around(AxisKind.Logarithmic, curves.SelectMany(c => c.Median).Append(target ?? double.NaN).Where(v => v <= most), 0.04);
    }

    private static string Described(ComparisonRow[] rows, string quantity)
    {
        var reached = rows.Where(Duel.Reaches).OrderBy(r => r.StepsToTarget.Median).Select(r => $"{r.Label ?? r.Optimizer} after {NumberText.Count(r.StepsToTarget.Median!.Value)} steps").ToArray();
        return reached.Length == 0 ? $"No optimizer reached the target {quantity}" : $"Target {quantity} reached by {string.Join(", ", reached)}";
    }

    private static string Capitalized(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}
