using MetaMirror.Experiments.Optimism;
using MetaMirror.Experiments.Readers;
using MetaMirror.Numerics;

namespace MetaMirror.Cli.Engines;

/// <summary>Reproduces Optimistic Meta-Gradients.</summary>
/// <exception cref="OperationCanceledException">Canceled.</exception>
internal delegate OptimismOutcome OptimismEngine(ReproductionScale scale, EngineContext context);

/// <summary>Wires <c>reproduce optimism</c> to the experiment.</summary>
internal static class OptimismEngines
{
    /// <summary>Rates, convex quadratics, games, and the parts that follow them.</summary>
    public static OptimismOutcome Run(ReproductionScale scale, EngineContext context)
    {
        OptimismSizes sizes = scale.Of(OptimismSizes.Smoke, OptimismSizes.Quick, OptimismSizes.Paper);
        var team = new WorkerTeam(context.Threads);
        var network = new NetworkStudy(team, context.Seed, new DatasetCatalogue(context.Data), context.Runs);
        return new OptimismExperiment(team, context.Seed, context.Runs, [network.Run]).Run(sizes, context.Canceled);
    }
}
