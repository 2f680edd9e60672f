using MetaMirror.Experiments.Gradchecks;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Cli.Engines;

/// <summary>Compare every hypergradient estimator with its oracle.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Steps">Inner steps; null: few enough for the oracle.</param>
internal sealed record GradcheckRequest(Plan Plan, int? Steps);

/// <summary>Checks.</summary>
internal delegate GradientCheckResult GradcheckEngine(GradcheckRequest request, EngineContext context);

/// <summary>Wires <c>gradcheck</c> to the experiments.</summary>
internal static class CheckingEngine
{
    /// <summary>Checks on the plan's first task.</summary>
    public static GradientCheckResult Run(GradcheckRequest request, EngineContext context) =>
        new GradientCheck(request.Plan, new DatasetCatalogue(context.Data), context.Seed, context.Clock).Run(request.Steps, context.Canceled);
}
