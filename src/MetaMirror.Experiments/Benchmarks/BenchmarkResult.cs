namespace MetaMirror.Experiments.Benchmarks;

/// <summary>What one workload was measured to take.</summary>
/// <param name="Name">The workload.</param>
/// <param name="Repeats">Timed calls.</param>
/// <param name="MedianMilliseconds">Median of their times.</param>
/// <param name="LeastMilliseconds">The shortest.</param>
/// <param name="FloorMilliseconds">The least time of the dense work on this machine: what skips zeros or multiplies less (Winograd) can go below.</param>
/// <param name="Gigaflops">Flops of the work over the median; null where no flops are counted.</param>
/// <param name="PeakMegabytes">By how much the process's peak memory grew; null where the system does not say.</param>
public sealed record WorkloadFigures(
    string Name, int Repeats, double MedianMilliseconds, double LeastMilliseconds, double FloorMilliseconds, double? Gigaflops, double? PeakMegabytes)
{
    /// <summary>Whether nothing can be skipped, so that no undisturbed time is below the floor: see <see cref="Workload.IsDense"/>.</summary>
    public bool IsDense { get; init; }

    /// <summary>Median over floor: 1 is perfect; below 1 where zeros are skipped, or convolutions multiply less.</summary>
    public double OverFloor => MedianMilliseconds / FloorMilliseconds;
}

/// <summary>What a machine was measured to do.</summary>
/// <param name="Peaks">At best.</param>
/// <param name="Workloads">The workloads.</param>
public sealed record BenchmarkResult(MachinePeaks Peaks, IReadOnlyList<WorkloadFigures> Workloads)
{
    /// <summary>Whether dense work took less than the peaks allow: then something else ran while they were measured.</summary>
    public bool PeaksDisturbed => Workloads.Any(w => w.IsDense && w.OverFloor < 1);
}
