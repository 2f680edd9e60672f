using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;

namespace MetaMirror.Experiments.Tuning;

/// <summary>
/// Tunes optimizers by grid on one task: learning rates times schedules, all seeds at each, chosen for each figure separately; a best
/// rate at the edge extends the grid by its ratio until it is interior.
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
            // A grid that grew may have lowered the best final loss, and with it the target.
            double value = target.Of(BestFinal(tuned));
            ExtendUntilInterior(task, measurement, tuned, figures, value, stage, cancellationToken);
            if (target.Of(BestFinal(tuned)) == value || round == MaxTargetRounds)
                return new TuningResult<T>([.. tuned], figures, target.Of(BestFinal(tuned)));
        }
    }

    private void ExtendUntilInterior(
        MeasuredTask<T> task, Measurement measurement, TunedOptimizer<T>[] tuned, IReadOnlyList<TunedFigure> figures, double target, string stage, CancellationToken cancellationToken)
    {
        // Every optimizer is asked in every round: no short cut.
        while (tuned.Sum(t => t.Extend(figures, target) ? 1 : 0) > 0)
            RunPending(task, measurement, tuned, stage, cancellationToken);
    }

    private void RunPending(MeasuredTask<T> task, Measurement measurement, TunedOptimizer<T>[] tuned, string stage, CancellationToken cancellationToken)
    {
        var jobs = new List<RunJob<T>>();
        foreach (TunedOptimizer<T> optimizer in tuned)
        {
            foreach (RuleSetting setting in optimizer.Pending)
            {
                var contender = new Contender<T>(optimizer.Entry.Name, optimizer.Entry.Role, optimizer.Entry.Create(setting)) { Label = $"{optimizer.Entry.Name}, {setting}" };
                jobs.AddRange(Enumerable.Range(0, seeds).Select(run => new RunJob<T>(contender, run)));
            }
        }

        RunRecord[] records = pool.Run(task, measurement, stage, jobs, cancellationToken);
        int next = 0;
        foreach (TunedOptimizer<T> optimizer in tuned)
        {
            var trials = new List<Trial>();
            foreach (RuleSetting setting in optimizer.Pending)
            {
                trials.Add(new Trial(setting, [.. records.AsSpan(next, seeds)]));
                next += seeds;
            }

            optimizer.Add(trials);
        }
    }

    private static double BestFinal(TunedOptimizer<T>[] tuned) => tuned
        .Where(t => t.Entry.Role == OptimizerRole.Baseline)
        .SelectMany(t => t.Trials)
        .Select(t => t.FinalLoss)
        .DefaultIfEmpty(double.PositiveInfinity)
        .Min();

    private static ImmutableArray<TunedFigure> FiguresOf(TunedOptimizer<T>[] tuned)
    {
        var figures = ImmutableArray.CreateBuilder<TunedFigure>();
        figures.AddRange(TunedFigure.StepsToTarget, TunedFigure.MeanTrainingLoss, TunedFigure.FinalTrainingLoss);
        IEnumerable<RunRecord> runs = tuned.SelectMany(t => t.Trials).SelectMany(t => t.Runs);
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
