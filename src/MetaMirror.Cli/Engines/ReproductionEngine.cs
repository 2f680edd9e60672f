using MetaMirror.Experiments.Comparisons;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Protocols;
using MetaMirror.Experiments.Quadratics;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Rivals;
using MetaMirror.Experiments.Runs;

namespace MetaMirror.Cli.Engines;

/// <summary>Wires <c>reproduce</c>, and <c>compare</c> on quadratics, to the experiments.</summary>
internal static class ReproductionEngine
{
    /// <summary>Runs an experiment by name.</summary>
    public static ComparisonOutcome Run(ReproduceRequest request, EngineContext context)
    {
        if (PaperProtocols.Names.Contains(request.Experiment, StringComparer.Ordinal))
            return Protocol(PaperProtocols.Named(request.Experiment), request, context);
        return request.Keeping.Resume
            ? throw ComparisonEngine.NoResume(request.Experiment)
            : Quadratics(request.Experiment, QuadraticsReproduction.Plans(request.Scale == ReproductionScale.Smoke), context);
    }

    private static ComparisonOutcome Protocol(Protocol protocol, ReproduceRequest request, EngineContext context)
    {
        ProtocolScale scale = request.Scale.Of(ProtocolScale.Smoke, ProtocolScale.Quick, ProtocolScale.Paper);
        Plan plan = RivalSuite.With(protocol.At(scale), request.Rivals);
        if (scale == ProtocolScale.Paper && protocol.Converged is { } rule)
            plan = rule.Applied(plan, new DatasetCatalogue(context.Data), context.Seed, context.Runs, context.Canceled);
        (IReadOnlyList<ComparisonPart> done, bool isComplete) = ComparisonEngine.Parts(plan, null, request.Keeping, context);
        return new ComparisonOutcome(ProtocolReport.Of(protocol, scale, plan, done, context.Seed), isComplete);
    }

    /// <summary>MetaMD section 5.1 on the regimes of some plans.</summary>
    public static ComparisonOutcome Quadratics(string name, IReadOnlyList<Plan> plans, EngineContext context)
    {
        var experiment = new QuadraticsReproduction(context.Settings, context.Clock)
        {
            LearningProgress = context.Learning,
            RunProgress = new IterationProgress(context.Runs),
        };
        QuadraticsResult result = experiment.Run(plans, context.Canceled);
        ReportModel report = new()
        {
            Title = $"MetaMirror: {name}",
            Comparison = result.Comparison with { Experiment = name },
            Learned = plans[0].Description,
            Trajectories = result.Pictures,
            PaperFigures = result.Paper,
            Definitions = [new("Steps to target", result.Comparison.Target.Definition)],
            Seed = context.Seed,
            FairPlay = "Each baseline has one learning rate per regime, tuned on training tasks; the learned optimizer sees the training tasks only.",
        };
        return new ComparisonOutcome(report, IsComplete: true);
    }

    /// <summary>Quadratics report their median iterations where others report a loss.</summary>
    private sealed class IterationProgress(IProgress<RunProgress> inner) : IProgress<RunProgress>
    {
        public void Report(RunProgress value)
        {
            string iterations = double.IsFinite(value.Loss) ? NumberText.Count(value.Loss) + " iterations" : "not reached";
            inner.Report(value with { Text = $"{value.Text}: {iterations}", Loss = double.NaN });
        }
    }
}
