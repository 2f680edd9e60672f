using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Experiments.Runs;

/// <summary>How far a comparison is.</summary>
/// <param name="Stage">What is being done, such as <c>tuning on rotation-0</c>.</param>
/// <param name="Done">Runs done in this stage.</param>
/// <param name="Total">Runs of this stage.</param>
/// <param name="Text">The run that was done last.</param>
/// <param name="Loss">Its final training loss; infinite if it diverged. Of meta-quadratics: the median number of iterations.</param>
public readonly record struct RunProgress(string Stage, int Done, int Total, string Text, double Loss);

/// <summary>One run to be done.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Contender">The optimizer.</param>
/// <param name="Run">Number of the run.</param>
public readonly record struct RunJob<T>(Contender<T> Contender, int Run)
    where T : unmanaged, IFloatingPointIeee754<T>;

/// <summary>Does independent runs on a team of threads; the records do not depend on the number of threads.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="team">The threads.</param>
/// <param name="seed">Master seed.</param>
/// <param name="progress">Told after every run, from any thread but never from two at once; may be null.</param>
public sealed class RunPool<T>(WorkerTeam team, ulong seed, IProgress<RunProgress>? progress = null)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly TrainingRun<T>?[] _perThread = new TrainingRun<T>?[team.Threads];
    private readonly Lock _reporting = new();
    private (MeasuredTask<T>? Task, Measurement? Measurement) _current;

    /// <summary>Master seed.</summary>
    public ulong Seed => seed;

    /// <summary>Does all runs.</summary>
    /// <param name="task">The task.</param>
    /// <param name="measurement">How runs are measured.</param>
    /// <param name="stage">Name of the stage, for progress.</param>
    /// <param name="jobs">The runs.</param>
    /// <param name="cancellationToken">Ends all runs early.</param>
    /// <returns>The records, shape [jobs].</returns>
    /// <exception cref="OperationCanceledException">Canceled.</exception>
    public RunRecord[] Run(MeasuredTask<T> task, Measurement measurement, string stage, IReadOnlyList<RunJob<T>> jobs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        if (!ReferenceEquals(_current.Task, task) || _current.Measurement != measurement)
            Array.Clear(_perThread);
        _current = (task, measurement);
        var records = new RunRecord[jobs.Count];
        int done = 0;
        team.Run(jobs.Count, (item, worker) =>
        {
            RunJob<T> job = jobs[item];
            TrainingRun<T> runs = _perThread[worker] ??= new TrainingRun<T>(task, measurement);
            try
            {
                records[item] = runs.Run(job.Contender, seed, job.Run, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // Every run ends like this once it is canceled; the caller throws once, below.
                return;
            }

            if (progress is null)
                return;
            lock (_reporting)
                progress.Report(new RunProgress(stage, ++done, jobs.Count, job.Contender.Label ?? job.Contender.Name, records[item].FinalLoss));
        });
        cancellationToken.ThrowIfCancellationRequested();
        return records;
    }
}
