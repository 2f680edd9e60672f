using System.Globalization;
using System.Numerics;
using MetaMirror.Divergences;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Plans;
using MetaMirror.Hypergradients;
using MetaMirror.MetaLearners;
using MetaMirror.MetaObjectives;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Learning;

/// <summary>
/// Learns an optimizer of others: starts at the single rate and schedule that are best on the source tasks, checks them on streams not seen so far, learns, and keeps what was learned where the same check
/// finds it better; within a budget of inner gradients if there is one.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class RivalLearner<T> : RuleLearner<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Before learning and after.
    private const int Checks = 2;

    private readonly IRivalLearning _learning;
    private readonly RuleSetting[] _candidates;

    private protected RivalLearner(Plan plan, IRivalLearning learning, TaskDistribution<T> tasks, LearningSettings settings, TimeProvider time)
        : base(plan, tasks, settings, time)
    {
        _learning = learning;
        _candidates = [.. from schedule in learning.Schedules from rate in learning.LearningRates select new RuleSetting(rate, schedule)];
        Objective = learning.MetaObjective switch
        {
            MetaObjectiveName.FinalLoss => new FinalLoss<T>(),
            MetaObjectiveName.FinalGradientNorm => new FinalGradientNorm<T>(),
            _ => new TrajectoryLoss<T>(),
        };
    }

    /// <inheritdoc/>
    protected sealed override int InnerSteps => _learning.InnerSteps ?? Plan.Training.Steps;

    /// <inheritdoc/>
    protected sealed override int PlannedOuterSteps => FixedPasses + (OuterSteps * PassesPerOuterStep);

    /// <summary>What is minimized, and what chooses.</summary>
    private protected MetaObjective<T> Objective { get; }

    /// <summary>Passes over the tasks of an outer step.</summary>
    private protected abstract int PassesPerOuterStep { get; }

    /// <summary>Passes over the tasks that choose among what was learned.</summary>
    private protected virtual int ChoicePasses => 0;

    /// <summary>Outer steps, as many as are planned or paid for.</summary>
    /// <exception cref="ArgumentException">The budget does not pay for one.</exception>
    private protected int OuterSteps
    {
        get
        {
            long pass = (Tasks.Count ?? new MetaLearnerOptions().TasksPerStep) * (long)InnerSteps, outer = PassesPerOuterStep * pass, before = FixedPasses * pass, least = before + outer;

            // As many as are wanted at least: rounded up. As many as a budget pays for: rounded down.
            if (_learning.InnerGradients is not { } budget)
                return Math.Max(_learning.OuterSteps, Count((Math.Max(0, LeastInnerGradients - before) + outer - 1) / outer));
            return budget >= least ? Count((budget - before) / outer) : throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture, $"{_learning.Optimizer} cannot be learned with {budget} inner gradients: {FixedPasses - Checks} candidates, {Checks} checks and one outer step take {least}."));

            static int Count(long outerSteps) => (int)Math.Min(outerSteps, int.MaxValue);
        }
    }

    /// <summary>Inner gradients that are taken at least, where there is no budget: more outer steps than stated, if they pay for more.</summary>
    internal long LeastInnerGradients { get; init; }

    private int FixedPasses => _candidates.Length + ChoicePasses + Checks;

    /// <summary>The rule before learning, at the first candidate.</summary>
    public UpdateRule<T> CreateRule() => CreateRule(_candidates[0]);

    /// <inheritdoc/>
    public sealed override IReadOnlyList<LearnedRule<T>> Learn(CancellationToken cancellationToken = default)
    {
        int phase = 0, outerSteps = OuterSteps, best = Choose("rate", ref phase, _candidates, Objective, candidate => (CreateRule(candidate), default), null, cancellationToken);
        if (best < 0)
            throw new MetaLearningDivergedException($"Every candidate rate of {_learning.Optimizer} ({string.Join(", ", _learning.LearningRates)}) diverged on a source task; give smaller ones.");
        RuleSetting start = _candidates[best];
        UpdateRule<T> rule = CreateRule(start);
        MetaLearner<T> learner = Check(phase++, rule, Objective, null, default, deploys: true, cancellationToken);
        var history = new List<OuterStepReport>();
        string? note = Learn(phase, start, ref outerSteps, ref rule, ref learner, history, cancellationToken);
        LearnedRule<T> learned = Result(_learning.Optimizer, Catalogue.LearnedOptimizer(_learning.Optimizer).Role, rule, learner);
        return [learned with { History = [.. history, .. learned.History], Cost = CostOf(outerSteps), Notes = note is null ? [] : [note] }];
    }

    /// <summary>Learns from a start; returns why nothing is kept, or null.</summary>
    /// <param name="phase">Number of the next phase.</param>
    /// <param name="start">The best candidate.</param>
    /// <param name="outerSteps">Outer steps, at most; on return those that were taken.</param>
    /// <param name="rule">The rule of the start; on return that of what was learned if it is kept.</param>
    /// <param name="learner">The check of the start; on return that of what was learned if it is kept.</param>
    /// <param name="history">Gets the outer steps.</param>
    /// <param name="cancellationToken">Ends it.</param>
    private protected abstract string? Learn(
        int phase, RuleSetting start, ref int outerSteps, ref UpdateRule<T> rule, ref MetaLearner<T> learner, List<OuterStepReport> history, CancellationToken cancellationToken);

    /// <summary>One rate for all parameters. Default: as mirror descent over a diagonal.</summary>
    private protected virtual UpdateRule<T> CreateRule(RuleSetting start) =>
        Scheduled(new MirrorDescent<T>(new DiagonalQuadratic<T>(1 / start.LearningRate), 1), start.Schedule, warmup: 0);
}
