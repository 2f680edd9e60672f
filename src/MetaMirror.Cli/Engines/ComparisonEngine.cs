using System.Numerics;
using MetaMirror.Cli.Machines;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Comparisons;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Learning;
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
            { Family: MetaQuadraticsPlan } => ReproductionEngine.Quadratics(request.Plan.Name, [request.Plan], context),
            { Model: MlpPlan } => Run<float>(request, context),
            _ => Run<double>(request, context),
        };
    }

    private static ComparisonOutcome Run<T>(CompareRequest request, EngineContext context)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var datasets = new DatasetCatalogue(context.Data);
        Plan plan = request.Rivals ? request.Plan with { Baselines = [.. request.Plan.Baselines, .. Catalogue.Rivals.Except(request.Plan.Baselines, StringComparer.Ordinal)] } : request.Plan;
        string[] names = request.HeldOut is { } one ? [one] : [.. PlanTasks.Of<T>(plan, datasets, context.Seed).Select(t => t.Name)];
        var comparison = new PlanComparison<T>(plan, datasets, context.Settings, context.Clock) { LearningProgress = context.Learning, RunProgress = context.Runs };
        var done = new List<PlanComparisonResult<T>>();
        try
        {
            foreach (string name in names)
                done.Add(comparison.Run([name], null, context.Canceled));
        }
        catch (OperationCanceledException) when (done.Count > 0)
        {
            // The held-out tasks that were done are worth a report.
            return new ComparisonOutcome(Report(plan, done, context), IsComplete: false);
        }

        return new ComparisonOutcome(Report(plan, done, context), IsComplete: true);
    }

    private static ReportModel Report<T>(Plan plan, IReadOnlyList<PlanComparisonResult<T>> done, EngineContext context)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ComparisonResult first = done[0].Result;
        ComparisonResult all = first with
        {
            Comparison = [.. done.SelectMany(d => d.Result.Comparison)],
            Curves = [.. done.SelectMany(d => d.Result.Curves)],
            MetaTraining = MetaTrainingCosts.Mean([.. done.Select(d => d.Result.MetaTraining).OfType<MetaTrainingSummary>()]),
        };
        LearnedRule<T>? learned = done[0].Learned.FirstOrDefault()?[0];
        return PlanReport.Of(plan, all, learned?.Rule.Name, Machine.Describe(context.Threads), context.Seed);
    }
}
