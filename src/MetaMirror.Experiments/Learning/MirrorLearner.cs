using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Divergences;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Reports;
using MetaMirror.Hypergradients;
using MetaMirror.MetaLearners;
using MetaMirror.MetaObjectives;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Learning;

/// <summary>Learns the divergence of mirror descent (MetaMD v1): by the closed form of the un-relaxed bound, or by hypergradient of any meta-objective.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class MirrorLearner<T>(Plan plan, MetaMdLearning learning, TaskDistribution<T> tasks, LearningSettings settings, TimeProvider time)
    : RuleLearner<T>(plan, tasks, settings, time)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Components = 3;

    /// <inheritdoc/>
    protected override int InnerSteps => learning.InnerSteps ?? Plan.Training.Steps;

    /// <inheritdoc/>
    protected override int PlannedOuterSteps => learning.WarmStartSteps + learning.OuterSteps;

    /// <summary>True if the optimizer follows from statistics alone.</summary>
    public static bool IsClosedForm(MetaMdLearning learning)
    {
        ArgumentNullException.ThrowIfNull(learning);
        return learning is { Hypergradient: HypergradientName.ClosedForm, Optimizer: "metamd-diagonal" };
    }

    /// <summary>The rule before learning.</summary>
    public UpdateRule<T> CreateRule() => CreateRule([T.One]);

    private UpdateRule<T> CreateRule(ImmutableArray<T> start)
    {
        Divergence<T> divergence = learning.Optimizer switch
        {
            "metamd-max3" => new MaxOfDiagonals<T>(Components),
            "metamd-max3-printed" => new MaxOfDiagonals<T>(
                Components, center: Center.Origin, step: MaxStep.Printed, lambda: StrongConvexityEstimate.PrintedMinimum),
            "metamd-diagonal-printed" => new DiagonalQuadratic<T>(start, StrongConvexityEstimate.PrintedMinimum),
            _ => new DiagonalQuadratic<T>(start),
        };
        bool learnsRate = learning.MetaObjective is not (MetaObjectiveName.RegretBound or MetaObjectiveName.RelaxedRegretBound);
        return Scheduled(new MirrorDescent<T>(divergence, learning.LearningRate, learnsRate), learning.Schedule, warmup: 0);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<LearnedRule<T>> Learn(CancellationToken cancellationToken = default)
    {
        if (Statistics is not null)
            return [FromStatistics(Statistics)];
        UpdateRule<T> rule = CreateRule();
        int phase = 0;
        if (learning.WarmStartSteps > 0)
        {
            MetaLearner<T> warm = RunPhase(
                "warm start", phase++, 0, rule, new ClosedFormStep<T>(learning.Damping, relativeFloor: learning.RelativeFloor), learning.WarmStartSteps, learning.TasksPerStep, 0, deploys: true,
                cancellationToken, learning.WarmStartInnerSteps);
            MirrorView<T> view = rule.Mirror(Tasks.Layout)!;
            rule = CreateRule([.. warm.Meta.Of(MetaPlace.Rule).Slice(view.MetaStart, view.MetaLength)]);
        }

        MetaLearner<T> learner = RunPhase(
            "divergence", phase, 0, rule, CreateStep(), learning.OuterSteps, learning.TasksPerStep, learning.StoppingChange, deploys: true, cancellationToken);
        Collected = learner.Statistics;
        return [Result(learning.Optimizer, OptimizerRole.Learned, rule, learner)];
    }

    /// <summary>P = eta sqrt((G + zeta^2) / (A + eps^2)), undamped: there are no runs to iterate with.</summary>
    private LearnedRule<T> FromStatistics(BoundStatistics statistics)
    {
        Collected = statistics;
        ClosedFormMetric metric = MetricFromStatistics.Diagonal(statistics, learning.RelativeFloor > 0 ? new MetricFloors { Relative = learning.RelativeFloor } : null);
        UpdateRule<T> rule = CreateRule([.. metric.Metric.Select(q => T.CreateChecked(learning.LearningRate * q))]);
        var meta = new MetaParameters<T>([], rule.MetaSpecs(Tasks.Layout), []);
        return new LearnedRule<T>(learning.Optimizer, OptimizerRole.Learned, rule, Tasks.Layout, [.. meta.Natural], Plan.Training.Steps, [], CostOf(0));
    }

    private MetaStep<T> CreateStep()
    {
        if (learning.Hypergradient == HypergradientName.ClosedForm)
            return new ClosedFormStep<T>(learning.Damping, relativeFloor: learning.RelativeFloor, keeps: Keeps);
        MetaObjective<T> objective = learning.MetaObjective switch
        {
            MetaObjectiveName.RelaxedRegretBound => new RelaxedRegretBound<T>(null),
            MetaObjectiveName.TrajectoryLoss => new TrajectoryLoss<T>(),
            MetaObjectiveName.FinalLoss => new FinalLoss<T>(),
            MetaObjectiveName.FinalGradientNorm => new FinalGradientNorm<T>(),
            MetaObjectiveName.ValidationLoss => new ValidationLoss<T>(),
            _ => new RegretBound<T>(),
        };

        // A bound is learned with trajectories held fixed, as its theory has them; a loss only through them. As printed (appendix C) the bound is followed through them too.
        GradientPart part = !learning.Optimizer.EndsWith("-printed", StringComparison.Ordinal) && learning.MetaObjective is MetaObjectiveName.RegretBound or MetaObjectiveName.RelaxedRegretBound ? GradientPart.Direct : GradientPart.Total;
        Hypergradient<T> hypergradient = learning.Hypergradient switch
        {
            HypergradientName.Forward => new ForwardMode<T>(),
            HypergradientName.TruncatedReverse => new TruncatedReverseMode<T>(learning.Window ?? 10),
            HypergradientName.Implicit => new ImplicitMode<T>(ImplicitMethod.Neumann, learning.Window ?? 10, 0),
            _ => new ReverseMode<T>(),
        };
        return new HypergradientStep<T>(hypergradient, objective, new Adam<T>(new AdamOptions { LearningRate = learning.OuterLearningRate }), part);
    }
}
