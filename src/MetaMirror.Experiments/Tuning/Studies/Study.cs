using System.Globalization;
using MetaMirror.Divergences;
using MetaMirror.Experiments.Readers;
using MetaMirror.MetaLearners;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Tuning.Studies;

/// <summary>
/// Tries settings one batch after the other, until the budget is spent or nothing is left to try. Trials that fail or diverge are recorded
/// like all others; an error that says nothing about the setting (<see cref="IsOfSetting"/>) ends the study, and its trial is left to be tried again.
/// Points and values depend on the sampler's seed and on <see cref="StudyOptions"/>, not on threads, time or interruptions.
/// </summary>
/// <param name="name">Its name, such as that of an optimizer.</param>
/// <param name="space">What is varied.</param>
/// <param name="goal">What is looked for.</param>
/// <param name="sampler">Chooses settings.</param>
/// <param name="function">Measures them.</param>
/// <param name="options">How large it is.</param>
public sealed class Study(string name, SearchSpace space, StudyGoal goal, StudySampler sampler, StudyFunction function, StudyOptions options)
{
    /// <summary>How far a logged point may lie from the proposed one, in the unit cube: the logarithms and powers of two machines differ by some 1e-15.</summary>
    private const double SamePlace = 1e-9;

    /// <summary>Told of every trial when it ends, from any thread but never from two at once.</summary>
    public IProgress<StudyTrial>? Progress { get; init; }

    /// <summary>Measures time. Default: the system's clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Runs the study, or what is left of it.</summary>
    /// <param name="team">The threads.</param>
    /// <param name="log">Where trials are kept, and those from before; null: nowhere.</param>
    /// <param name="cancellationToken">Ends it early; trials that had ended are kept.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of range, or the budget is more than the sampler can serve.</exception>
    /// <exception cref="DataFormatException">The log has a trial at another point than the sampler proposes; the message says which.</exception>
    /// <exception cref="Exception">What the function threw, if <see cref="IsOfSetting"/> says it is not the setting's own; trials that had ended are in the log.</exception>
    public StudyResult Run(WorkerTeam team, StudyLog? log = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(team);
        options.Check();
        if (options.Budget > sampler.LargestBudget)
            throw new ArgumentOutOfRangeException(nameof(options), options.Budget, $"The sampler {sampler.Name} can serve a budget of at most {sampler.LargestBudget}.");
        var trials = new List<StudyTrial>();
        while (trials.Count < options.Budget)
        {
            // Known trials are proposed again too: only so is it seen that they are this study's.
            IReadOnlyList<StudyPoint> points = sampler.Propose(space, goal, trials, Math.Min(options.Together, options.Budget - trials.Count));
            if (points.Count == 0)
                break;
            StudyTrial?[] batch = new StudyTrial?[points.Count];
            if (!cancellationToken.IsCancellationRequested)
            {
                for (int i = 0; i < batch.Length; i++)
                    batch[i] = Known(log, trials.Count + i, points[i]);
                if (Array.Exists(batch, t => t is null))
                    Measure(team, trials.Count, points, batch, log, cancellationToken);
            }

            // Canceled: what has ended is worth showing, wherever it stands in its batch.
            trials.AddRange(batch.OfType<StudyTrial>());
            if (Array.Exists(batch, t => t is null))
                return new StudyResult(name, sampler.Name, goal, trials, IsComplete: false);
        }

        return new StudyResult(name, sampler.Name, goal, trials, IsComplete: true);
    }

    /// <summary>
    /// Whether an exception is the setting's own doing, so that the setting is recorded as failed: arithmetic errors, arguments out of range,
    /// steps and systems of equations without a solution, divergence. Everything else (files, formats of data, memory, cancellation, defects of the
    /// program) would happen, or not, with any setting: recorded as failed it would mislead the sampler and never be tried again.
    /// </summary>
    /// <param name="error">What the function threw.</param>
    public static bool IsOfSetting(Exception error) => error is
        ArithmeticException or (ArgumentException and not ArgumentNullException)
        or MirrorStepFailedException or SolveFailedException or MetaLearningDivergedException or NonFiniteGuessException;

    private StudyTrial? Known(StudyLog? log, int number, StudyPoint proposed)
    {
        if (log?.Trials.GetValueOrDefault(number) is not { } known)
            return null;
        double[] expected = new double[space.Dimensions.Length], found = new double[space.Dimensions.Length];
        space.Place(proposed, expected);
        space.Place(known.Point, found);
        for (int i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(expected[i] - found[i]) <= SamePlace))
            {
                throw new DataFormatException(
                    $"{log.Path}, trial {number}", $"{Exact(proposed)}, as {sampler.Name} proposes after the trials before it", $"{Exact(known.Point)}; the log is another version's or was changed: begin anew without resuming");
            }
        }

        return known;
    }

    private static string Exact(StudyPoint point) => string.Join(", ", point.Space.Dimensions.Select((d, i) =>
        $"{d.Name} {(d is ChoiceDimension ? d.Text(point.Values[i]) : point.Values[i].ToString("R", CultureInfo.InvariantCulture))}"));

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
        catch (Exception error) when (IsOfSetting(error))
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
