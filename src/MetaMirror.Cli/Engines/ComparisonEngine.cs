using System.Numerics;
using MetaMirror.Cli.Errors;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Comparisons;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Cli.Engines;

/// <summary>Wires <c>compare</c> and <c>demo</c> to the experiments: held-out tasks one after the other, so that those done before Ctrl-C are kept.</summary>
internal static class ComparisonEngine
{
    /// <summary>Networks in single precision, convex models in double, quadratics by their own experiment.</summary>
    public static ComparisonOutcome Run(CompareRequest request, EngineContext context)
    {
        if (request.Rivals && Catalogue.Rivals.Count == 0)
            context.Warn("this build has no rivals: --rivals changes nothing");
        return request.Plan switch
        {
            { Family: MetaQuadraticsPlan } when request.HeldOut is { } task =>
                throw new UsageException(
                    "--held-out", $"expected none for meta-quadratics, whose plan says how many tasks are held out, found {Found.Text(task)}"),
            { Family: MetaQuadraticsPlan } => ReproductionEngine.Quadratics(request.Plan.Name, [request.Plan], context),
            { IsDoublePrecision: true } => Run<double>(request, context),
            _ => Run<float>(request, context),
        };
    }

    private static ComparisonOutcome Run<T>(CompareRequest request, EngineContext context)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var datasets = new DatasetCatalogue(context.Data);
        Plan plan = request.Rivals
            ? request.Plan with { Baselines = [.. request.Plan.Baselines.Union(Catalogue.Rivals, StringComparer.Ordinal)] }
            : request.Plan;
        string[] names = [.. PlanTasks.Of<T>(plan, datasets, context.Seed).Select(t => t.Name)];
        foreach (string task in plan.HeldOut)
            TaskNames.Checked($"{plan.Name}, $.heldOut", task, names);
        if (request.HeldOut is { } one)
            names = [TaskNames.Checked("--held-out", one, names)];
        bool together = request.HeldOut is null && plan.HeldOut.Count > 0;
        var comparison = new PlanComparison<T>(plan, datasets, context.Settings, context.Clock)
        {
            LearningProgress = context.Learning,
            RunProgress = context.Runs,
        };
        var done = new List<PlanComparisonResult<T>>();
        bool isComplete = true;
        try
        {
            if (together)
                done.Add(comparison.Run([], null, context.Canceled));
            foreach (string name in together ? [] : names)
                done.Add(comparison.Run([name], null, context.Canceled));
        }
        catch (OperationCanceledException) when (done.Count > 0)
        {
            // The held-out tasks that were done are worth a report.
            isComplete = false;
        }

        PlanComparisonResult<T> all = Merge(done);
        return new ComparisonOutcome(PlanReport.Of(plan, all, all.Image, context.Seed), isComplete);
    }

    private static PlanComparisonResult<T> Merge<T>(IReadOnlyList<PlanComparisonResult<T>> done)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (done.Count == 1)
            return done[0];
        ComparisonResult merged = done[0].Result with
        {
            Comparison = [.. done.SelectMany(d => d.Result.Comparison)],
            Curves = [.. done.SelectMany(d => d.Result.Curves)],
            Data = DataUse.Merge([.. done.Select(d => d.Result.Data)]),
            MetaTraining = MetaTrainingCosts.Mean([.. done.Select(d => d.Result.MetaTraining).OfType<MetaTrainingSummary>()]),
        };
        merged = MetaTrainingCosts.WithLearningCosts(
            merged, done.SelectMany(d => d.Learned).SelectMany(l => l).Where(r => r.Role == OptimizerRole.Learned).Select(r => (r.Name, r.Cost)));
        return new PlanComparisonResult<T>(merged, [.. done.SelectMany(d => d.Learned)]) { Activations = done[0].Activations, Image = done[0].Image };
    }
}
