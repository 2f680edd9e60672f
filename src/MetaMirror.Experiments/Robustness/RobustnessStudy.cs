using MetaMirror.Experiments.Comparisons;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;
using MetaMirror.Experiments.Tuning;

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
        var rows = new List<RobustnessRow>();
        var runs = new List<ComparisonRow>();
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

                rows.Add(Row(change, task, result.Result));
                runs.AddRange(result.Result.Comparison.Select(r => r with { HeldOutTask = $"{change}: {task}" }));
            }
        }

        return new RobustnessResult
        {
            Scale = sizes.Name,
            Seed = settings.Seed,
            Plan = plan.Name,
            Optimizer = plan.Learn!.Optimizer,
            IsStandIn = isStandIn,
            Map = [.. rows.GroupBy(r => r.Change, StringComparer.Ordinal).Select(g => Summary(g.Key, [.. g]))],
            Rows = [.. rows.OrderBy(r => sizes.Changes.Select(c => c.ToString()).ToList().IndexOf(r.Change))],
            Comparison = runs,
            Data = PlanData.Used(plan, datasets),
            MetaTraining = MetaTrainingCosts.Mean(costs),
        };
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

    internal static RobustnessRow Row(TrainingChange change, string task, ComparisonResult result)
    {
        ComparisonRow own = result.Comparison.First(r => r.Learned), adam = result.Comparison.First(r => r.Optimizer == Adam);
        return new RobustnessRow(
            change.ToString(),
            task,
            Ratio(Figure.OrNull(own.StepsToTarget.Median), Figure.OrNull(adam.StepsToTarget.Median)),
            Ratio(own.SecondsToTarget, adam.SecondsToTarget),
            Ratio(Figure.OrNull(own.MeanTrainingLoss), Figure.OrNull(adam.MeanTrainingLoss)),
            Ratio(Figure.OrNull(own.FinalTrainingLoss), Figure.OrNull(adam.FinalTrainingLoss)),
            own.TestAccuracy?.Mean - adam.TestAccuracy?.Mean,
            Root(own.TestAccuracy?.StandardError, adam.TestAccuracy?.StandardError),
            own.Diverged);
    }

    internal static RobustnessSummary Summary(string change, IReadOnlyList<RobustnessRow> rows) => new(
        change,
        rows.Count,
        Median(rows.Select(r => r.Steps)),
        Median(rows.Select(r => r.Seconds)),
        Median(rows.Select(r => r.MeanLoss)),
        Median(rows.Select(r => r.FinalLoss)),
        rows.Average(r => r.Accuracy),
        rows.All(r => r is { Steps: < 1, Diverged: 0 }),
        rows.All(r => r is { Seconds: < 1, Diverged: 0 }),
        rows.All(r => r.Accuracy < -(r.AccuracyError ?? 0)));

    /// <summary>Infinite where Adam alone has the figure, null where it does not.</summary>
    private static double? Ratio(double? own, double? adam) => adam is not { } other ? null : own is { } mine ? mine / other : double.PositiveInfinity;

    private static double? Root(double? a, double? b) => a is { } x && b is { } y ? Math.Sqrt((x * x) + (y * y)) : null;

    private static double? Median(IEnumerable<double?> ratios)
    {
        double[] known = [.. ratios.OfType<double>()];
        return known.Length == 0 ? null : Quantiles.OrNull(Quantiles.Median(known));
    }
}
