using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;

namespace MetaMirror.Experiments.Tuning;

/// <summary>The runs of one optimizer at one setting, one per seed, and their figures.</summary>
public sealed class Trial
{
    /// <summary>Collects the runs.</summary>
    /// <param name="setting">The setting; default where there was nothing to set.</param>
    /// <param name="runs">At least one.</param>
    public Trial(RuleSetting setting, ImmutableArray<RunRecord> runs)
    {
        ArgumentOutOfRangeException.ThrowIfZero(runs.Length, nameof(runs));
        Setting = setting;
        Runs = runs;
        Diverged = runs.Count(r => r.Diverged);
        MeanLoss = Quantiles.Median([.. runs.Select(r => r.MeanLoss)]);
        FinalLoss = Quantiles.Median([.. runs.Select(r => r.FinalLoss)]);
        TestAccuracy = MeanOverRuns(r => r.Test?.Accuracy);
        TestLoss = MeanOverRuns(r => r.Test?.Loss);
    }

    /// <summary>The setting.</summary>
    public RuleSetting Setting { get; }

    /// <summary>One run per seed.</summary>
    public ImmutableArray<RunRecord> Runs { get; }

    /// <summary>Runs that diverged.</summary>
    public int Diverged { get; }

    /// <summary>Mean training loss over the run, median over seeds; infinite if most diverged.</summary>
    public double MeanLoss { get; }

    /// <summary>Training loss over the last tenth, median over seeds; infinite if most diverged.</summary>
    public double FinalLoss { get; }

    /// <summary>Accuracy on the test set, mean over seeds; null if a run diverged or there are no classes.</summary>
    public MeanAndError? TestAccuracy { get; }

    /// <summary>Loss on the test set, mean over seeds; null if a run diverged or there is no test set.</summary>
    public MeanAndError? TestLoss { get; }

    /// <summary>Steps to a target: median and quartiles over seeds, null if fewer than half reached it.</summary>
    public StepsToTarget StepsTo(double target)
    {
        double[] steps = [.. Runs.Select(r => r.StepsTo(target))];
        return new StepsToTarget(
            Quantiles.OrNull(Quantiles.Median(steps)), Quantiles.OrNull(Quantiles.Of(steps, 0.25)), Quantiles.OrNull(Quantiles.Of(steps, 0.75)), steps.Count(double.IsFinite));
    }

    /// <summary>What tuning for a figure minimizes: the figure first, ties by how many runs reached it, then by the mean training loss.</summary>
    public (double First, double Second, double Third) Score(TunedFigure figure, double target) => figure switch
    {
        TunedFigure.StepsToTarget => (StepsTo(target).Median ?? double.PositiveInfinity, -StepsTo(target).Reached, MeanLoss),
        TunedFigure.MeanTrainingLoss => (MeanLoss, Diverged, FinalLoss),
        TunedFigure.FinalTrainingLoss => (FinalLoss, Diverged, MeanLoss),
        TunedFigure.TestAccuracy => (-(TestAccuracy?.Mean ?? double.NegativeInfinity), Diverged, MeanLoss),
        TunedFigure.TestLoss => (TestLoss?.Mean ?? double.PositiveInfinity, Diverged, MeanLoss),
        _ => throw new ArgumentOutOfRangeException(nameof(figure), figure, "No such figure."),
    };

    private MeanAndError? MeanOverRuns(Func<RunRecord, double?> figure)
    {
        double?[] values = [.. Runs.Select(figure)];
        if (Array.Exists(values, v => v is null))
            return null;
        double mean = values.Average()!.Value;
        double variance = values.Length > 1 ? values.Sum(v => (v!.Value - mean) * (v.Value - mean)) / (values.Length - 1) : double.NaN;
        return new MeanAndError(Quantiles.OrNull(mean), Quantiles.OrNull(Math.Sqrt(variance / values.Length)));
    }
}
