using MetaMirror.Experiments.Benchmarks;
using MetaMirror.Experiments.Runs;
using MetaMirror.Networks;
using MetaMirror.Numerics;

namespace MetaMirror.Experiments.Tests.Benchmarks;

public sealed class ScalingStudyTests
{
    private const double Megabyte = 1 << 20;

    [Fact]
    public void Every_point_is_measured()
    {
        var network = Network.Mlp(6, 5, 3);
        var told = new Told();
        var study = new ScalingStudy(new WorkloadContext(new WorkerTeam(1), 1), new ScriptedClock { TicksALook = TimeSpan.TicksPerSecond })
        {
            Plan = new ScalingPlan { Batches = [4, 8], Widths = [3], Depths = [1, 3], Steps = [16, 64], LeNetSteps = [1], HypergradientNetwork = network },
            Progress = told,
        };
        ScalingResult result = study.Run(2, TestContext.Current.CancellationToken);
        Assert.Equal(
            [("batch", 4, "256-256-256-10", 4), ("batch", 8, "256-256-256-10", 8), ("width", 3, "3-3-3-10", 128), ("depth", 1, "256-256-10", 128), ("depth", 3, "256-256-256-256-10", 128)],
            result.Derivatives.Select(d => (d.Grows, d.Value, d.Network, d.Batch)));
        Assert.Equal(["batch 4", "batch 8", "width 3", "depth 1", "depth 3", "hypergradient of mlp through 16 steps", "hypergradient of mlp through 64 steps", "hypergradient of lenet through 1 steps"], told.Texts);
        Assert.Equal([("mlp", 16L), ("mlp", 64L), ("lenet", 1L)], result.Hypergradients.Select(h => (h.Network, h.HessianVectorProducts)));
        Assert.Equal(8 * 64 * network.Layout.Length / Megabyte, result.Hypergradients[1].AllStatesMegabytes);
    }

    [Fact]
    public void Storage_grows_with_the_root_of_the_number_of_steps()
    {
        var study = new ScalingStudy(new WorkloadContext(new WorkerTeam(1), 1), new ScriptedClock { TicksALook = TimeSpan.TicksPerSecond })
        {
            Plan = new ScalingPlan { Batches = [], Widths = [], Depths = [], Steps = [100, 400], LeNetSteps = [], HypergradientNetwork = Network.Mlp(6, 5, 3) },
        };
        ScalingResult result = study.Run(1, TestContext.Current.CancellationToken);
        Assert.Empty(result.Derivatives);
        Assert.InRange(result.Hypergradients[1].TrajectoryMegabytes / result.Hypergradients[0].TrajectoryMegabytes, 1.5, 2.1);
    }

    private sealed class Told : IProgress<RunProgress>
    {
        public List<string> Texts { get; } = [];

        public void Report(RunProgress value) => Texts.Add(value.Text);
    }
}
