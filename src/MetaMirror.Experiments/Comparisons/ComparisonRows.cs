using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;
using MetaMirror.Experiments.Tuning;

namespace MetaMirror.Experiments.Comparisons;

/// <summary>Trials as rows and curves of the report.</summary>
internal static class ComparisonRows
{
    /// <summary>A row of an optimizer with one setting for all figures.</summary>
    public static ComparisonRow Of<T>(Contender<T> contender, Trial trial, MeasuredTask<T> task, Measurement measurement, double target)
        where T : unmanaged, IFloatingPointIeee754<T> => new()
        {
            Optimizer = contender.Name,
            Label = contender.Label,
            Role = contender.Role,
            Target = Quantiles.OrNull(target),
            HeldOutTask = task.Task.Name,
            Seeds = trial.Runs.Length,
            Steps = measurement.Steps,
            Diverged = trial.Diverged,
            Gradients = trial.Runs[0].Gradients,
            HessianVectorProducts = trial.Runs[0].HessianVectorProducts,
            StepsToTarget = StepsTo(trial, target),
            MeanTrainingLoss = Quantiles.OrNull(trial.MeanLoss),
            FinalTrainingLoss = Quantiles.OrNull(trial.FinalLoss),
            TestAccuracy = trial.TestAccuracy,
            TestLoss = trial.TestLoss,
            Tuning = contender.Tuning,
        };

    /// <summary>A row of a tuned optimizer: each figure at its own best setting; divergences are counted at the setting for steps to target.</summary>
    public static ComparisonRow Of<T>(TunedOptimizer<T> tuned, ImmutableArray<TunedFigure> figures, MeasuredTask<T> task, Measurement measurement, double target)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Trial steps = tuned.Best(TunedFigure.StepsToTarget, target);
        return new ComparisonRow
        {
            Optimizer = tuned.Entry.Name,
            Role = tuned.Entry.Role,
            Target = Quantiles.OrNull(target),
            HeldOutTask = task.Task.Name,
            Seeds = steps.Runs.Length,
            Steps = measurement.Steps,
            Diverged = steps.Diverged,
            Gradients = steps.Runs[0].Gradients,
            HessianVectorProducts = steps.Runs[0].HessianVectorProducts,
            StepsToTarget = StepsTo(steps, target),
            MeanTrainingLoss = Quantiles.OrNull(tuned.Best(TunedFigure.MeanTrainingLoss, target).MeanLoss),
            FinalTrainingLoss = Quantiles.OrNull(tuned.Best(TunedFigure.FinalTrainingLoss, target).FinalLoss),
            TestAccuracy = figures.Contains(TunedFigure.TestAccuracy) ? tuned.Best(TunedFigure.TestAccuracy, target).TestAccuracy : null,
            TestLoss = figures.Contains(TunedFigure.TestLoss) ? tuned.Best(TunedFigure.TestLoss, target).TestLoss : null,
            Tuning = tuned.Summary(figures, target),
        };
    }

    /// <summary>Median and quartiles of the training loss over the seeds.</summary>
    public static RunCurve Losses(string optimizer, string task, Trial trial)
    {
        RunRecord first = trial.Runs[0];
        return Curve(optimizer, task, trial, [.. Enumerable.Range(0, first.Losses.Length).Select(k => k * first.EverySteps)], (run, k) => run.Losses[k], higherIsBetter: false);
    }

    /// <summary>Median and quartiles of the test accuracy over the seeds, the end included; null where it was not measured along any run.</summary>
    public static RunCurve? Accuracies(string optimizer, string task, Trial trial, int steps)
    {
        RunRecord? first = trial.Runs.FirstOrDefault(r => r.Accuracies.Length > 0);
        if (first is null)
            return null;
        int n = first.Accuracies.Length;
        int[] at = [.. Enumerable.Range(0, n).Select(k => k * first.AccuracyEverySteps), steps];
        return Curve(optimizer, task, trial, at, (run, k) => k < n ? run.Accuracies.Length > 0 ? run.Accuracies[k] : double.NaN : run.Test?.Accuracy ?? double.NaN, higherIsBetter: true);
    }

    private static RunCurve Curve(string optimizer, string task, Trial trial, int[] steps, Func<RunRecord, int, double> value, bool higherIsBetter)
    {
        // Quantiles put what is not a number last, among the worst: so they are taken of what is lost, whichever way is better.
        double sign = higherIsBetter ? -1 : 1;
        int n = steps.Length;
        bool spread = trial.Runs.Length > 1;
        double[] median = new double[n], lower = new double[spread ? n : 0], upper = new double[spread ? n : 0];
        for (int k = 0; k < n; k++)
        {
            double[] column = [.. trial.Runs.Select(run => sign * value(run, k))];
            median[k] = sign * Quantiles.Median(column);
            if (!spread)
                continue;
            (double low, double high) = (sign * Quantiles.Of(column, 0.25), sign * Quantiles.Of(column, 0.75));
            (lower[k], upper[k]) = higherIsBetter ? (high, low) : (low, high);
        }

        return new RunCurve(optimizer, task, steps, median, lower, upper);
    }

    // No target can be had where every classic run diverged.
    private static StepsToTarget StepsTo(Trial trial, double target) => double.IsFinite(target) ? trial.StepsTo(target) : new StepsToTarget(null, null, null, 0);
}
