using System.Runtime;
using MetaMirror.Experiments.Tuning;

namespace MetaMirror.Experiments.Benchmarks;

/// <summary>Times of a workload's calls.</summary>
/// <param name="Milliseconds">One per timed call.</param>
/// <param name="PeakMegabytes">By how much the process's peak memory grew from the data at hand to the end of the warm-up; null where not known.</param>
public sealed record WorkloadTimes(IReadOnlyList<double> Milliseconds, double? PeakMegabytes)
{
    /// <summary>Their median.</summary>
    public double Median => Quantiles.Median([.. Milliseconds]);
}

/// <summary>
/// Times a workload. The clock starts when its code is in its last form: warm-up goes on until the just-in-time compiler, which first compiles quickly and
/// later, on a thread of its own, well, has compiled nothing for a while.
/// </summary>
/// <param name="clock">The clock.</param>
public sealed class WorkloadTimer(TimeProvider clock)
{
    /// <summary>Several times the compiler's delay (0.1 s) before it compiles again what was called 30 times.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(0.4);

    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromSeconds(10);

    /// <summary>Measures one workload; nothing else should be running.</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="context">Threads and seed.</param>
    /// <param name="repeats">Timed calls, at least 1.</param>
    /// <param name="cancellationToken">Stops between calls.</param>
    /// <exception cref="OperationCanceledException">Canceled.</exception>
    public WorkloadTimes Measure(Workload workload, WorkloadContext context, int repeats, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentOutOfRangeException.ThrowIfLessThan(repeats, 1);
        Func<Action> plan = workload.MakeData(context);
        double? before = PeakMemory.Megabytes();
        Action call = plan();
        WarmUp(call, workload.WarmUps, cancellationToken);
        double? peak = PeakMemory.Megabytes() - before;
        double[] milliseconds = new double[Math.Min(repeats, workload.MostRepeats)];
        for (int i = 0; i < milliseconds.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long start = clock.GetTimestamp();
            call();
            milliseconds[i] = clock.GetElapsedTime(start).TotalMilliseconds;
        }

        return new WorkloadTimes(milliseconds, peak);
    }

    private void WarmUp(Action call, int calls, CancellationToken cancellationToken)
    {
        long start = clock.GetTimestamp(), quietSince = start;
        long compiled = JitInfo.GetCompiledMethodCount();
        for (int done = 1; ; done++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            call();
            long now = clock.GetTimestamp();
            if (JitInfo.GetCompiledMethodCount() is var count && count != compiled)
                (compiled, quietSince) = (count, now);
            if (done >= calls && (clock.GetElapsedTime(quietSince, now) >= Quiet || clock.GetElapsedTime(start, now) >= LongestWarmUp))
                return;
        }
    }
}
