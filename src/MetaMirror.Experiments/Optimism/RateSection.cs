using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Optimism;

/// <summary>The chapter on rates.</summary>
internal static class RateSection
{
    /// <summary>Gaps below this are rounding.</summary>
    private const double Least = 1e-15;

    public static ReportSection Of(OptimismResult result)
    {
        RateEnvelope envelope = result.Envelope;
        RateCurves[] all = [envelope.Curves, .. result.FixedQuadratics];
        return new ReportSection("A hint turns 1/T into 1/T²")
        {
            Paragraphs =
            [
                $"Left: the largest gap over {NumberText.Count(envelope.Curvatures)} losses f = h/2 (x − 1)², h from 1e-9 to 1, at each number of steps T, for the family x = w with one β for all of them. No single quadratic can show such a rate, because on each the gap falls faster in the end; the worst case over h can. "
                + "The others are fixed ill-conditioned quadratics, for which the theory promises the bounds but no slope.",
            ],
            InPairs = true,
            Figures = [.. all.Select((c, i) => new ReportFigure(Chart(c), i == 0
                ? $"Fitted over T = {RateStudy.FirstFitted} to {RateStudy.LastFitted}: slope {OptimismReport.Number(envelope.SlopeWithoutHint, "0.000")} without hints, {OptimismReport.Number(envelope.SlopeWithHint, "0.000")} with. Dashed: the bounds."
                : ""))],
            Tables =
            [
                new ReportTable(
                    "Gaps and bounds",
                    ["problem", "gap without hints", "bound", "gap with hints", "bound ", "slope without", "slope with", "largest gap ÷ bound", "repeated", "bounds kept"],
                    [.. all.Select(c => (IReadOnlyList<string>)
                    [
                        c.Name, NumberText.Significant(c.WithoutHint[^1]), NumberText.Significant(c.BoundWithoutHint[^1]), NumberText.Significant(c.WithHint[^1]), NumberText.Significant(c.BoundWithHint[^1]),
                        OptimismReport.Number(RateStudy.Slope(c.Steps, c.WithoutHint)), OptimismReport.Number(RateStudy.Slope(c.Steps, c.WithHint)),
                        NumberText.Significant(c.WorstRatio), NumberText.Count(c.Repeats), c.BoundsHold ? "at every step" : "no",
                    ])],
                    "At T = 4,000; slopes over T = 400 to 4,000. Repeated: runs made again with a larger λ because the premise λ_t ≤ λ had failed; such a run never counts as kept. Without hints one step attains the bound."),
            ],
        };
    }

    private static LineChart Chart(RateCurves c) => new()
    {
        Title = char.ToUpperInvariant(c.Name[0]) + c.Name[1..],
        Width = 504,
        Height = 360,
        XTitle = "steps T",
        YTitle = "f(average) − f*",
        XKind = AxisKind.Logarithmic,
        YKind = AxisKind.Logarithmic,
        Series =
        [
            new("without", new SeriesStyle(SeriesWeight.Baseline, 0), [.. c.Steps], Floored(c.WithoutHint)),
            new("with hints", new SeriesStyle(SeriesWeight.Learned, 0), [.. c.Steps], Floored(c.WithHint)),
            new("bound", new SeriesStyle(SeriesWeight.Control, 0), [.. c.Steps], c.BoundWithoutHint),
            new("bound, hints", new SeriesStyle(SeriesWeight.Control, 1), [.. c.Steps], c.BoundWithHint),
        ],
    };

    private static double[] Floored(double[] gaps) => [.. gaps.Select(g => g > Least ? g : double.NaN)];
}
