using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Tuning;

namespace MetaMirror.Experiments.Optimism;

/// <summary>The numbers that the network figure is about: how far the optimistic learner ends from heavy ball at its best, whatever rate it starts from.</summary>
public sealed record NetworkFigures
{
    /// <summary>Least and largest rate to start from that count.</summary>
    internal const double LeastRate = 1e-3, MostRate = 1;

    /// <summary>The rate that nobody tuned.</summary>
    internal const double UntunedRate = 0.01;

    /// <summary>The optimizer that learns its rates.</summary>
    public required string Optimizer { get; init; }

    /// <summary>What it was run on.</summary>
    public required string Task { get; init; }

    /// <summary>Final training loss of heavy ball at its best rate, median over seeds.</summary>
    public required double TargetLoss { get; init; }

    /// <summary>The worst final training loss over the rates 0.001 to 1 to start from, over the target. Wanted: at most 1.1. Null where a run diverged.</summary>
    public required double? WorstFinalLossRatio { get; init; }

    /// <summary>Steps from the untuned rate 0.01 to the target, over heavy ball's own. Wanted: at most 0.7. Null where it was not reached, or that rate was not run.</summary>
    public required double? UntunedStepsRatio { get; init; }

    /// <summary>The two numbers in a sentence.</summary>
    internal string Sentence =>
        $"{Optimizer} ends at {(WorstFinalLossRatio is { } worst ? NumberText.Ratio(worst) : "–")} of heavy ball's best final loss at worst over the rates 0.001 to 1, and from the untuned rate 0.01 it "
        + (UntunedStepsRatio is { } steps ? $"reaches that loss in {NumberText.Ratio(steps)} of its steps." : "does not reach that loss.");

    /// <summary>Of the last curve, beside the first, heavy ball's.</summary>
    internal static NetworkFigures Of(IReadOnlyList<NetworkCurve> curves, string task) => new()
    {
        Optimizer = curves[^1].Name,
        Task = task,
        TargetLoss = curves[0].Best.FinalLoss,
        WorstFinalLossRatio = Quantiles.OrNull(curves[^1].Worst(LeastRate, MostRate) / curves[0].Best.FinalLoss),
        UntunedStepsRatio = StepsRatio(curves[^1], curves[0]),
    };

    /// <summary>Steps of a curve from the untuned rate to heavy ball's best loss, over heavy ball's own.</summary>
    internal static double? StepsRatio(NetworkCurve curve, NetworkCurve heavyBall) =>
        curve.From(UntunedRate)?.StepsTo(heavyBall.Best.FinalLoss).Median / heavyBall.Best.StepsTo(heavyBall.Best.FinalLoss).Median;
}
