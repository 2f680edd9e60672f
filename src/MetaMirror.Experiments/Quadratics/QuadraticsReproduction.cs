using MetaMirror.Experiments.Comparisons;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Runs;
using MetaMirror.Numerics;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Quadratics;

/// <summary><c>reproduce quadratics</c>: learns a diagonal in each regime and compares it with tuned baselines (MetaMD v1 section 5.1, Figure 1).</summary>
/// <param name="settings">Seed and threads.</param>
/// <param name="time">Clock.</param>
public sealed class QuadraticsReproduction(LearningSettings settings, TimeProvider time)
{
    private static readonly string[] Regimes = ["quadratics-round", "quadratics", "quadratics-steep"];

    /// <summary>Told of learning.</summary>
    public IProgress<LearningProgress>? LearningProgress { get; init; }

    /// <summary>Told of the comparison.</summary>
    public IProgress<RunProgress>? RunProgress { get; init; }

    /// <summary>The plans of the three regimes, with fewer tasks at the smoke scale.</summary>
    public static IReadOnlyList<Plan> Plans(bool smoke) => [.. Regimes.Select(PlanFile.Read).Select(plan => smoke
        ? plan with { Family = (MetaQuadraticsPlan)plan.Family with { LearnTasks = 10, HeldOutTasks = 15, TuningTasks = 3 } }
        : plan)];

    /// <summary>Runs all regimes.</summary>
    public QuadraticsResult Run(IReadOnlyList<Plan> plans, CancellationToken cancellationToken = default) =>
        new QuadraticsExperiment(new WorkerTeam(settings.Threads), settings.Seed, new StepTimer(time), RunProgress).Run("quadratics", plans, Learn, cancellationToken);

    private LearnedContenders<double> Learn(Plan plan, MetaQuadraticFamily family, IReadOnlyList<int> trainingTasks, CancellationToken cancellationToken)
    {
        var tasks = new TaskFamily<double>(trainingTasks.Select(family.Task));
        IReadOnlyList<LearnedRule<double>> rules = RuleLearners.LearnAll(plan, tasks, settings, time, LearningProgress, cancellationToken);
        return new LearnedContenders<double>([.. rules.Select(r => r.ToContender())], rules[0].Cost);
    }
}
