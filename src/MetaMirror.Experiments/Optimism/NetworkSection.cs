using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Tuning;

namespace MetaMirror.Experiments.Optimism;

/// <summary>The chapter on the network: final loss against the rate to start from, losses from one untuned rate.</summary>
internal static class NetworkSection
{
    private const double Untuned = NetworkFigures.UntunedRate, Least = NetworkFigures.LeastRate, Most = NetworkFigures.MostRate, HighestDrawn = 3;

    public static ReportSection Of(IReadOnlyList<NetworkCurve> curves, NetworkFigures figures, OptimismSizes sizes)
    {
        NetworkCurve heavyBall = curves[0];
        double target = heavyBall.Best.FinalLoss;
        return new ReportSection("A network: element-wise rates learned online")
        {
            Paragraphs =
            [
                $"In place of the paper's ImageNet figure: {figures.Task}; {NumberText.Count(sizes.NetworkSteps)} steps on mini-batches, {NumberText.Count(sizes.NetworkSeeds)} seeds, constant rates or rates learned online from where they start. Plain meta-gradients: hypergradient descent as printed (Algorithm 1) over SGD, and normalized over heavy ball. "
                + "Optimistic: the same with the last hypergradient as hint, and averaged iterates with meta-gradients of the whole path (Algorithm 4 made for training), without hint and with.",
                $"{figures.Sentence} Without the hint (averaged-meta-gradient): {Ratio(curves[^2].Worst(Least, Most) / target)}.",
            ],
            InPairs = true,
            Figures = [new ReportFigure(FinalLosses(curves), ""), new ReportFigure(Losses(curves, target), "")],
            Tables =
            [
                new ReportTable(
                    "Final training loss and steps to that of heavy ball at its best rate",
                    ["optimizer", "best: loss (rate)", "worst over rates 0.001 to 1", "÷ heavy ball’s best", "from 0.01: final loss", "steps to the target", "÷ heavy ball’s"],
                    [.. curves.Select(c => Row(c, heavyBall))],
                    $"Median over seeds. Target: {NumberText.Significant(target)}, the final loss of heavy ball at its best rate, which it reaches first after {Steps(heavyBall.Best, target)} steps."),
            ],
        };
    }

    /// <summary>The numbers that the chapter is about.</summary>
    public static IReadOnlyList<PaperFigure> Paper(NetworkFigures figures) =>
    [
        new("network: worst final loss over rates 0.001 to 1 ÷ heavy ball's best", null, figures.WorstFinalLossRatio, $"ours: {figures.Optimizer}; the paper shows ImageNet, its numbers were not at hand"),
        new("network: steps from rate 0.01 to heavy ball's best final loss ÷ heavy ball's own", null, figures.UntunedStepsRatio, "as above"),
    ];

    private static IReadOnlyList<string> Row(NetworkCurve c, NetworkCurve heavyBall)
    {
        double target = heavyBall.Best.FinalLoss;
        Trial? untuned = c.From(Untuned);
        return
        [
            c.Name,
            $"{Loss(c.Best.FinalLoss)} ({NumberText.Significant(c.Best.Setting.LearningRate, 1)})",
            Loss(c.Worst(Least, Most)),
            Ratio(c.Worst(Least, Most) / target),
            untuned is null ? "–" : Loss(untuned.FinalLoss),
            untuned is null ? "–" : Steps(untuned, target),
            NetworkFigures.StepsRatio(c, heavyBall) is { } share ? NumberText.Ratio(share) : "–",
        ];
    }

    private static string Loss(double loss) => double.IsFinite(loss) ? NumberText.Significant(loss) : "diverged";

    private static string Ratio(double ratio) => double.IsFinite(ratio) ? NumberText.Ratio(ratio) : "–";

    private static string Steps(Trial trial, double target) => trial.StepsTo(target).Median is { } steps ? NumberText.Count(steps) : "not reached";

    private static LineChart FinalLosses(IReadOnlyList<NetworkCurve> curves) => new()
    {
        Title = "final training loss",
        Width = 504,
        Height = 380,
        XTitle = "rate to start from",
        YTitle = "training loss, last tenth",
        XKind = AxisKind.Logarithmic,
        YKind = AxisKind.Logarithmic,
        Series =
        [
            .. curves.Select((c, i) => new LineSeries(
                c.Name, Style(i, curves.Count), [.. c.Trials.Select(t => t.Setting.LearningRate)], [.. c.Trials.Select(t => t.FinalLoss < HighestDrawn ? t.FinalLoss : double.NaN)])),
        ],
    };

    private static LineChart Losses(IReadOnlyList<NetworkCurve> curves, double target) => new()
    {
        Title = "training loss from rate 0.01; heavy ball at its best",
        Width = 504,
        Height = 380,
        XTitle = "step",
        YTitle = "training loss",
        YKind = AxisKind.Logarithmic,
        ReferenceLines = [new ReferenceLine(target, "target")],
        Series =
        [
            .. curves.Select((c, i) => (Trial: i == 0 ? c.Best : c.From(Untuned), c.Name, Style: Style(i, curves.Count))).Where(c => c.Trial is not null).Select(c => Median(c.Name, c.Style, c.Trial!)),
        ],
    };

    private static LineSeries Median(string name, SeriesStyle style, Trial trial)
    {
        int n = trial.Runs[0].Losses.Length;
        double[] steps = [.. Enumerable.Range(0, n).Select(k => (double)k * trial.Runs[0].EverySteps)];
        return new LineSeries(name, style, steps, [.. Enumerable.Range(0, n).Select(k => Quantiles.Median([.. trial.Runs.Select(r => r.Losses[k])]) is var m && m < HighestDrawn ? m : double.NaN)]);
    }

    private static SeriesStyle Style(int i, int count) =>
        i < 2 ? new(SeriesWeight.Baseline, i) : i == count - 1 ? new(SeriesWeight.Learned, 0) : new(SeriesWeight.Rival, i - 2);
}
