using MetaMirror.Experiments.Benchmarks;
using MetaMirror.Numerics;

namespace MetaMirror.Experiments.Tests.Benchmarks;

public sealed class BenchmarkRunTests
{
    [Fact]
    public void Times_are_those_of_the_clock()
    {
        var clock = new ScriptedClock();
        int calls = 0;
        var workload = new Workload("steady", new Work(3e6), _ => () => () =>
        {
            calls++;
            clock.Advance(TimeSpan.FromMilliseconds(calls % 2 == 0 ? 30 : 10));
        });
        WorkloadTimes times = new WorkloadTimer(clock).Measure(workload, new WorkloadContext(new WorkerTeam(1), 1), 5, TestContext.Current.CancellationToken);
        Assert.Equal(5, times.Milliseconds.Count);
        Assert.All(times.Milliseconds, t => Assert.Contains(t, new double[] { 10, 30 }));
        Assert.True(calls >= 5 + workload.WarmUps);
        Assert.True(times.Median is 10 or 30);
    }

    [Fact]
    public void What_takes_long_is_repeated_less()
    {
        var clock = new ScriptedClock();
        int calls = 0;
        Workload workload = new Workload("slow", new Work(1), _ => () => () =>
        {
            calls++;
            clock.Advance(TimeSpan.FromSeconds(11));
        }).Long();
        WorkloadTimes times = new WorkloadTimer(clock).Measure(workload, new WorkloadContext(new WorkerTeam(1), 1), 30, TestContext.Current.CancellationToken);
        Assert.Equal((3, 4), (times.Milliseconds.Count, calls));
    }

    [Fact]
    public void Floors_follow_from_the_peaks()
    {
        var machine = new PeakMeasurement(new WorkerTeam(2), new ScriptedClock { TicksALook = TimeSpan.TicksPerMillisecond });
        MachinePeaks peaks = machine.Peaks();
        Assert.Equal(2, peaks.Threads);

        // This clock gives every burst the same time, and each of two threads has a burst four times as long.
        Assert.Equal(2 * 4 * peaks.MultiplyAddGigaflopsOneThread, peaks.MultiplyAddGigaflops, 1e-9 * peaks.MultiplyAddGigaflops);
        Assert.Equal(3, machine.FloorMilliseconds(new Work(3e6 * peaks.MultiplyAddGigaflops)), 1e-9);
        Assert.True(machine.FloorMilliseconds(new Work(0, 1e6, 1e6)) > 0);
        Assert.Equal(3, machine.FloorMilliseconds(new Work(3e6 * peaks.MultiplyAddGigaflops, 1, 1e6)), 1e-9);
    }

    [Fact]
    public void A_run_names_its_figures()
    {
        var clock = new ScriptedClock { TicksALook = TimeSpan.TicksPerMillisecond };
        BenchmarkResult result = new BenchmarkRun(new WorkloadContext(new WorkerTeam(1), 1), clock)
            .Run([GemmWorkload.Of(4, 5, 6), Workloads.All.Single(w => w.Name == "update-235k-sgdm")], 3, TestContext.Current.CancellationToken);
        Assert.Equal(["gemm-4x5x6", "update-235k-sgdm"], result.Workloads.Select(w => w.Name));
        Assert.All(result.Workloads, w => Assert.Equal((3, 1.0, 1.0), (w.Repeats, w.MedianMilliseconds, w.LeastMilliseconds)));
        Assert.Equal(2 * 4 * 5 * 6 / 1e6, result.Workloads[0].Gigaflops);
        Assert.Null(result.Workloads[1].Gigaflops);
    }

    [Fact]
    public void Canceling_is_heard_between_calls()
    {
        using var source = new CancellationTokenSource();
        var workload = new Workload("endless", new Work(1), _ => () => source.Cancel);
        Assert.Throws<OperationCanceledException>(() => new WorkloadTimer(new ScriptedClock()).Measure(workload, new WorkloadContext(new WorkerTeam(1), 1), 1, source.Token));
    }
}
