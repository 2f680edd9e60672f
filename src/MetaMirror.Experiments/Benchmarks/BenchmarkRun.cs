using MetaMirror.Experiments.Runs;

namespace MetaMirror.Experiments.Benchmarks;

/// <summary>Times workloads one after the other and says how far from the machine's limits they are.</summary>
/// <param name="context">Threads and seed.</param>
/// <param name="clock">The clock.</param>
public sealed class BenchmarkRun(WorkloadContext context, TimeProvider clock)
{
    private const double FlopsPerMillisecondOfGigaflops = 1e6;

    /// <summary>Told before every workload. Default: nobody.</summary>
    public IProgress<RunProgress>? Progress { get; init; }

    /// <summary>Measures. The machine's peaks come last: their arrays would count as a workload's memory.</summary>
    /// <param name="workloads">Which.</param>
    /// <param name="repeats">Timed calls of each, at least 1; fewer of those that take long.</param>
    /// <param name="cancellationToken">Stops between calls.</param>
    /// <exception cref="OperationCanceledException">Canceled.</exception>
    public BenchmarkResult Run(IReadOnlyList<Workload> workloads, int repeats, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(workloads);
        var timer = new WorkloadTimer(clock);
        var times = new List<WorkloadTimes>();
        foreach (Workload workload in workloads)
        {
            Progress?.Report(new RunProgress("measuring", times.Count, workloads.Count, workload.Name, double.NaN));
            times.Add(timer.Measure(workload, context, repeats, cancellationToken));
        }

        Progress?.Report(new RunProgress("measuring", times.Count, workloads.Count, "the machine's peaks", double.NaN));
        var machine = new PeakMeasurement(context.Team, clock);
        MachinePeaks peaks = machine.Peaks();
        return new BenchmarkResult(peaks, [.. workloads.Zip(times, (w, t) => Figures(w, t, machine.FloorMilliseconds(w.Work)))]);
    }

    private static WorkloadFigures Figures(Workload workload, WorkloadTimes times, double floor) => new(
        workload.Name, times.Milliseconds.Count, times.Median, times.Milliseconds.Min(), floor,
        workload.Work.Flops > 0 ? workload.Work.Flops / times.Median / FlopsPerMillisecondOfGigaflops : null, times.PeakMegabytes)
    {
        IsDense = workload.IsDense,
    };
}
