using System.Numerics;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;

namespace MetaMirror.Experiments.Comparisons;

/// <summary>What was learned for one held-out task.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Contenders">Learned optimizers and controls; the learned one that verdicts speak of first.</param>
/// <param name="Cost">What learning cost; null if nothing was learned now.</param>
public sealed record LearnedContenders<T>(IReadOnlyList<Contender<T>> Contenders, MetaTrainingSummary? Cost)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>What each learned optimizer cost, by name; may be empty.</summary>
    public IReadOnlyList<(string Optimizer, MetaTrainingSummary Cost)> Costs { get; init; } = [];
}

/// <summary>Learns on some tasks of a family.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="trainingTasks">Numbers of the tasks to learn on; the held-out task is not among them.</param>
/// <param name="cancellationToken">Ends learning early.</param>
public delegate LearnedContenders<T> ContenderLearner<T>(IReadOnlyList<int> trainingTasks, CancellationToken cancellationToken)
    where T : unmanaged, IFloatingPointIeee754<T>;

/// <summary>Holds out task after task: learns on the others, compares on the one held out; step times are measured at the end, when nothing else runs.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="pool">Does the runs.</param>
/// <param name="plan">The plan.</param>
/// <param name="timer">Measures step times; null: they are left out.</param>
public sealed class LeaveOneOut<T>(RunPool<T> pool, Plan plan, StepTimer? timer)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>All optimizers are timed so many times in turn, and the least of each is taken: interruptions only add time.</summary>
    internal const int TimedRounds = 5;

    /// <summary>Runs the comparison of a plan.</summary>
    /// <param name="tasks">All tasks of the family; a task's place is its number.</param>
    /// <param name="heldOut">Numbers of the tasks to hold out, one after the other.</param>
    /// <param name="together">Whether they are held out together: learning is done once, on all others.</param>
    /// <param name="tunable">Baselines and rivals.</param>
    /// <param name="learn">Learns on the other tasks; null: nothing is learned.</param>
    /// <param name="cancellationToken">Ends the comparison early.</param>
    /// <exception cref="ArgumentException">A number is not that of a task, or there is none.</exception>
    /// <exception cref="OperationCanceledException">Canceled.</exception>
    public ComparisonResult Run(
        IReadOnlyList<MeasuredTask<T>> tasks,
        IReadOnlyList<int> heldOut,
        bool together,
        IReadOnlyList<OptimizerEntry<T>> tunable,
        ContenderLearner<T>? learn,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        ArgumentNullException.ThrowIfNull(heldOut);
        if (heldOut.Count == 0 || heldOut.Any(i => (uint)i >= (uint)tasks.Count))
        {
            string found = heldOut.Count == 0 ? "none" : string.Join(", ", heldOut);
            throw new ArgumentException($"Expected numbers of tasks to hold out, 0 to {tasks.Count - 1}, found {found}.", nameof(heldOut));
        }

        var comparisons = new List<(MeasuredTask<T> Task, TaskComparison<T> Result)>();
        var costs = new List<MetaTrainingSummary>();
        var each = new List<(string Optimizer, MetaTrainingSummary Cost)>();
        foreach (int[] group in together ? [[.. heldOut]] : heldOut.Select(i => (int[])[i]))
        {
            int[] others = [.. Enumerable.Range(0, tasks.Count).Except(group).Where(i => !plan.HeldOut.Contains(tasks[i].Task.Name, StringComparer.Ordinal))];
            LearnedContenders<T> learned = learn?.Invoke(others, cancellationToken) ?? new LearnedContenders<T>([], null);
            if (learned.Cost is { } cost)
                costs.Add(cost with { TaskNames = cost.TaskNames.Count > 0 ? cost.TaskNames : [.. others.Select(i => tasks[i].Task.Name)] });
            each.AddRange(learned.Costs);
            foreach (int number in group)
                comparisons.Add((tasks[number], new Comparison<T>(pool, plan).Run(tasks[number], learned.Contenders, tunable, cancellationToken)));
        }

        Dictionary<string, double?> times = TimeSteps(comparisons);
        var result = new ComparisonResult
        {
            Experiment = plan.Name,
            Target = Definition(plan),
            Comparison = [.. comparisons.SelectMany(c => c.Result.Rows).Select(r => r with { MillisecondsPerStep = times.GetValueOrDefault(r.Optimizer) })],
            Curves = [.. comparisons.SelectMany(c => c.Result.Curves)],
            AccuracyCurves = [.. comparisons.SelectMany(c => c.Result.AccuracyCurves)],
            MetaTraining = MetaTrainingCosts.Mean(costs),
        };
        return MetaTrainingCosts.WithLearningCosts(result, each);
    }

    /// <summary>The number of the task of a name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists them and names the nearest.</exception>
    public static int NumberOf(IReadOnlyList<MeasuredTask<T>> tasks, string name)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        for (int i = 0; i < tasks.Count; i++)
        {
            if (string.Equals(tasks[i].Task.Name, name, StringComparison.Ordinal))
                return i;
        }

        throw Catalogue.Unknown("a task", name, tasks.Select(t => t.Task.Name), nameof(name));
    }

    /// <summary>A plan's target in words.</summary>
    public static TargetDefinition Definition(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        string where = plan.Evaluation.Examples is { } n ? $"a fixed subset of {n} training examples" : "the whole training set";
        string when = plan.Evaluation.EverySteps == 1 ? "at every step" : $"every {plan.Evaluation.EverySteps} steps";
        string value = plan.Target.Value.Number is null
            ? $" The target of each held-out task is {Above(plan)}the lowest final training loss (mean over the last tenth, median over seeds) of the tuned classic baselines."
            : "";
        if (plan.Target.Quantity == TargetQuantity.GradientMaximum)
        {
            return new TargetDefinition(
                "gradientMaximum",
                plan.Target.Value,
                $"First step at which the largest entry of the gradient of the objective on the whole training set, measured before the update {when}, "
                + $"is at most the target; median and quartiles over {plan.Seeds} seeds.");
        }

        return new TargetDefinition(
            "trainingLoss",
            plan.Target.Value,
            $"First step at which the mean loss over {where}, measured before the update {when} without smoothing, "
            + $"is at most the target; median and quartiles over {plan.Seeds} seeds.{value}");
    }

    private static string Above(Plan plan) =>
        plan.Target.Within > 0 ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{100 * plan.Target.Within:0.###} % above ") : "";

    /// <summary>Each optimizer on the first task; one whose run diverges there on the next on which it does not.</summary>
    private Dictionary<string, double?> TimeSteps(IEnumerable<(MeasuredTask<T> Task, TaskComparison<T> Result)> comparisons)
    {
        var times = new Dictionary<string, double?>(StringComparer.Ordinal);
        foreach ((MeasuredTask<T> task, TaskComparison<T> comparison) in comparisons)
            TimeSteps(task, [.. comparison.Settled.Where(c => times.GetValueOrDefault(c.Name) is null)], times);
        return times;
    }

    private void TimeSteps(MeasuredTask<T> task, Contender<T>[] all, Dictionary<string, double?> times)
    {
        if (timer is null || all.Length == 0)
            return;
        var runs = new TrainingRun<T>(task, Measurement.Of(plan));
        for (int round = 0; round < (plan.Timing?.Rounds ?? TimedRounds); round++)
        {
            foreach (Contender<T> contender in all)
            {
                double? now = timer.MillisecondsPerStep(runs, contender, pool.Seed);
                times[contender.Name] = times.GetValueOrDefault(contender.Name) is { } before && !(now < before) ? before : now;
            }
        }
    }
}
