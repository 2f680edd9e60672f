using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Reports;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaLearners;
using MetaMirror.MetaObjectives;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Learning;

/// <summary>Learns an optimizer on source tasks in one or more phases, each one run of the library's outer loop.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="plan">The plan, whose <c>learn</c> part this learner implements.</param>
/// <param name="tasks">Source tasks.</param>
/// <param name="settings">Seed and threads.</param>
/// <param name="time">Clock, for the seconds of the cost summary.</param>
public abstract class RuleLearner<T>(Plan plan, TaskDistribution<T> tasks, LearningSettings settings, TimeProvider time)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Seeds of different streams lie this far apart: source runs, choice, refinement and checks see different initial weights and batches.
    private const ulong StreamDistance = 1UL << 48;

    /// <summary>Streams of source runs.</summary>
    protected const int SourceStreams = 0;

    /// <summary>Streams of the runs that choose among candidates.</summary>
    protected const int ChoiceStreams = 1;

    /// <summary>Streams of refinement.</summary>
    protected const int RefinementStreams = 2;

    /// <summary>Streams of the runs that say how good the result is.</summary>
    protected const int CheckStreams = 3;

    // In refinements Adam's step falls linearly to this share of it.
    private const double FinalOuterStep = 0.1;

    // In refinements runs with a hypergradient longer than this many times the median are shortened.
    private const double Clipping = 2;

    private readonly long _started = time.GetTimestamp();
    private int _done;
    private double _sharedSeconds;
    private (UpdateRule<T> Rule, MetaLearner<T> Learner)? _latest;

    /// <summary>Told of every outer step of every phase.</summary>
    public IProgress<LearningProgress>? Progress { get; init; }

    /// <summary>Where a killed run goes on, and where it saves; null keeps nothing.</summary>
    public ILearningJournal<T>? Journal { get; init; }

    /// <summary>Statistics recorded earlier; source runs are then skipped.</summary>
    public BoundStatistics? Statistics { get; init; }

    /// <summary>What statistics keep; null for what learning itself needs.</summary>
    public BoundStatisticsOptions? Keeps { get; init; }

    /// <summary>The statistics that the rule was learned from, once they are there; null for learning without.</summary>
    public BoundStatistics? Collected { get; protected set; }

    /// <summary>Source runs of this plan that were made before, and where new ones go; null shares nothing.</summary>
    internal SourceRunStore? Shared { get; init; }

    /// <summary>Source tasks.</summary>
    protected TaskDistribution<T> Tasks { get; } = tasks;

    /// <summary>The plan.</summary>
    protected Plan Plan { get; } = plan;

    /// <summary>Inner steps of source runs.</summary>
    protected virtual int InnerSteps => Plan.Training.Steps;

    /// <summary>Outer steps of all phases together, for progress.</summary>
    protected abstract int PlannedOuterSteps { get; }

    /// <summary>Gradients evaluated so far.</summary>
    protected long Gradients { get; private set; }

    /// <summary>Hessian-vector products computed so far.</summary>
    protected long Products { get; private set; }

    /// <summary>Learns; the first rule is the learned one, controls follow.</summary>
    public abstract IReadOnlyList<LearnedRule<T>> Learn(CancellationToken cancellationToken = default);

    /// <summary>The rule as far as it is learned, of a run that was canceled; null before there is one.</summary>
    public LearnedRule<T>? BestSoFar => _latest is { } latest ? Result(Plan.Learn!.Optimizer, Catalogue.LearnedOptimizer(Plan.Learn.Optimizer).Role, latest.Rule, latest.Learner) : null;

    /// <summary>Runs one phase to its end, from the journal's position if it has one, or from natural values <paramref name="start"/> of the rule's meta-parameters. Phases with the same number of streams are paired: same starts, same batches.</summary>
    protected MetaLearner<T> RunPhase(
        string name, int phase, int streams, UpdateRule<T> rule, MetaStep<T> step, int outerSteps, int? tasksPerStep, double stoppingChange, bool deploys,
        CancellationToken cancellationToken, int? innerSteps = null, ImmutableArray<T> start = default, TaskDistribution<T>? tasks = null)
    {
        var options = new MetaLearnerOptions
        {
            OuterSteps = outerSteps,
            TasksPerStep = tasksPerStep ?? Tasks.Count ?? 16,
            Seed = settings.LearningSeed + ((ulong)streams * StreamDistance),
            Threads = settings.Threads,
            StoppingChange = stoppingChange,
        };
        var learner = new MetaLearner<T>(
            tasks ?? Tasks, rule, new TaskInitialPoint<T>(), new Unroll(innerSteps ?? InnerSteps, Plan.Training.BatchSize is null), step, options);
        if (!start.IsDefault)
        {
            T[] natural = learner.Meta.Natural.ToArray();
            start.AsSpan().CopyTo(learner.Meta.Slice(natural.AsSpan(), MetaPlace.Rule));
            learner.Meta.SetNatural(natural);
        }

        Journal?.Resume(phase, learner);
        Count(learner.History);
        if (deploys)
            _latest = (rule, learner);
        learner.Learn(
            new OuterProgress(this, name), Journal is null ? null : l => Journal.Save(phase, l), cancellationToken);
        return learner;
    }

    /// <summary>Runs a classic optimizer with linear decay on every source task and collects the statistics.</summary>
    protected BoundStatistics SourceRuns(int phase, string optimizer, double learningRate, int runs, CancellationToken cancellationToken)
    {
        UpdateRule<T> source = Catalogue.Optimizer<T>(optimizer).Create(new RuleSetting(learningRate, ScheduleName.Linear));

        // Sums of several runs of a task would be added in another order.
        if (Shared is null || runs > 1 || Tasks.Count is not { } count)
        {
            var all = new StatisticsStep<T>(Keeps, accumulate: true);
            RunPhase("source runs", phase, SourceStreams, source, all, Math.Max(1, runs), null, 0, deploys: false, cancellationToken);
            return all.Statistics!;
        }

        var key = new SourceRunPlan(optimizer, learningRate, InnerSteps, Keeps);
        int[] missing = [.. Enumerable.Range(0, count).Where(i => Shared.Find(key, Tasks.StreamOf(i)) is null)];
        if (missing.Length > 0)
            RunMissing(phase, key, missing, source, cancellationToken);
        SourceRun[] found = [.. Enumerable.Range(0, count).Select(i => Shared.Find(key, Tasks.StreamOf(i))!)];
        Gradients += Enumerable.Range(0, count).Except(missing).Sum(i => found[i].Gradients);
        _sharedSeconds += Enumerable.Range(0, count).Except(missing).Sum(i => found[i].Seconds);
        var merged = new BoundStatistics(Tasks.Layout, Keeps ?? new BoundStatisticsOptions());
        foreach (SourceRun run in found.Where(r => r.Statistics is not null))
            merged.Merge(run.Statistics!);
        return merged.Runs > 0
            ? merged
            : throw new MetaLearningDivergedException($"The source runs of {optimizer} diverged on every task; give a smaller learning rate than {learningRate} for them.");
    }

    private void RunMissing(int phase, SourceRunPlan key, int[] missing, UpdateRule<T> source, CancellationToken cancellationToken)
    {
        var step = new StatisticsStep<T>(Keeps, accumulate: true);
        long started = time.GetTimestamp();
        var part = new TaskFamily<T>(missing.Select(i => Tasks[i]), missing.Select(Tasks.StreamOf));
        long before = Gradients;
        HashSet<string> diverged;
        try
        {
            diverged = [.. RunPhase("source runs", phase, SourceStreams, source, step, 1, missing.Length, 0, deploys: false, cancellationToken, tasks: part).History[0].Diverged.Select(o => o.Task)];
        }
        catch (MetaLearningDivergedException)
        {
            diverged = [.. missing.Select(i => Tasks[i].Name)];
        }

        double seconds = time.GetElapsedTime(started).TotalSeconds / missing.Length;
        long gradients = (Gradients - before) / missing.Length;
        for (int slot = 0; slot < missing.Length; slot++)
        {
            BoundStatistics? statistics = diverged.Contains(Tasks[missing[slot]].Name) ? null : step.OfSlot(slot);
            Shared!.Add(key, Tasks.StreamOf(missing[slot]), new SourceRun(statistics, gradients, seconds));
        }
    }

    /// <summary>Number of the candidate of the lowest mean objective on the source tasks, each tried in a phase of its own; -1 if all diverge on one.</summary>
    /// <param name="name">Of the phases.</param>
    /// <param name="phase">Number of the first phase; on return that of the next.</param>
    /// <param name="candidates">Candidates.</param>
    /// <param name="objective">What decides.</param>
    /// <param name="create">The rule for a candidate, with natural values of its meta-parameters, or default for its own.</param>
    /// <param name="innerSteps">Steps of a run; null: those of source runs.</param>
    /// <param name="cancellationToken">Ends the choice.</param>
    protected int Choose<TCandidate>(
        string name, ref int phase, IReadOnlyList<TCandidate> candidates, MetaObjective<T> objective, Func<TCandidate, (UpdateRule<T> Rule, ImmutableArray<T> Start)> create,
        int? innerSteps, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(create);
        int best = -1;
        double lowest = double.PositiveInfinity;
        for (int i = 0; i < candidates.Count; i++)
        {
            (UpdateRule<T> rule, ImmutableArray<T> start) = create(candidates[i]);
            double value;
            try
            {
                OuterStepReport report = RunPhase(
                    name, phase++, ChoiceStreams, rule, new EvaluationStep<T>(objective), 1, null, 0, deploys: false, cancellationToken, innerSteps, start).History[0];

                // A mean over the tasks that survived would favor steps that are too large for the others.
                value = report.Diverged.IsEmpty ? report.Value : double.PositiveInfinity;
            }
            catch (MetaLearningDivergedException)
            {
                value = double.PositiveInfinity;
            }

            if (value < lowest)
                (lowest, best) = (value, i);
        }

        return best;
    }

    /// <summary>The mean objective of a rule's natural values on streams that no choice and no refinement saw.</summary>
    protected MetaLearner<T> Check(
        int phase, UpdateRule<T> rule, MetaObjective<T> objective, int? innerSteps, ImmutableArray<T> start, bool deploys, CancellationToken cancellationToken) =>
        RunPhase("check", phase, CheckStreams, rule, new EvaluationStep<T>(objective), 1, null, 0, deploys, cancellationToken, innerSteps, start);

    /// <summary>Adam along hypergradients (by reverse mode, unless an estimator is given), with a step that falls; long ones are shortened.</summary>
    protected static HypergradientStep<T> Refinement(MetaObjective<T> objective, double learningRate, Hypergradient<T>? estimator = null) =>
        new(
            estimator ?? new ReverseMode<T>(), objective, new Chain<T>([new LinearSchedule<T>(FinalOuterStep), new Adam<T>(new AdamOptions { LearningRate = learningRate })]), clipping: Clipping);

    /// <summary>Refines meta-parameters where that is better on streams that neither they nor the refinement have seen; else returns why not.</summary>
    /// <param name="phase">Number of the first of two phases.</param>
    /// <param name="rule">The rule as deployed, which decides.</param>
    /// <param name="moving">The rule that is refined: the same, or the one inside whose iterates it averages.</param>
    /// <param name="step">The refinement.</param>
    /// <param name="objective">What decides.</param>
    /// <param name="outerSteps">Its outer steps.</param>
    /// <param name="innerSteps">Steps of a run; null: those of source runs.</param>
    /// <param name="start">Natural values where it starts; default: the rule's own.</param>
    /// <param name="learner">The check of these values; on return that of the refined ones if they are kept.</param>
    /// <param name="history">Gets the outer steps.</param>
    /// <param name="cancellationToken">Ends it.</param>
    protected string? Refine(
        int phase, UpdateRule<T> rule, UpdateRule<T> moving, MetaStep<T> step, MetaObjective<T> objective, int outerSteps, int? innerSteps, ImmutableArray<T> start, ref MetaLearner<T> learner,
        List<OuterStepReport> history, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(learner);
        ArgumentNullException.ThrowIfNull(history);
        const string What = "The refinement by hypergradient was";
        try
        {
            MetaLearner<T> refined = RunPhase("refinement", phase, RefinementStreams, moving, step, outerSteps, null, 0, deploys: false, cancellationToken, innerSteps, start);
            history.AddRange(refined.History);
            return Keep(What, phase + 1, rule, objective, innerSteps, [.. refined.Meta.Of(MetaPlace.Rule)], ref learner, cancellationToken);
        }
        catch (MetaLearningDivergedException error)
        {
            return Dropped(What, error.Message);
        }
    }

    /// <summary>Checks natural values and keeps them where that is better; else returns why not.</summary>
    /// <param name="what">What is kept or dropped, with its verb: the beginning of a sentence.</param>
    /// <param name="phase">Number of the phase.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="objective">What decides.</param>
    /// <param name="innerSteps">Steps of a run; null: those of source runs.</param>
    /// <param name="values">Natural values of the rule's meta-parameters.</param>
    /// <param name="learner">The check to be bettered; on return that of these values if they are kept.</param>
    /// <param name="cancellationToken">Ends it.</param>
    protected string? Keep(
        string what, int phase, UpdateRule<T> rule, MetaObjective<T> objective, int? innerSteps, ImmutableArray<T> values, ref MetaLearner<T> learner, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(learner);

        // A mean over the tasks that survived is no measure of all.
        double before = learner.History[0].Diverged.IsEmpty ? learner.History[0].Value : double.PositiveInfinity;
        try
        {
            MetaLearner<T> check = Check(phase, rule, objective, innerSteps, values, deploys: false, cancellationToken);
            double after = check.History[0].Value;
            if (!check.History[0].Diverged.IsEmpty)
                return Dropped(what, $"with it a run on '{check.History[0].Diverged[0].Task}' diverged.");
            if (!(after < before))
                return Dropped(what, string.Create(CultureInfo.InvariantCulture, $"on new initial weights and batches of the source tasks the mean objective is {after:g4} with it and {before:g4} without."));
            learner = check;
            return null;
        }
        catch (MetaLearningDivergedException error)
        {
            return Dropped(what, error.Message);
        }
    }

    /// <summary>The note of what is not kept.</summary>
    protected static string Dropped(string what, string why) => $"{what} dropped: {why}";

    /// <summary>Cost so far.</summary>
    protected MetaTrainingSummary CostOf(int outerSteps)
    {
        int count = Tasks.Count ?? 0;
        return new MetaTrainingSummary(count, InnerSteps, outerSteps, Gradients, Products, time.GetElapsedTime(_started).TotalSeconds + _sharedSeconds)
        {
            TaskNames = [.. Enumerable.Range(0, count).Select(i => Tasks[i].Name)],
        };
    }

    /// <summary>The rule with its deployment schedule in front.</summary>
    protected static UpdateRule<T> Scheduled(UpdateRule<T> rule, ScheduleName schedule, int warmup, bool learnsSchedule = false) => Scheduling.Of(schedule, warmup, rule, learnsSchedule);

    /// <summary>The result of a phase as a learned rule.</summary>
    protected LearnedRule<T> Result(string name, OptimizerRole role, UpdateRule<T> rule, MetaLearner<T> learner)
    {
        ArgumentNullException.ThrowIfNull(learner);
        return Stepping(new LearnedRule<T>(
            name, role, rule, Tasks.Layout, [.. learner.Meta.Of(MetaPlace.Rule)], Plan.Training.Steps, [.. learner.History], CostOf(learner.OuterStep)));
    }

    /// <summary>The rule with its step times the plan's factor.</summary>
    protected LearnedRule<T> Stepping(LearnedRule<T> rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        if (Plan.Learn is not IStatisticsLearning { StepFactor: not 1 } learning)
            return rule;
        int at = rule.Rule.MetaSpecs(rule.Layout).ToList().FindIndex(s => s.Name.EndsWith("learning_rate", StringComparison.Ordinal));
        return rule with { Natural = rule.Natural.SetItem(at, rule.Natural[at] * T.CreateChecked(learning.StepFactor)) };
    }

    private void Count(IEnumerable<OuterStepReport> history)
    {
        foreach (OuterStepReport report in history)
        {
            _done++;
            Gradients += report.Gradients;
            Products += report.HessianVectorProducts;
        }
    }

    private sealed class OuterProgress(RuleLearner<T> owner, string phase) : IProgress<OuterStepReport>
    {
        public void Report(OuterStepReport value)
        {
            owner.Count([value]);
            owner.Progress?.Report(new LearningProgress(phase, owner._done, owner.PlannedOuterSteps, value.Value));
        }

    }
}
