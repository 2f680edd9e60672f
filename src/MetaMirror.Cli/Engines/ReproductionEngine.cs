using MetaMirror.Cli.Machines;
using MetaMirror.Experiments.Comparisons;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Quadratics;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;
using MetaMirror.Numerics;
using MetaMirror.Tasks;

namespace MetaMirror.Cli.Engines;

/// <summary>Wires <c>reproduce</c> to the experiments.</summary>
internal static class ReproductionEngine
{
    private const int SmokeTasks = 10;
    private static readonly string[] Regimes = ["quadratics-round", "quadratics", "quadratics-steep"];

    /// <summary>Runs an experiment by name.</summary>
    public static ComparisonOutcome Run(ReproduceRequest request, EngineContext context) =>
        Quadratics(request.Experiment, [.. Regimes.Select(name => AtScale(PlanFile.Read(name), request.Scale))], context);

    /// <summary>MetaMD section 5.1 on the regimes of some plans.</summary>
    public static ComparisonOutcome Quadratics(string name, IReadOnlyList<Plan> plans, EngineContext context)
    {
        var experiment = new QuadraticsExperiment(new WorkerTeam(context.Threads), context.Seed, new StepTimer(context.Clock), context.Runs);
        QuadraticsResult result = experiment.Run(name, plans, Learn, context.Canceled);
        ReportModel report = PlanReport.Of(plans[0], result.Comparison, null, Machine.Describe(context.Threads), context.Seed) with
        {
            Title = $"MetaMirror: {name}",
            Trajectories = result.Pictures,
            PaperFigures = result.Paper,
        };
        return new ComparisonOutcome(report, IsComplete: true);

        LearnedContenders<double> Learn(Plan plan, MetaQuadraticFamily family, IReadOnlyList<int> trainingTasks, CancellationToken canceled)
        {
            if (plan.Learn is null)
                return new LearnedContenders<double>([], null);
            var tasks = new TaskFamily<double>(trainingTasks.Select(i => family[i]));
            IReadOnlyList<LearnedRule<double>> rules = RuleLearners.Create(plan, tasks, context.Settings, context.Clock, context.Learning).Learn(canceled);
            return new LearnedContenders<double>([.. rules.Select(r => r.ToContender())], rules[0].Cost);
        }
    }

    private static Plan AtScale(Plan plan, ReproductionScale scale) => scale == ReproductionScale.Smoke && plan.Family is MetaQuadraticsPlan family
        ? plan with { Family = family with { LearnTasks = SmokeTasks, HeldOutTasks = SmokeTasks, TuningTasks = 2 } }
        : plan;
}
