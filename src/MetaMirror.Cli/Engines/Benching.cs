using MetaMirror.Experiments.Benchmarks;
using MetaMirror.Numerics;

namespace MetaMirror.Cli.Engines;

/// <summary>Time workloads.</summary>
/// <param name="Workloads">Which.</param>
/// <param name="Repeats">Timed calls of each.</param>
internal sealed record BenchRequest(IReadOnlyList<Workload> Workloads, int Repeats);

/// <summary>What <c>bench</c> can do.</summary>
/// <param name="Time">Times workloads.</param>
/// <param name="Scale">Measures how costs grow; asked for with the number of timed calls.</param>
internal sealed record BenchEngine(Func<BenchRequest, EngineContext, BenchmarkResult> Time, Func<int, EngineContext, ScalingResult> Scale);

/// <summary>Wires <c>bench</c> to the experiments.</summary>
internal static class BenchingEngine
{
    /// <summary>Both.</summary>
    public static BenchEngine Both { get; } = new(Time, Scale);

    private static BenchmarkResult Time(BenchRequest request, EngineContext context) =>
        new BenchmarkRun(With(context), context.Clock) { Progress = context.Runs }.Run(request.Workloads, request.Repeats, context.Canceled);

    private static ScalingResult Scale(int repeats, EngineContext context) =>
        new ScalingStudy(With(context), context.Clock) { Progress = context.Runs }.Run(repeats, context.Canceled);

    private static WorkloadContext With(EngineContext context) => new(new WorkerTeam(context.Threads), context.Seed);
}
