using System.Numerics;
using MetaMirror.Datasets;
using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;
using MetaMirror.InitialPoints;
using MetaMirror.MetaLearners;
using MetaMirror.Numerics;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Comparisons;

/// <summary>What a plan's comparison found: the result for tables and JSON, and what was learned for each held-out task.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Result">Rows, curves, cost.</param>
/// <param name="Learned">Learned rules and controls, per held-out task in order.</param>
public sealed record PlanComparisonResult<T>(ComparisonResult Result, IReadOnlyList<IReadOnlyList<LearnedRule<T>>> Learned)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Activation frequencies of learned maxima on the first held-out task, over all seeds.</summary>
    public IReadOnlyList<ActivationFrequencies> Activations { get; init; } = [];

    /// <summary>Shape of the inputs, if they are images.</summary>
    public ImageShape? Image { get; init; }
}

/// <summary>The main job: learn on all tasks of a plan but one, then compare with tuned baselines on that one.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="plan">The plan.</param>
/// <param name="datasets">Where data is found.</param>
/// <param name="settings">Seed and threads.</param>
/// <param name="time">Clock.</param>
public sealed class PlanComparison<T>(Plan plan, DatasetCatalogue datasets, LearningSettings settings, TimeProvider time)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Source runs, shared by all that this object learns.</summary>
    private readonly SourceRunStore _shared = new();

    /// <summary>Told of learning.</summary>
    public IProgress<LearningProgress>? LearningProgress { get; init; }

    /// <summary>Told of every finished run of the comparison.</summary>
    public IProgress<RunProgress>? RunProgress { get; init; }

    /// <summary>Learns and compares.</summary>
    /// <param name="heldOut">Names of the tasks to hold out in turn; empty: those of the plan together, or each in turn if it names none.</param>
    /// <param name="extra">Optimizers learned earlier, e.g. read from files; compared as they are.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="ArgumentException">A name is unknown.</exception>
    public PlanComparisonResult<T> Run(IReadOnlyList<string> heldOut, IReadOnlyList<Contender<T>>? extra = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(heldOut);
        IReadOnlyList<SupervisedTask<T>> tasks = PlanTasks.Of<T>(plan, datasets, settings.Seed);
        IReadOnlyList<MeasuredTask<T>> measured = PlanTasks.Measured(plan, tasks, settings.Seed);
        bool together = heldOut.Count == 0 && plan.HeldOut.Count > 0;
        IReadOnlyList<string> names = together ? plan.HeldOut : heldOut;
        int[] numbers = names.Count == 0
            ? [.. Enumerable.Range(0, tasks.Count)]
            : [.. names.Select(name => LeaveOneOut<T>.NumberOf(measured, name))];
        if (together && numbers.Length == tasks.Count)
            throw new ArgumentException($"Holding out all {tasks.Count} tasks leaves none to learn on.", nameof(heldOut));
        if (plan.Learn is not null && tasks.Count == 1)
            throw new ArgumentException($"The family of the plan '{plan.Name}' has one task, '{tasks[0].Name}': holding it out leaves none to learn on. Give it more tasks, or no 'learn' part.", nameof(heldOut));
        var learned = new List<IReadOnlyList<LearnedRule<T>>>();
        var pool = new RunPool<T>(new WorkerTeam(settings.Threads), settings.Seed, RunProgress);
        ComparisonResult result = new LeaveOneOut<T>(pool, plan, StepTimer.Of(plan, time)).Run(
            measured, numbers, together, [.. plan.Baselines.Select(Catalogue.Optimizer<T>)], plan.Learn is null && extra is null ? null : Learn, cancellationToken);
        result = result with { Data = PlanData.Used(plan, datasets, tasks) };
        return new PlanComparisonResult<T>(result, learned)
        {
            Activations = learned.Count > 0 ? [.. learned[0].SelectMany(rule => Activations(rule, tasks[numbers[0]], numbers[0], cancellationToken))] : [],
            Image = tasks[0].Data.Train.Examples.Image,
        };

        LearnedContenders<T> Learn(IReadOnlyList<int> sources, CancellationToken token)
        {
            if (plan.Learn is null)
                return new LearnedContenders<T>(extra ?? [], null);
            var family = new TaskFamily<T>(sources.Select(i => tasks[i].TrainingOnly()), sources);
            IReadOnlyList<LearnedRule<T>> rules = RuleLearners.LearnAll(plan, family, settings, time, _shared, LearningProgress, token);
            learned.Add(rules);
            return new LearnedContenders<T>([.. rules.Select(r => r.ToContender()), .. extra ?? []], rules[0].Cost)
            {
                Costs = [.. rules.Where(r => r.Role != OptimizerRole.Control).Select(r => (r.Name, r.Cost))],
            };
        }
    }

    private IEnumerable<ActivationFrequencies> Activations(LearnedRule<T> rule, SupervisedTask<T> task, int number, CancellationToken cancellationToken)
    {
        if (rule.Rule.Mirror(rule.Layout)?.Divergence is not MaxOfDiagonals<T>)
            yield break;
        var recorder = new ActivationRecorder<T>(rule.Rule, rule.Layout, rule.Natural.AsSpan(), plan.Training.Steps);
        var problem = new InnerProblem<T>(task, rule.Rule, new TaskInitialPoint<T>(), new Unroll(plan.Training.Steps, plan.Training.BatchSize is null));
        MetaParameters<T> meta = rule.ToContender().MetaFor(problem.Descent.Objective);
        for (int run = 0; run < plan.Seeds; run++)
        {
            problem.Start(meta, new BatchKey(settings.Seed, 0, (uint)run, (uint)number));
            problem.Descent.Run(recorder, cancellationToken);
        }

        yield return new ActivationFrequencies(rule.Name, recorder.Frequencies()) { Dead = recorder.Dead().Length };
    }
}
