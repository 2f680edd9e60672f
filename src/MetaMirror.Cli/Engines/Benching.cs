using MetaMirror.Experiments.Benchmarks;
using MetaMirror.Numerics;

namespace MetaMirror.Cli.Engines;

/// <summary>Time workloads.</summary>
/// <param name="Workloads">Which.</param>
/// <param name="Repeats">Timed calls of each.</param>
internal sealed record BenchRequest(IReadOnlyList<Workload> Workloads, int Repeats);

/// <summary>Times them.</summary>
internal delegate BenchmarkResult BenchEngine(BenchRequest request, EngineContext context);

/// <summary>Wires <c>bench</c> to the experiments.</summary>
internal static class BenchingEngine
{
    /// <summary>Times workloads.</summary>
    public static BenchmarkResult Run(BenchRequest request, EngineContext context) =>
        new BenchmarkRun(new WorkloadContext(new WorkerTeam(context.Threads), context.Seed), context.Clock) { Progress = context.Runs }
            .Run(request.Workloads, request.Repeats, context.Canceled);
}
