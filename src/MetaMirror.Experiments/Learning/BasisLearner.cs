using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Reports;
using MetaMirror.MetaLearners;
using MetaMirror.MetaObjectives;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Learning;

/// <summary>
/// Learns "basis + prior" or a tracked basis: statistics of source runs give basis and prior; step, schedule and exponent are chosen among candidates by the mean trajectory loss on
/// the source tasks; a check on streams not seen so far says how good that is. If the plan asks for it, meta-parameters are then refined by hypergradient of that loss, which is kept if the
/// same check finds it better. The control has nothing learned and nothing chosen: one step for all families.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class BasisLearner<T>(Plan plan, IStatisticsLearning learning, TaskDistribution<T> tasks, LearningSettings settings, TimeProvider time)
    : RuleLearner<T>(plan, tasks, settings, time)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly StatisticsRules<T> _rules = StatisticsRules<T>.Of(learning);

    /// <inheritdoc/>
    protected override int PlannedOuterSteps =>
        (Statistics is null ? 1 : 0) + learning.Candidates.Count() + 1 + (learning.OuterSteps > 0 ? learning.OuterSteps + 1 : 0);

    private bool HasControl => Plan.Controls.Contains(_rules.Control, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override IReadOnlyList<LearnedRule<T>> Learn(CancellationToken cancellationToken = default)
    {
        int phase = 0;
        BoundStatistics statistics = Statistics ?? SourceRuns(phase, learning.SourceOptimizer, learning.SourceLearningRate, learning.SourceRuns, cancellationToken);
        Collected = statistics;
        ImmutableArray<BasisBlock<T>> blocks = _rules.Bases(statistics);
        phase++;
        StepCandidate best = Choose(ref phase, blocks, cancellationToken);
        UpdateRule<T> rule = Deployed(blocks, best);
        var objective = new TrajectoryLoss<T>();
        MetaLearner<T> learner = Check(phase++, rule, objective, null, default, deploys: true, cancellationToken);
        var history = new List<OuterStepReport>();
        string? note = learning.OuterSteps > 0
            ? Refine(phase, rule, Refinement(objective, learning.OuterLearningRate), objective, learning.OuterSteps, null, default, ref learner, history, cancellationToken)
            : null;
        LearnedRule<T> learned = Result(learning.Optimizer, OptimizerRole.Learned, rule, learner);
        List<LearnedRule<T>> rules =
        [
            learned with { History = [.. history, .. learned.History], Cost = CostOf(history.Count + 1), Notes = note is null ? [] : [note] },
        ];
        if (HasControl)
            rules.Add(Control());
        return rules;
    }

    private StepCandidate Choose(ref int phase, ImmutableArray<BasisBlock<T>> blocks, CancellationToken cancellationToken)
    {
        StepCandidate[] candidates = [.. learning.Candidates];
        int best = Choose("step", ref phase, candidates, new TrajectoryLoss<T>(), candidate => (Deployed(blocks, candidate), default), null, cancellationToken);
        return best < 0
            ? throw new MetaLearningDivergedException($"Every candidate step of {learning.Optimizer} ({string.Join(", ", learning.LearningRates)}) diverged on a source task; give smaller ones.")
            : candidates[best];
    }

    /// <summary>Nothing learned, nothing chosen: the same step and schedule for every family.</summary>
    private LearnedRule<T> Control()
    {
        UpdateRule<T> rule = Scheduled(_rules.Unlearned(Tasks.Layout), ScheduleName.Linear, learning.Warmup);
        var meta = new MetaParameters<T>([], rule.MetaSpecs(Tasks.Layout), []);
        return Stepping(new LearnedRule<T>(_rules.Control, OptimizerRole.Control, rule, Tasks.Layout, [.. meta.Natural], Plan.Training.Steps, [], CostOf(0)));
    }

    private UpdateRule<T> Deployed(ImmutableArray<BasisBlock<T>> blocks, StepCandidate candidate) =>
        Scheduled(_rules.Learned(blocks, candidate), candidate.Schedule, learning.Warmup, learning.Learn.Contains(StatisticsRules<T>.Schedule, StringComparer.Ordinal));
}
