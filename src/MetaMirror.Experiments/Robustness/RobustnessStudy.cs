using MetaMirror.Experiments.Comparisons;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;

namespace MetaMirror.Experiments.Robustness;

/// <summary>
/// A map of where a learned optimizer pays: learned once for one batch size, width and number of steps, then deployed with others and with wrong labels, beside Adam tuned for each of them on the
/// held-out task itself.
/// </summary>
/// <param name="settings">Seed and threads; results but for times do not depend on the threads.</param>
/// <param name="datasets">Where images are looked for.</param>
/// <param name="time">Clock.</param>
public sealed class RobustnessStudy(LearningSettings settings, DatasetCatalogue datasets, TimeProvider time)
{
    private const string Adam = "adam";

    /// <summary>Times that differ by less than a tenth are level: repeated measurements do.</summary>
    private const double LevelTime = 0.9;

    /// <summary>Told of learning.</summary>
    public IProgress<LearningProgress>? LearningProgress { get; init; }

    /// <summary>Told of every finished run.</summary>
    public IProgress<RunProgress>? RunProgress { get; init; }

    /// <summary>Learns on the plan's other tasks, then trains the held-out ones with every change.</summary>
    /// <param name="sizes">How much.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="OperationCanceledException">Canceled.</exception>
    public RobustnessResult Run(RobustnessSizes sizes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        Plan plan = PlanData.ReadOr(sizes.Plan, RobustnessSizes.Digits, datasets, out bool isStandIn);
        plan = plan with
        {
            Also = [],
            Controls = [],
            Baselines = [Adam],
            Target = new TargetPlan(TargetQuantity.TrainingLoss, TargetValue.BestClassicFinal),
            Seeds = sizes.Seeds ?? plan.Seeds,
            Training = plan.Training with { Steps = sizes.HomeSteps ?? plan.Training.Steps },
            Tuning = sizes.Rates is { } rates ? plan.Tuning with { Rates = rates } : plan.Tuning,
        };
        var runs = new List<(TrainingChange Change, string Task, ComparisonRow[] Rows)>();
        var costs = new List<MetaTrainingSummary>();
        foreach (string task in sizes.HeldOut)
        {
            LearnedRule<float>? learned = null;
            foreach (TrainingChange change in sizes.Changes)
            {
                PlanComparisonResult<float> result = learned is null
                    ? Comparison(plan).Run([task], null, cancellationToken)
                    : Comparison(change.Of(plan) with { Learn = null }).Run([task], [Deployed(learned, change, plan)], cancellationToken);
                if (learned is null)
                {
                    learned = result.Learned[0][0];
                    costs.Add(learned.Cost);
                }

                runs.Add((change, task, [.. result.Result.Comparison]));
            }
        }

        runs = WithSharedTimes(runs);
        RobustnessRow[] rows = [.. sizes.Changes.SelectMany(c => runs.Where(r => r.Change == c).Select(r => Row(c, r.Task, r.Rows)))];
        return new RobustnessResult
        {
            Scale = sizes.Name,
            Seed = settings.Seed,
            Plan = plan.Name,
            Optimizer = plan.Learn!.Optimizer,
            IsStandIn = isStandIn,
            Map = [.. rows.GroupBy(r => r.Change, StringComparer.Ordinal).Select(g => Summary(g.Key, [.. g]))],
            Rows = rows,
            Comparison = [.. runs.SelectMany(r => r.Rows.Select(row => row with { HeldOutTask = $"{r.Change}: {r.Task}" }))],
            Data = PlanData.Used(plan, datasets),
            MetaTraining = MetaTrainingCosts.Mean(costs),
        };
    }

    /// <summary>A step costs the same whatever the task, the number of steps and the labels: of all measurements of one batch size and width the least is taken, which other work has disturbed least.</summary>
    internal static List<(TrainingChange Change, string Task, ComparisonRow[] Rows)> WithSharedTimes(List<(TrainingChange Change, string Task, ComparisonRow[] Rows)> runs)
    {
        Dictionary<(double, double, string), double?> least = runs.SelectMany(r => r.Rows.Select(row => (Key: (r.Change.Batch, r.Change.Width, row.Optimizer), row.MillisecondsPerStep)))
            .GroupBy(t => t.Key).ToDictionary(g => g.Key, g => g.Min(t => t.MillisecondsPerStep));
        return [.. runs.Select(r => (r.Change, r.Task, r.Rows.Select(row => row with { MillisecondsPerStep = least[(r.Change.Batch, r.Change.Width, row.Optimizer)] }).ToArray()))];
    }

    private PlanComparison<float> Comparison(Plan plan) => new(plan, datasets, settings, time) { LearningProgress = LearningProgress, RunProgress = RunProgress };

    /// <summary>The learned optimizer, brought to the changed network's sizes where they differ.</summary>
    private Contender<float> Deployed(LearnedRule<float> learned, TrainingChange change, Plan plan)
    {
        Contender<float> contender = learned.ToContender();
        if (change.Width == 1)
            return contender;
        ParameterLayout layout = PlanTasks.Of<float>(change.Of(plan), datasets, settings.Seed)[0].Layout;
        return contender with
        {
            Rule = contender.Rule.Resized(layout) ?? throw new ArgumentException($"The optimizer '{learned.Name}' of the plan '{plan.Name}' cannot be brought to other widths."),
        };
    }

    internal static RobustnessRow Row(TrainingChange change, string task, IReadOnlyList<ComparisonRow> rows)
    {
        ComparisonRow own = rows.First(r => r.Learned), adam = rows.First(r => r.Optimizer == Adam);
        return new RobustnessRow(
            change.ToString(),
            task,
            Ratios.Of(Figure.OrNull(own.StepsToTarget.Median), Figure.OrNull(adam.StepsToTarget.Median)),
            Ratios.Of(own.SecondsToTarget, adam.SecondsToTarget),
            Ratios.Of(Figure.OrNull(own.MeanTrainingLoss), Figure.OrNull(adam.MeanTrainingLoss)),
            Ratios.Of(Figure.OrNull(own.FinalTrainingLoss), Figure.OrNull(adam.FinalTrainingLoss)),
            own.TestAccuracy?.Mean - adam.TestAccuracy?.Mean,
            Root(own.TestAccuracy?.StandardError, adam.TestAccuracy?.StandardError),
            own.Diverged);
    }

    internal static RobustnessSummary Summary(string change, IReadOnlyList<RobustnessRow> rows) => new(
        change,
        rows.Count,
        Ratios.Median(rows.Select(r => r.Steps)),
        Ratios.Median(rows.Select(r => r.Seconds)),
        Ratios.Median(rows.Select(r => r.MeanLoss)),
        Ratios.Median(rows.Select(r => r.FinalLoss)),
        rows.Average(r => r.Accuracy),
        rows.All(r => r is { Steps: < 1, Diverged: 0 }),
        rows.All(r => r is { Seconds: < LevelTime, Diverged: 0 }),
        rows.Any(r => r.Accuracy < -(r.AccuracyError ?? 0)));

    private static double? Root(double? a, double? b) => a is { } x && b is { } y ? Math.Sqrt((x * x) + (y * y)) : null;
}
