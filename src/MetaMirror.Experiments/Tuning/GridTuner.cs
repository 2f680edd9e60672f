using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;

namespace MetaMirror.Experiments.Tuning;

/// <summary>
/// Tunes optimizers by grid on one task: learning rates times schedules, all seeds at each, chosen for each figure separately; a best
/// rate at the edge extends the grid by its ratio until it is interior. With scouting seeds, settings that are clearly worse on these in every figure are not run with the others.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="pool">Does the runs.</param>
/// <param name="plan">Grids, schedules, limit of extension.</param>
/// <param name="seeds">Runs of each setting.</param>
public sealed class GridTuner<T>(RunPool<T> pool, TuningPlan plan, int seeds)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Rounds of the search for a target that depends on what is found.</summary>
    private const int MaxTargetRounds = 10;

    /// <summary>Seeds that every setting is run with.</summary>
    private readonly int _first = Math.Min(plan.ScoutingSeeds ?? seeds, seeds);

    /// <summary>Tunes all optimizers together, so that threads are never idle.</summary>
    /// <param name="task">The task.</param>
    /// <param name="measurement">How runs are measured.</param>
    /// <param name="entries">The optimizers.</param>
    /// <param name="target">A number, or the lowest final loss that a classic one of them reaches.</param>
    /// <param name="cancellationToken">Ends tuning early.</param>
    /// <exception cref="OperationCanceledException">Canceled.</exception>
    public TuningResult<T> Tune(
        MeasuredTask<T> task, Measurement measurement, IReadOnlyList<OptimizerEntry<T>> entries, TargetValue target, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(entries);
        TunedOptimizer<T>[] tuned = [.. entries.Select(e => new TunedOptimizer<T>(e, plan))];
        string stage = $"tuning on {task.Task.Name}";
        RunPending(task, measurement, tuned, stage, cancellationToken);
        ImmutableArray<TunedFigure> figures = FiguresOf(tuned);
        for (int round = 1; ; round++)
        {
            // More runs, or a grid that grew, may have lowered the best final loss, and with it the target: grids grow for one that has settled.
            double value = target.Of(BestFinal(tuned));
            RunRest(task, measurement, tuned, figures, value, stage, cancellationToken);
            if (target.Of(BestFinal(tuned)) != value && round < MaxTargetRounds)
                continue;
            ExtendUntilInterior(task, measurement, tuned, figures, value, stage, cancellationToken);
            if (target.Of(BestFinal(tuned)) == value || round >= MaxTargetRounds)
                return new TuningResult<T>([.. tuned], figures, target.Of(BestFinal(tuned)));
        }
    }

    private void ExtendUntilInterior(
        MeasuredTask<T> task, Measurement measurement, TunedOptimizer<T>[] tuned, IReadOnlyList<TunedFigure> figures, double target, string stage, CancellationToken cancellationToken)
    {
        // Every optimizer is asked in every round: no short cut.
        while (tuned.Sum(t => t.Extend(figures, target) ? 1 : 0) > 0)
        {
            RunPending(task, measurement, tuned, stage, cancellationToken);
            RunRest(task, measurement, tuned, figures, target, stage, cancellationToken);
        }
    }

    private void RunPending(MeasuredTask<T> task, Measurement measurement, TunedOptimizer<T>[] tuned, string stage, CancellationToken cancellationToken)
    {
        RuleSetting[][] settings = [.. tuned.Select(t => t.Pending.ToArray())];
        RunRecord[][][] records = Run(task, measurement, tuned, settings, 0, _first, stage, cancellationToken);
        for (int k = 0; k < tuned.Length; k++)
            tuned[k].AddScouts([.. settings[k].Select((s, i) => new Trial(s, [.. records[k][i]]))], _first == seeds);
    }

    /// <summary>The other seeds of settings that may be best for a figure, until none is left that may.</summary>
    private void RunRest(
        MeasuredTask<T> task, Measurement measurement, TunedOptimizer<T>[] tuned, IReadOnlyList<TunedFigure> figures, double target, string stage, CancellationToken cancellationToken)
    {
        while (_first < seeds)
        {
            Trial[][] promising = [.. tuned.Select(t => t.Promising(figures, target).ToArray())];
            if (Array.TrueForAll(promising, p => p.Length == 0))
                return;
            RunRecord[][][] records = Run(task, measurement, tuned, [.. promising.Select(p => p.Select(t => t.Setting).ToArray())], _first, seeds - _first, stage, cancellationToken);
            for (int k = 0; k < tuned.Length; k++)
                tuned[k].Add(promising[k].Select((t, i) => new Trial(t.Setting, [.. t.Runs, .. records[k][i]])));
        }
    }

    /// <summary>Runs of all settings of all optimizers: shape [optimizers][settings][seeds].</summary>
    private RunRecord[][][] Run(
        MeasuredTask<T> task, Measurement measurement, TunedOptimizer<T>[] tuned, RuleSetting[][] settings, int from, int count, string stage, CancellationToken cancellationToken)
    {
        var jobs = new List<RunJob<T>>();
        for (int k = 0; k < tuned.Length; k++)
        {
            OptimizerEntry<T> entry = tuned[k].Entry;
            foreach (RuleSetting setting in settings[k])
            {
                var contender = new Contender<T>(entry.Name, entry.Role, entry.Create(setting)) { Label = $"{entry.Name}, {setting}" };
                jobs.AddRange(Enumerable.Range(from, count).Select(run => new RunJob<T>(contender, run)));
            }
        }

        RunRecord[] records = pool.Run(task, measurement, stage, jobs, cancellationToken);
        int next = 0;
        return [.. settings.Select(own => own.Select(_ => records[next..(next += count)]).ToArray())];
    }

    /// <summary>With all seeds; before any setting was run with them, with the first ones.</summary>
    private static double BestFinal(TunedOptimizer<T>[] tuned) => tuned
        .Where(t => t.Entry.Role == OptimizerRole.Baseline)
        .SelectMany(t => t.Trials.Count > 0 ? t.Trials : t.Scouts)
        .Select(t => t.FinalLoss)
        .DefaultIfEmpty(double.PositiveInfinity)
        .Min();

    private static ImmutableArray<TunedFigure> FiguresOf(TunedOptimizer<T>[] tuned)
    {
        var figures = ImmutableArray.CreateBuilder<TunedFigure>();
        figures.AddRange(TunedFigure.StepsToTarget, TunedFigure.MeanTrainingLoss, TunedFigure.FinalTrainingLoss);
        IEnumerable<RunRecord> runs = tuned.SelectMany(t => t.Scouts).SelectMany(t => t.Runs);
        if (runs.Any(r => r.Test?.Accuracy is not null))
            figures.Add(TunedFigure.TestAccuracy);
        else if (runs.Any(r => r.Test is not null))
            figures.Add(TunedFigure.TestLoss);
        return figures.ToImmutable();
    }
}

/// <summary>What tuning found on one task.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Optimizers">In the order given.</param>
/// <param name="Figures">The figures they were tuned for.</param>
/// <param name="Target">The target as a number; infinite if it is the best final loss and every run diverged.</param>
public sealed record TuningResult<T>(ImmutableArray<TunedOptimizer<T>> Optimizers, ImmutableArray<TunedFigure> Figures, double Target)
    where T : unmanaged, IFloatingPointIeee754<T>;
