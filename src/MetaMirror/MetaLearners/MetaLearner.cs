using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.InitialPoints;
using MetaMirror.Numerics;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.MetaLearners;

/// <summary>
/// The one outer loop (MetaMD v1 Algorithm 1): draw tasks, run each from its start with mu, let the <see cref="MetaStep{T}"/> change mu, until the
/// stopping rule or the maximum. Tasks run in parallel; sums are in task order, so any number of threads gives the same bits.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class MetaLearner<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly TaskDistribution<T> _tasks;
    private readonly UpdateRule<T> _rule;
    private readonly InitialPoint<T> _initialPoint;
    private readonly Unroll _unroll;
    private readonly MetaStep<T> _step;
    private readonly Dictionary<int, InnerProblem<T>> _problems = [];
    private readonly List<OuterStepReport> _history = [];
    private readonly WorkerTeam _team;
    private readonly MirrorView<T>? _mirror;

    /// <summary>Plans learning; nothing runs yet.</summary>
    /// <exception cref="ArgumentException">Options are out of range, step and rule don't fit, or state is to be carried in an endless family, where no task comes twice.</exception>
    public MetaLearner(
        TaskDistribution<T> tasks, UpdateRule<T> rule, InitialPoint<T> initialPoint, Unroll unroll, MetaStep<T> step, MetaLearnerOptions options)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(initialPoint);
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(unroll);
        options.Validate();
        if (unroll.Carry != StateCarry.Reset && tasks.Count is null)
            throw new ArgumentException($"{unroll.Carry} needs a finite family: in an endless one no task comes twice, so there is no state to go on with.", nameof(unroll));
        _tasks = tasks;
        _rule = rule;
        _initialPoint = initialPoint;
        _unroll = unroll;
        _step = step;
        Options = options;
        _team = new WorkerTeam(options.Threads);
        Meta = Problem(0).CreateMetaParameters();
        _mirror = rule.Mirror(tasks.Layout);
        step.Plan(Meta, rule, tasks.Layout, options.Threads, Math.Min(options.TasksPerStep, tasks.Count ?? int.MaxValue));
    }

    /// <summary>How long and on what.</summary>
    public MetaLearnerOptions Options { get; }

    /// <summary>mu.</summary>
    public MetaParameters<T> Meta { get; }

    /// <summary>Outer steps taken.</summary>
    public int OuterStep => _history.Count;

    /// <summary>The reports of all outer steps taken.</summary>
    public IReadOnlyList<OuterStepReport> History => _history;

    /// <summary>State of the meta step, e.g. of the outer optimizer: with mu and the history all that a resume needs.</summary>
    public ReadOnlySpan<T> StepState => _step.State;

    /// <summary>Sums that the meta step collected in the last outer step; null for a step that collects none.</summary>
    public BoundStatistics? Statistics => _step.Statistics;

    /// <summary>Goes on from a saved position.</summary>
    /// <param name="raw">Raw mu.</param>
    /// <param name="natural">Natural mu, which raw values alone don't give to the last bit.</param>
    /// <param name="stepState">As <see cref="StepState"/>.</param>
    /// <param name="history">As <see cref="History"/>.</param>
    /// <param name="statistics">As <see cref="Statistics"/>.</param>
    /// <exception cref="ArgumentException">The state is of another plan; nothing has changed.</exception>
    /// <exception cref="InvalidOperationException">Inner runs carry their state on, which is not saved, so going on would not give the same bits.</exception>
    public void Restore(
        ReadOnlySpan<T> raw, ReadOnlySpan<T> natural, ReadOnlySpan<T> stepState, IEnumerable<OuterStepReport> history, BoundStatistics? statistics)
    {
        if (_unroll.Carry != StateCarry.Reset)
            throw new InvalidOperationException($"Learning with {_unroll.Carry} can't be resumed: the state between inner runs is not saved. Use {StateCarry.Reset}.");
        if (stepState.Length != _step.State.Length)
            throw new ArgumentException($"The saved state has {stepState.Length} values, expected {_step.State.Length} for {_step.Name}.", nameof(stepState));
        if (statistics is null != Statistics is null || (statistics is not null && !Statistics!.Fits(statistics)))
            throw new ArgumentException($"The saved statistics are not those of {_step.Name} on the parameters {_tasks.Layout}.", nameof(statistics));
        Meta.Restore(raw, natural);
        if (statistics is not null)
        {
            Statistics!.Clear();
            Statistics.Merge(statistics);
        }

        stepState.CopyTo(_step.State);
        _history.Clear();
        _history.AddRange(history);
    }

    /// <summary>Learns to the end.</summary>
    /// <param name="progress">Told of every outer step.</param>
    /// <param name="afterStep">Called after every outer step on the calling thread, e.g. to write a checkpoint.</param>
    /// <param name="cancellationToken">Stops within an inner step; mu stays that of the last complete outer step.</param>
    /// <exception cref="MetaLearningDivergedException">All runs of an outer step diverged, of the first or with a step that cannot retreat.</exception>
    /// <exception cref="OperationCanceledException">Canceled.</exception>
    public MetaLearnerResult Learn(IProgress<OuterStepReport>? progress = null, Action<MetaLearner<T>>? afterStep = null, CancellationToken cancellationToken = default)
    {
        while (OuterStep < Options.OuterSteps)
        {
            if (HasConverged())
                return new MetaLearnerResult(OuterStep, Converged: true, [.. _history]);
            OuterStepReport report = TakeStep(cancellationToken);
            _history.Add(report);
            progress?.Report(report);
            afterStep?.Invoke(this);
        }

        return new MetaLearnerResult(OuterStep, HasConverged(), [.. _history]);
    }

    private OuterStepReport TakeStep(CancellationToken cancellationToken)
    {
        int outer = Options.SameStreams ? 0 : OuterStep;
        var stream = new RandomStream(new StreamKey(Options.Seed, 0, (uint)OuterStep, StreamPurpose.TaskSample, 0));
        int[] drawn = _tasks.Sample(Options.TasksPerStep, ref stream);
        if (_tasks.Count is null)
            _problems.Clear();
        InnerProblem<T>[] problems = [.. drawn.Select(Problem)];
        var outcomes = new TaskOutcome[drawn.Length];
        _team.Run(drawn.Length, (item, worker) =>
        {
            var run = new BatchKey(Options.Seed, 0, (uint)outer, (uint)_tasks.StreamOf(drawn[item]));
            outcomes[item] = _step.Process(worker, item, problems[item], Meta, run, cancellationToken);
        });
        cancellationToken.ThrowIfCancellationRequested();
        ImmutableArray<TaskOutcome> diverged = [.. outcomes.Where(o => o.Inner.Diverged)];
        if (diverged.Length == outcomes.Length && (!_step.CanRetreat || OuterStep == 0))
            throw new MetaLearningDivergedException(OuterStep, diverged);
        _step.Apply(Meta, outcomes, OuterStep, Options.OuterSteps);
        double value = outcomes.Where(o => !o.Inner.Diverged).Select(o => o.Value).DefaultIfEmpty(double.NaN).Average();
        return new OuterStepReport(
            OuterStep, Options.OuterSteps, value, Anisotropy(), outcomes.Sum(o => o.Gradients), outcomes.Sum(o => o.HessianVectorProducts), diverged);
    }

    private InnerProblem<T> Problem(int index)
    {
        if (!_problems.TryGetValue(index, out InnerProblem<T>? problem))
            _problems[index] = problem = new InnerProblem<T>(_tasks[index], _rule, _initialPoint, _unroll);
        return problem;
    }

    private bool HasConverged()
    {
        if (_step.IsConverged)
            return true;
        if (Options.StoppingChange == 0 || OuterStep <= Options.StoppingWindow)
            return false;
        double now = _history[^1].Value;
        double before = _history[^(1 + Options.StoppingWindow)].Value;
        return Math.Abs(now - before) < Options.StoppingChange * Math.Abs(before);
    }

    private double Anisotropy()
    {
        if (_mirror is null || _mirror.MetaLength == 0)
            return 0;
        ReadOnlySpan<T> raw = Meta.Slice(Meta.Raw, MetaPlace.Rule).Slice(_mirror.MetaStart, _mirror.MetaLength);
        double mean = Vectors.Sum(raw) / raw.Length;
        double square = 0;
        foreach (T value in raw)
        {
            double d = double.CreateChecked(value) - mean;
            square += d * d;
        }

        return Math.Sqrt(square / raw.Length);
    }
}
