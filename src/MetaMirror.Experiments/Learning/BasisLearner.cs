using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Reports;
using MetaMirror.Hypergradients;
using MetaMirror.MetaLearners;
using MetaMirror.MetaObjectives;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Learning;

/// <summary>
/// Learns "basis + prior" or a tracked basis in three phases: statistics of source runs give basis and prior; the step is chosen among candidates by the mean
/// trajectory loss on the source tasks; step and per-tensor scales are then refined by hypergradient of that loss. The control goes through
/// the same choice of step with nothing else learned.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class BasisLearner<T>(Plan plan, IStatisticsLearning learning, TaskDistribution<T> tasks, LearningSettings settings, TimeProvider time)
    : RuleLearner<T>(plan, tasks, settings, time)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int SourceStreams = 0;
    private const int ChoiceStreams = 1;
    private const int RefinementStreams = 2;
    private readonly StatisticsRules<T> _rules = StatisticsRules<T>.Of(learning);

    /// <inheritdoc/>
    protected override int PlannedOuterSteps =>
        (Statistics is null ? 1 : 0) + (learning.LearningRates.Count * (HasControl ? 2 : 1)) + learning.OuterSteps;

    private bool HasControl => Plan.Controls.Contains(_rules.Control, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override IReadOnlyList<LearnedRule<T>> Learn(CancellationToken cancellationToken = default)
    {
        int phase = 0;
        BoundStatistics statistics = Statistics ?? SourceRuns(phase, cancellationToken);
        Collected = statistics;
        ImmutableArray<BasisBlock<T>> blocks = new LearnedBasis<T>(statistics, learning.Rank).Blocks;
        phase++;
        double rate = Choose("step", ref phase, r => _rules.Learned(blocks, r), cancellationToken);
        UpdateRule<T> rule = Deployed(_rules.Learned(blocks, rate));
        MetaLearner<T> learner = learning.OuterSteps > 0
            ? RunPhase("refinement", phase++, RefinementStreams, rule, Refinement(), learning.OuterSteps, null, 1e-4, deploys: true, cancellationToken)
            : RunPhase("check", phase++, RefinementStreams, rule, new EvaluationStep<T>(new TrajectoryLoss<T>()), 1, null, 0, deploys: true, cancellationToken);
        List<LearnedRule<T>> rules = [Result(learning.Optimizer, OptimizerRole.Learned, rule, learner)];
        if (HasControl)
            rules.Add(ChooseControl(ref phase, cancellationToken));
        return rules;
    }

    private BoundStatistics SourceRuns(int phase, CancellationToken cancellationToken)
    {
        UpdateRule<T> source = Catalogue.Optimizer<T>(learning.SourceOptimizer).Create(new RuleSetting(learning.SourceLearningRate, ScheduleName.Linear));
        var step = new StatisticsStep<T>(Keeps, accumulate: true);
        RunPhase("source runs", phase, SourceStreams, source, step, Math.Max(1, learning.SourceRuns), null, 0, deploys: false, cancellationToken);
        return step.Statistics!;
    }

    private double Choose(string name, ref int phase, Func<double, UpdateRule<T>> create, CancellationToken cancellationToken)
    {
        double best = learning.LearningRates[0];
        double lowest = double.PositiveInfinity;
        foreach (double rate in learning.LearningRates)
        {
            UpdateRule<T> rule = Deployed(create(rate));
            double value;
            try
            {
                OuterStepReport report = RunPhase(
                    name, phase++, ChoiceStreams, rule, new EvaluationStep<T>(new TrajectoryLoss<T>()), 1, null, 0, deploys: false, cancellationToken).History[0];

                // A mean over the tasks that survived would favor steps that are too large for the others.
                value = report.Diverged.IsEmpty ? report.Value : double.PositiveInfinity;
            }
            catch (MetaLearningDivergedException)
            {
                value = double.PositiveInfinity;
            }

            if (value < lowest)
                (lowest, best) = (value, rate);
        }

        return double.IsPositiveInfinity(lowest)
            ? throw new InvalidOperationException($"Every candidate step of {learning.Optimizer} ({string.Join(", ", learning.LearningRates)}) diverged on a source task; give smaller ones.")
            : best;
    }

    private LearnedRule<T> ChooseControl(ref int phase, CancellationToken cancellationToken)
    {
        double rate = Choose("control", ref phase, r => _rules.Unlearned(Tasks.Layout, r), cancellationToken);
        UpdateRule<T> rule = Deployed(_rules.Unlearned(Tasks.Layout, rate));
        var meta = new MetaParameters<T>([], rule.MetaSpecs(Tasks.Layout), []);
        return new LearnedRule<T>(_rules.Control, OptimizerRole.Control, rule, Tasks.Layout, [.. meta.Natural], Plan.Training.Steps, [], CostOf(0));
    }

    private UpdateRule<T> Deployed(UpdateRule<T> rule) => Scheduled(rule, learning.Schedule, learning.Warmup);

    private HypergradientStep<T> Refinement() =>
        new(new ReverseMode<T>(), new TrajectoryLoss<T>(), new Adam<T>(new AdamOptions { LearningRate = learning.OuterLearningRate }));
}
