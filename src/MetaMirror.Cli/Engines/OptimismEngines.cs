using MetaMirror.Experiments.Optimism;
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
        OptimismSizes sizes = scale switch
        {
            ReproductionScale.Smoke => OptimismSizes.Smoke,
            ReproductionScale.Paper => OptimismSizes.Paper,
            _ => OptimismSizes.Quick,
        };
        return new OptimismExperiment(new WorkerTeam(context.Threads), context.Seed, context.Runs, Parts).Run(sizes, context.Canceled);
    }

    /// <summary>What is run after the convex parts, in this order; each is a chapter of the report.</summary>
    private static IReadOnlyList<OptimismPartRunner> Parts { get; } = [];
}
