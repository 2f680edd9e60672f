using MetaMirror.Numerics;

namespace MetaMirror.Experiments.Tuning.Studies;

/// <summary>
/// Tries settings one batch after the other, until the budget is spent or nothing is left to try. Trials that fail or diverge are recorded
/// like all others. Points and values depend on the sampler's seed and on <see cref="StudyOptions"/>, not on threads, time or interruptions.
/// </summary>
/// <param name="name">Its name, such as that of an optimizer.</param>
/// <param name="space">What is varied.</param>
/// <param name="goal">What is looked for.</param>
/// <param name="sampler">Chooses settings.</param>
/// <param name="function">Measures them.</param>
/// <param name="options">How large it is.</param>
public sealed class Study(string name, SearchSpace space, StudyGoal goal, StudySampler sampler, StudyFunction function, StudyOptions options)
{
    /// <summary>Told of every trial when it ends, from any thread but never from two at once.</summary>
    public IProgress<StudyTrial>? Progress { get; init; }

    /// <summary>Measures time. Default: the system's clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Runs the study, or what is left of it.</summary>
    /// <param name="team">The threads.</param>
    /// <param name="log">Where trials are kept, and those from before; null: nowhere.</param>
    /// <param name="cancellationToken">Ends it early; trials that had ended are kept.</param>
    public StudyResult Run(WorkerTeam team, StudyLog? log = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(team);
        options.Check();
        var trials = new List<StudyTrial>();
        while (trials.Count < options.Budget && !cancellationToken.IsCancellationRequested)
        {
            StudyTrial?[] batch = Known(log, trials.Count, Math.Min(options.Together, options.Budget - trials.Count));
            if (Array.Exists(batch, t => t is null))
            {
                IReadOnlyList<StudyPoint> points = sampler.Propose(space, goal, trials, batch.Length);
                Array.Resize(ref batch, points.Count);
                Measure(team, trials.Count, points, batch, log, cancellationToken);
            }

            if (batch.Length == 0)
                break;
            if (Array.Exists(batch, t => t is null))
            {
                // Canceled: what has ended is worth showing, wherever it stands in its batch.
                trials.AddRange(batch.OfType<StudyTrial>());
                return new StudyResult(name, sampler.Name, goal, trials, IsComplete: false);
            }

            trials.AddRange(batch!);
        }

        return new StudyResult(name, sampler.Name, goal, trials, IsComplete: !cancellationToken.IsCancellationRequested);
    }

    private static StudyTrial?[] Known(StudyLog? log, int first, int count) =>
        [.. Enumerable.Range(first, count).Select(number => log?.Trials.GetValueOrDefault(number))];

    private void Measure(WorkerTeam team, int first, IReadOnlyList<StudyPoint> points, StudyTrial?[] batch, StudyLog? log, CancellationToken cancellationToken)
    {
        int repetitions = options.Repetitions;
        int[] open = [.. Enumerable.Range(0, points.Count).Where(i => batch[i] is null)];
        var measured = new Repetition[open.Length * repetitions];
        int[] left = [.. Enumerable.Repeat(repetitions, open.Length)];
        Lock reporting = new();
        team.Run(measured.Length, (item, worker) =>
        {
            int place = item / repetitions, index = open[place];
            if (cancellationToken.IsCancellationRequested || !TryMeasure(points[index], item % repetitions, worker, out measured[item], cancellationToken))
                return;
            lock (reporting)
            {
                if (--left[place] > 0)
                    return;
                StudyTrial trial = Ended(first + index, points[index], measured.AsSpan(place * repetitions, repetitions));
                log?.Add(trial);
                batch[index] = trial;
                Progress?.Report(trial);
            }
        });
    }

    private bool TryMeasure(StudyPoint point, int number, int worker, out Repetition repetition, CancellationToken cancellationToken)
    {
        long start = Clock.GetTimestamp();
        try
        {
            double value = function(point, number, worker, cancellationToken);
            repetition = new Repetition(value, Clock.GetElapsedTime(start).TotalSeconds, null);
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            repetition = default;
            return false;
        }
#pragma warning disable CA1031 // whatever a setting does to its run, the study goes on
        catch (Exception error)
#pragma warning restore CA1031
        {
            repetition = new Repetition(double.NaN, Clock.GetElapsedTime(start).TotalSeconds, $"{error.GetType().Name}: {error.Message}");
            return true;
        }
    }

    private static StudyTrial Ended(int number, StudyPoint point, ReadOnlySpan<Repetition> repetitions)
    {
        double sum = 0, seconds = 0;
        string? error = null;
        int diverged = 0;
        foreach (Repetition repetition in repetitions)
        {
            sum += repetition.Value;
            seconds += repetition.Seconds;
            error ??= repetition.Error;
            diverged += double.IsFinite(repetition.Value) ? 0 : 1;
        }

        if (error is not null)
            return new StudyTrial(number, point, TrialStatus.Failed, null, seconds, error);
        return diverged > 0
            ? new StudyTrial(number, point, TrialStatus.Diverged, null, seconds, $"{diverged} of {repetitions.Length} runs diverged")
            : new StudyTrial(number, point, TrialStatus.Complete, sum / repetitions.Length, seconds);
    }

    private readonly record struct Repetition(double Value, double Seconds, string? Error);
}
