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
        Dictionary<int, ImmutableArray<BasisBlock<T>>> bases = learning.Ranks.ToDictionary(r => r, r => _rules.Bases(statistics, r));
        phase++;
        StepCandidate best = Choose(ref phase, bases, cancellationToken);
        UpdateRule<T> moving = Running(bases, best), rule = Deployed(moving);
        var objective = new TrajectoryLoss<T>();
        MetaLearner<T> learner = Check(phase++, rule, objective, null, default, deploys: true, cancellationToken);
        var history = new List<OuterStepReport>();
        string? note = learning.OuterSteps > 0
            ? Refine(phase, rule, moving, Refinement(objective, learning.OuterLearningRate), objective, learning.OuterSteps, null, default, ref learner, history, cancellationToken)
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

    private StepCandidate Choose(ref int phase, Dictionary<int, ImmutableArray<BasisBlock<T>>> bases, CancellationToken cancellationToken)
    {
        StepCandidate[] candidates = [.. learning.Candidates];
        int best = Choose("step", ref phase, candidates, new TrajectoryLoss<T>(), candidate => (Deployed(Running(bases, candidate)), default), null, cancellationToken);
        return best < 0
            ? throw new MetaLearningDivergedException($"Every candidate step of {learning.Optimizer} ({string.Join(", ", learning.LearningRates)}) diverged on a source task; give smaller ones.")
            : candidates[best];
    }

    /// <summary>Nothing learned, nothing chosen: the same step and schedule for every family.</summary>
    private LearnedRule<T> Control()
    {
        UpdateRule<T> rule = Deployed(Scheduled(_rules.Unlearned(Tasks.Layout), ScheduleName.Linear, learning.Warmup));
        var meta = new MetaParameters<T>([], rule.MetaSpecs(Tasks.Layout), []);
        return Stepping(new LearnedRule<T>(_rules.Control, OptimizerRole.Control, rule, Tasks.Layout, [.. meta.Natural], Plan.Training.Steps, [], CostOf(0)));
    }

    private UpdateRule<T> Running(Dictionary<int, ImmutableArray<BasisBlock<T>>> bases, StepCandidate candidate) => Scheduled(
        _rules.Learned(bases[candidate.Rank], candidate), candidate.Schedule, learning.Warmup, learning.Learn.Contains(StatisticsRules<T>.Schedule, StringComparer.Ordinal));

    /// <summary>With the average that the plan asks for. It has no meta-parameters, and leaves the steps as they are.</summary>
    private UpdateRule<T> Deployed(UpdateRule<T> running) => learning.AveragePower is { } power ? new AveragedIterates<T>(running, power) : running;
}
