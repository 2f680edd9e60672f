using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Optimism;

/// <summary>The chapter on bilinear games.</summary>
internal static class GameSection
{
    private const double Least = 1e-16;

    public static ReportSection Of(OptimismResult result) => new("Bilinear games")
    {
        Paragraphs =
        [
            "Two players step at once on min over x, max over y of x'Ay. Simultaneous gradient descent-ascent leaves the saddle point whatever the step: with step η each step multiplies the distance along a singular value s by √(1 + η²s²). The hints of training turn it around: optimistic gradients (2g − the last g, in two conventions of the first step), an averaged hint, and Omega, which compares with an exponential average. "
            + "Each method plays at the one of five step sizes at which it ends nearest.",
        ],
        InPairs = true,
        Figures = [.. result.Games.GroupBy(g => g.Dimension).Select(g => new ReportFigure(Chart(g.Key, [.. g]), ""))],
        Tables =
        [
            new ReportTable(
                "Distance to the saddle point at the end",
                ["dimension of each player", "method", "step size × ‖A‖", "distance ÷ first", "converges"],
                [.. result.Games.Select(g => (IReadOnlyList<string>)
                    [NumberText.Count(g.Dimension), g.Optimizer, NumberText.Significant(g.Rate), NumberText.Significant(g.Final), g.Converges ? "yes" : "no"])],
                "Median over random games, singular values of A from 0.3 to 1. Converges: every game ended nearer than it began."),
        ],
    };

    private static LineChart Chart(int dimension, GameFigure[] games) => new()
    {
        Title = dimension == 1 ? "1 dimension a player" : $"{dimension} dimensions a player",
        Width = 504,
        Height = 340,
        XTitle = "step",
        YTitle = "distance to the saddle ÷ first",
        YKind = AxisKind.Logarithmic,
        Series = [.. games.Select((g, i) => new LineSeries(
            g.Optimizer, i == 0 ? new SeriesStyle(SeriesWeight.Baseline, 0) : new SeriesStyle(i <= 1 ? SeriesWeight.Learned : SeriesWeight.Rival, i <= 1 ? 0 : i - 2),
            [.. g.Steps], [.. g.Distance.Select(d => d > Least ? d : double.NaN)]))],
    };
}
