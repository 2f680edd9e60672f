using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Certifications;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;
using MetaMirror.Experiments.Tuning;

namespace MetaMirror.Experiments.Comparisons;

/// <summary>The comparison on one held-out task.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Rows">One per optimizer: those with nothing to tune first, in the order given.</param>
/// <param name="Curves">One per optimizer, at its best setting for steps to target.</param>
/// <param name="Target">The target as a number.</param>
/// <param name="AccuracyCurves">Test accuracy along the run, one per optimizer at its best setting for it; empty where there are no classes.</param>
/// <param name="Settled">Each row's optimizer at its best setting for steps to target.</param>
public sealed record TaskComparison<T>(
    ImmutableArray<ComparisonRow> Rows, ImmutableArray<RunCurve> Curves, ImmutableArray<RunCurve> AccuracyCurves, double Target, ImmutableArray<Contender<T>> Settled)
    where T : unmanaged, IFloatingPointIeee754<T>;

/// <summary>
/// Compares optimizers on a held-out task, in fairness: the same initial weights, mini-batches and seeds for all; tuned ones at their best
/// setting for each figure, the others with nothing tuned on this task.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="pool">Does the runs.</param>
/// <param name="plan">Seeds, target, tuning, measurement.</param>
public sealed class Comparison<T>(RunPool<T> pool, Plan plan)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Tunes, runs and summarizes.</summary>
    /// <param name="task">The held-out task.</param>
    /// <param name="contenders">Optimizers with nothing to tune: learned ones and controls.</param>
    /// <param name="tunable">Baselines and rivals.</param>
    /// <param name="cancellationToken">Ends the comparison early.</param>
    /// <exception cref="OperationCanceledException">Canceled.</exception>
    public TaskComparison<T> Run(
        MeasuredTask<T> task, IReadOnlyList<Contender<T>> contenders, IReadOnlyList<OptimizerEntry<T>> tunable, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(contenders);
        Measurement measurement = Measurement.Of(plan);
        TuningResult<T> tuning = new GridTuner<T>(pool, plan.Tuning, plan.Seeds).Tune(task, measurement, tunable, plan.Target.Effective, cancellationToken);
        Measurement along = measurement.WithAccuracies(plan);
        Trial[] trials = RunAll(task, along, $"comparing on {task.Task.Name}", contenders, cancellationToken);
        var rows = ImmutableArray.CreateBuilder<ComparisonRow>();
        var curves = ImmutableArray.CreateBuilder<RunCurve>();
        var settled = ImmutableArray.CreateBuilder<Contender<T>>();
        for (int i = 0; i < contenders.Count; i++)
        {
            rows.Add(ComparisonRows.Of(contenders[i], trials[i], task, measurement, tuning.Target));
            curves.Add(ComparisonRows.Losses(contenders[i].Name, task.Task.Name, trials[i]));
            settled.Add(contenders[i]);
        }

        foreach (TunedOptimizer<T> tuned in tuning.Optimizers)
        {
            Trial best = tuned.Best(TunedFigure.StepsToTarget, tuning.Target);
            rows.Add(ComparisonRows.Of(tuned, tuning.Figures, task, measurement, tuning.Target));
            curves.Add(ComparisonRows.Losses(tuned.Entry.Name, task.Task.Name, best));
            settled.Add(At(tuned, best.Setting));
        }

        // Tuning measures accuracy at the end alone; the settings that were best for it are run once more.
        bool hasClasses = plan.Evaluation.AccuracyPoints > 0 && tuning.Figures.Contains(TunedFigure.TestAccuracy);
        Contender<T>[] accurate = hasClasses ? [.. tuning.Optimizers.Select(t => At(t, t.Best(TunedFigure.TestAccuracy, tuning.Target).Setting))] : [];
        Trial[] again = accurate.Length > 0 ? RunAll(task, along, $"accuracy along the run on {task.Task.Name}", accurate, cancellationToken) : [];
        ImmutableArray<RunCurve> accuracies =
        [
            .. contenders.Concat(accurate).Zip(trials.Concat(again), (c, trial) => ComparisonRows.Accuracies(c.Name, task.Task.Name, trial, measurement.Steps)).OfType<RunCurve>(),
        ];
        if (!plan.Evaluation.Certificates)
            return new TaskComparison<T>(rows.ToImmutable(), curves.ToImmutable(), accuracies, tuning.Target, settled.ToImmutable());
        CertificateSummary?[] certificates = UniversalCertificates.Of(task, measurement, settled, pool.Seed, cancellationToken);
        for (int i = 0; i < rows.Count; i++)
            rows[i] = rows[i] with { Certificate = certificates[i] };
        return new TaskComparison<T>(rows.ToImmutable(), curves.ToImmutable(), accuracies, tuning.Target, settled.ToImmutable());
    }

    private static Contender<T> At(TunedOptimizer<T> tuned, RuleSetting setting) => new(tuned.Entry.Name, tuned.Entry.Role, tuned.Entry.Create(setting));

    private Trial[] RunAll(MeasuredTask<T> task, Measurement measurement, string stage, IReadOnlyList<Contender<T>> contenders, CancellationToken cancellationToken)
    {
        int seeds = plan.Seeds;
        RunJob<T>[] jobs = [.. contenders.SelectMany(c => Enumerable.Range(0, seeds).Select(run => new RunJob<T>(c, run)))];
        RunRecord[] records = pool.Run(task, measurement, stage, jobs, cancellationToken);
        return [.. contenders.Select((_, i) => new Trial(default, [.. records.AsSpan(i * seeds, seeds)]))];
    }
}
