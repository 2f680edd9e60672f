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
/// trajectory loss on the source tasks, with its schedule; step and per-tensor scales are then refined by hypergradient of that loss. The control has nothing
/// learned and nothing chosen: one step for all families.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class BasisLearner<T>(Plan plan, IStatisticsLearning learning, TaskDistribution<T> tasks, LearningSettings settings, TimeProvider time)
    : RuleLearner<T>(plan, tasks, settings, time)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Adam's step falls linearly to this share of it.</summary>
    private const double FinalOuterStep = 0.1;

    /// <summary>Runs with a hypergradient longer than this many times the median are shortened.</summary>
    private const double Clipping = 2;

    private readonly StatisticsRules<T> _rules = StatisticsRules<T>.Of(learning);

    /// <inheritdoc/>
    protected override int PlannedOuterSteps =>
        (Statistics is null ? 1 : 0) + (learning.LearningRates.Count * learning.Schedules.Count) + (learning.OuterSteps > 0 ? learning.OuterSteps + 2 : 0) + 1;

    private bool HasControl => Plan.Controls.Contains(_rules.Control, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override IReadOnlyList<LearnedRule<T>> Learn(CancellationToken cancellationToken = default)
    {
        int phase = 0;
        BoundStatistics statistics = Statistics ?? SourceRuns(phase, learning.SourceOptimizer, learning.SourceLearningRate, learning.SourceRuns, cancellationToken);
        Collected = statistics;
        ImmutableArray<BasisBlock<T>> blocks = _rules.Bases(statistics);
        phase++;
        RuleSetting best = Choose(ref phase, blocks, cancellationToken);
        UpdateRule<T> rule = Deployed(blocks, best);
        ImmutableArray<T> refined = default;
        IReadOnlyList<OuterStepReport> history = learning.OuterSteps > 0 ? Refine(ref phase, rule, out refined, cancellationToken) : [];
        MetaLearner<T> learner = RunPhase(
            "check", phase++, RefinementStreams, rule, new EvaluationStep<T>(new TrajectoryLoss<T>()), 1, null, 0, deploys: true, cancellationToken, start: refined);
        LearnedRule<T> learned = Result(learning.Optimizer, OptimizerRole.Learned, rule, learner);
        List<LearnedRule<T>> rules = [Stepping(learned with { History = [.. history, .. learned.History], Cost = CostOf(history.Count + 1) })];
        if (HasControl)
            rules.Add(Stepping(Control()));
        return rules;
    }

    /// <summary>The rule with its step times the plan's factor.</summary>
    private LearnedRule<T> Stepping(LearnedRule<T> rule)
    {
        int at = rule.Rule.MetaSpecs(rule.Layout).ToList().FindIndex(s => s.Name.EndsWith("learning_rate", StringComparison.Ordinal));
        return rule with { Natural = rule.Natural.SetItem(at, rule.Natural[at] * T.CreateChecked(learning.StepFactor)) };
    }

    /// <summary>What the hypergradient makes of the rule's meta-parameters, or default where that is no better on streams it has not seen.</summary>
    private IReadOnlyList<OuterStepReport> Refine(ref int phase, UpdateRule<T> rule, out ImmutableArray<T> refined, CancellationToken cancellationToken)
    {
        MetaLearner<T> learner = RunPhase("refinement", phase++, RefinementStreams, rule, Refinement(), learning.OuterSteps, null, 0, deploys: true, cancellationToken);
        ImmutableArray<T>[] candidates = [default, [.. learner.Meta.Of(MetaPlace.Rule)]];
        refined = candidates[Math.Max(0, Choose("refined or not", ref phase, candidates, new TrajectoryLoss<T>(), start => (rule, start), null, cancellationToken))];
        return learner.History;
    }

    private RuleSetting Choose(ref int phase, ImmutableArray<BasisBlock<T>> blocks, CancellationToken cancellationToken)
    {
        RuleSetting[] settings = [.. learning.Schedules.SelectMany(s => learning.LearningRates.Select(r => new RuleSetting(r, s)))];
        int best = Choose("step", ref phase, settings, new TrajectoryLoss<T>(), setting => (Deployed(blocks, setting), default), null, cancellationToken);
        return best < 0
            ? throw new MetaLearningDivergedException($"Every candidate step of {learning.Optimizer} ({string.Join(", ", learning.LearningRates)}) diverged on a source task; give smaller ones.")
            : settings[best];
    }

    /// <summary>Nothing learned, nothing chosen: the same step and schedule for every family.</summary>
    private LearnedRule<T> Control()
    {
        UpdateRule<T> rule = Scheduled(_rules.Unlearned(Tasks.Layout), ScheduleName.Linear, learning.Warmup);
        var meta = new MetaParameters<T>([], rule.MetaSpecs(Tasks.Layout), []);
        return new LearnedRule<T>(_rules.Control, OptimizerRole.Control, rule, Tasks.Layout, [.. meta.Natural], Plan.Training.Steps, [], CostOf(0));
    }

    private UpdateRule<T> Deployed(ImmutableArray<BasisBlock<T>> blocks, RuleSetting setting) =>
        Scheduled(_rules.Learned(blocks, setting.LearningRate), setting.Schedule, learning.Warmup, learning.Learn.Contains(StatisticsRules<T>.Schedule, StringComparer.Ordinal));

    private HypergradientStep<T> Refinement() =>
        new(
            new ReverseMode<T>(), new TrajectoryLoss<T>(), new Chain<T>([new LinearSchedule<T>(FinalOuterStep), new Adam<T>(new AdamOptions { LearningRate = learning.OuterLearningRate })]),
            clipping: Clipping);
}
