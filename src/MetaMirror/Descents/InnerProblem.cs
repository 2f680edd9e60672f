using System.Numerics;
using MetaMirror.InitialPoints;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Descents;

/// <summary>One task with the rule, start and unroll that train it, and the buffers of its runs. One thread at a time.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class InnerProblem<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private Objective<T>? _validation;
    private Objective<T>? _countedValidation;
    private T[] _stateTangents = [];

    /// <summary>Plans runs of <paramref name="rule"/> on a task.</summary>
    public InnerProblem(LearningTask<T> task, UpdateRule<T> rule, InitialPoint<T> initialPoint, Unroll unroll)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(initialPoint);
        Task = task;
        InitialPoint = initialPoint;
        Descent = new Descent<T>(task.CreateTrainingObjective(), rule, unroll);
        Training = new CountedObjective<T>(Descent.Objective, Descent);
        CountedValidation = () => _countedValidation ??= new CountedObjective<T>(Validation(), Descent);
    }

    /// <summary>The task.</summary>
    public LearningTask<T> Task { get; }

    /// <summary>theta_1(mu).</summary>
    public InitialPoint<T> InitialPoint { get; }

    /// <summary>The inner loop with its buffers.</summary>
    public Descent<T> Descent { get; }

    /// <summary>The training objective, its evaluations counted with the descent's.</summary>
    internal Objective<T> Training { get; }

    /// <summary>The validation objective, its evaluations counted with the descent's.</summary>
    internal Func<Objective<T>> CountedValidation { get; }

    /// <summary>Collects the meta-parameters of start, rule and objective.</summary>
    public MetaParameters<T> CreateMetaParameters() => new(
        InitialPoint.MetaSpecs(Task.Layout), Descent.Rule.MetaSpecs(Task.Layout), Descent.Objective.MetaSpecs);

    /// <summary>Places theta_1 and begins a run.</summary>
    /// <param name="meta">mu.</param>
    /// <param name="run">Seed, outer step and task number: they choose initial weights and batches.</param>
    public void Start(MetaParameters<T> meta, in BatchKey run)
    {
        ArgumentNullException.ThrowIfNull(meta);
        var stream = new RandomStream(new StreamKey(run.Seed, 0, run.OuterStep, StreamPurpose.InitialPoint, run.Task));
        InitialPoint.Place(Task, ref stream, meta.Of(MetaPlace.InitialPoint), Descent.InitialBuffer);
        Descent.Start(Descent.Initial, meta, run);
    }

    /// <summary>d(state)/dmu as the last run left it: it goes with the state, whichever estimator serves the next run. Zero after a change of length.</summary>
    internal T[] StateTangents(int length)
    {
        if (_stateTangents.Length != length)
            _stateTangents = new T[length];
        return _stateTangents;
    }

    /// <summary>The validation objective, made on first use.</summary>
    /// <exception cref="InvalidOperationException">The task has no validation data.</exception>
    public Objective<T> Validation() => _validation ??= Task.CreateValidationObjective()
        ?? throw new InvalidOperationException($"Task '{Task.Name}' has no validation data.");
}
