using System.Numerics;
using MetaMirror.Cli.Errors;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Tuning.Protocols;
using MetaMirror.Numerics;

namespace MetaMirror.Cli.Engines;

/// <summary>Wires <c>tune</c> to the experiments.</summary>
internal static class TuningEngine
{
    /// <summary>Networks in single precision, convex models in double.</summary>
    public static TuningOutcome Run(TuneRequest request, EngineContext context) =>
        request.Plan.IsDoublePrecision ? Run<double>(request, context) : Run<float>(request, context);

    private static TuningOutcome Run<T>(TuneRequest request, EngineContext context)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (request.Plan.Family is MetaQuadraticsPlan)
            throw new UsageException("PLAN", $"expected a plan with examples to tune on, found the meta-quadratics of '{request.Plan.Name}'");
        var datasets = new DatasetCatalogue(context.Data);
        if (request.Protocol.Task is { } task)
            TaskNames.Checked("--task", task, [.. PlanTasks.Of<T>(request.Plan, datasets, context.Seed).Select(t => t.Name)]);
        return new PlanTuning<T>(request.Plan, datasets, context.Seed, new WorkerTeam(context.Threads), context.Clock) { Progress = context.Runs }
            .Run(request.Protocol, request.Folder, context.Canceled);
    }
}
