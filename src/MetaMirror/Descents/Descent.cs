using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.UpdateRules;

namespace MetaMirror.Descents;

/// <summary>
/// The one inner loop: evaluate, observe, update. Owns all buffers of a run, so that steps allocate nothing, and can be restored to any
/// earlier position, which is how reverse mode replays it.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed partial class Descent<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[] _theta;

    /// <summary>Where gradients are taken: theta itself, unless the rule looks elsewhere.</summary>
    private readonly T[] _visited;
    private readonly T[] _initial;
    private readonly T[] _gradient;
    private readonly T[] _work;
    private readonly bool _keepsGradient;
    private readonly T[] _scale = new T[1];
    private readonly T[] _memory;
    private readonly int _stateLength;
    private readonly T[] _scratch;
    private readonly Probe _probe;
    private MetaParameters<T>? _meta;
    private BatchKey _run;
    private int _ageAtStart;
    private long _point;

    /// <summary>Plans the buffers of runs of <paramref name="rule"/> on <paramref name="objective"/>.</summary>
    /// <exception cref="ArgumentException">The objective has no parameters.</exception>
    public Descent(Objective<T> objective, UpdateRule<T> rule, Unroll unroll)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(unroll);
        if (objective.Layout.Length == 0)
            throw new ArgumentException("The objective has no parameters.", nameof(objective));
        Objective = objective;
        Rule = rule;
        Unroll = unroll;
        int n = objective.Layout.Length;
        _theta = new T[n];
        _visited = rule.LooksElsewhere ? new T[n] : _theta;
        _initial = new T[n];
        _gradient = new T[n];

        // Where the rule leaves the gradient alone it gets the gradient itself.
        _keepsGradient = !rule.ChangesGradient;
        _work = _keepsGradient ? _gradient : new T[n];
        _stateLength = rule.StateLength(objective.Layout);
        _memory = new T[_stateLength + objective.StateLayout.Length];
        _scratch = new T[rule.ScratchLength(objective.Layout)];
        _probe = new Probe(this);
    }

    /// <summary>What is minimized.</summary>
    public Objective<T> Objective { get; }

    /// <summary>What minimizes it.</summary>
    public UpdateRule<T> Rule { get; }

    /// <summary>Number of steps, batches, state policy.</summary>
    public Unroll Unroll { get; }

    /// <summary>Names and shapes.</summary>
    public ParameterLayout Layout => Objective.Layout;

    /// <summary>Steps taken in this run, t.</summary>
    public int Position { get; private set; }

    /// <summary>theta_t.</summary>
    public ReadOnlySpan<T> Theta => _theta;

    /// <summary>theta_1, where this run started.</summary>
    public ReadOnlySpan<T> Initial => _initial;

    /// <summary>Where theta_1 of the next run may be written, for <see cref="Start"/>.</summary>
    internal Span<T> InitialBuffer => _initial;

    /// <summary>Where a finished run has its last gradient: sweeps may use it until the next run.</summary>
    internal Span<T> GradientBuffer => _gradient;

    /// <summary>The rule's state.</summary>
    public ReadOnlySpan<T> State => _memory.AsSpan(0, _stateLength);

    /// <summary>The objective's state, e.g. BatchNorm's running statistics; empty for most.</summary>
    public ReadOnlySpan<T> ObjectiveState => _memory.AsSpan(_stateLength);

    /// <summary>The rule's state and then the objective's: with theta, all that <see cref="Restore"/> needs.</summary>
    public ReadOnlySpan<T> Memory => _memory;

    /// <summary>g_t of the last evaluation.</summary>
    public ReadOnlySpan<T> Gradient => _gradient;

    /// <summary>loss_t of the last evaluation, where the gradient was taken.</summary>
    public double Loss { get; private set; }

    /// <summary>Gradients evaluated since this object was made, those at the end of runs by meta-objectives included.</summary>
    public long GradientCount { get; private set; }

    /// <summary>Hessian-vector products computed since this object was made.</summary>
    public long HessianVectorCount { get; private set; }

    /// <summary>Bytes of the buffers that grow with the number of parameters.</summary>
    public unsafe long Bytes => sizeof(T) * (((_keepsGradient ? 3L : 4L) * _theta.Length) + (Rule.LooksElsewhere ? _visited.Length : 0) + _memory.Length + _scratch.Length);

    /// <summary>The batch of the current position.</summary>
    public BatchKey Batch => BatchAt(Position);

    /// <summary>The objective's name of theta.</summary>
    internal long PointName => _point;

    /// <summary>True if this run began with the state an earlier one left.</summary>
    internal bool IsCarrying => _ageAtStart > 0;

    /// <summary>The target or hint that a step was refused for because it was not finite; null while every step was taken. The run has diverged: theta stays, and <see cref="Evaluate"/> gives false.</summary>
    public NonFiniteGuessException? Refusal { get; private set; }

    /// <summary>Begins a run at <paramref name="theta"/>. A carried state that is not finite (the run before diverged) is forgotten.</summary>
    /// <param name="theta">theta_1, shape [n].</param>
    /// <param name="meta">Meta-parameters of rule and objective; read at every step, so don't change them during the run.</param>
    /// <param name="run">Seed, outer step and task of the run's batches.</param>
    /// <exception cref="ArgumentException">The length of theta or of the meta-parameters is wrong.</exception>
    public void Start(ReadOnlySpan<T> theta, MetaParameters<T> meta, in BatchKey run)
    {
        ArgumentNullException.ThrowIfNull(meta);
        Layout.RequireLength(theta.Length, nameof(theta));
        bool carries = Unroll.Carry != StateCarry.Reset && _meta is not null && Vectors.AllFinite(State);
        _ageAtStart = carries ? _ageAtStart + Position : 0;
        if (!carries)
            _memory.AsSpan(0, _stateLength).Clear();

        // The objective's state belongs to the model, which is new.
        Objective.InitializeState(_memory.AsSpan(_stateLength));
        theta.CopyTo(_theta);
        theta.CopyTo(_initial);
        _meta = meta;
        _run = run;
        Position = 0;
        Refusal = null;
        _point = Objective.NamePoint();
    }

    /// <summary>Forgets carried state: the next run starts fresh whatever the policy.</summary>
    public void Reset() => _meta = null;

    /// <summary>Goes back (or forward) to a stored position of the current run.</summary>
    /// <param name="position">Steps taken.</param>
    /// <param name="theta">Parameters there.</param>
    /// <param name="memory">What <see cref="Memory"/> was there.</param>
    public void Restore(int position, ReadOnlySpan<T> theta, ReadOnlySpan<T> memory)
    {
        theta.CopyTo(_theta);
        memory.CopyTo(_memory);
        Position = position;
        Refusal = null;
        _point = Objective.NamePoint();
    }

    /// <summary>Loss and gradient at the current point, or at the point that the rule asks for (<see cref="UpdateRule{T}.GradientPoint"/>); false if one of them is not finite, or the last step was refused (<see cref="Refusal"/>).</summary>
    public bool Evaluate()
    {
        if (Refusal is not null)
            return false;
        if (Rule.LooksElsewhere)
            Rule.GradientPoint(ContextAt(Position, 0), _theta, State, _visited);
        Loss = EvaluateAt(Position, _point, _visited, _gradient);
        return double.IsFinite(Loss) && Vectors.AllFinite<T>(_gradient);
    }

    /// <summary>Applies the rule to the gradient of the last <see cref="Evaluate"/>.</summary>
    public void Advance()
    {
        if (_memory.Length > _stateLength)
        {
            Objective.Point = _point;
            try
            {
                Objective.AdvanceState(_visited, Batch, _memory.AsSpan(_stateLength));
            }
            finally
            {
                Objective.Point = 0;
            }
        }

        try
        {
            StepAt(Position, Loss, _theta, _gradient, _memory.AsSpan(0, _stateLength));
        }
        catch (NonFiniteGuessException refusal)
        {
            Refusal = refusal;
            return;
        }

        _point = Objective.NamePoint();
        Position++;
    }

    /// <summary>Runs to the end, or until something is not finite, or until cancellation.</summary>
    /// <exception cref="OperationCanceledException">Canceled; the position stays where it was.</exception>
    public DescentResult Run(DescentObserver<T>? observer = null, CancellationToken cancellationToken = default)
    {
        while (Position < Unroll.Steps)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!Evaluate())
                return Divergence();
            observer?.Visit(Point(), State);
            Advance();
        }

        if (Refusal is not null || !Vectors.AllFinite<T>(_theta))
            return Divergence();
        observer?.Finish(_initial, _theta);
        return new DescentResult(Position, Diverged: false, Tensor: null);
    }

    /// <summary>The current point as observers and meta-objectives see it.</summary>
    public PathPoint<T> Point() => new() { Step = Position, Steps = Unroll.Steps, Theta = _visited, Gradient = _gradient, Loss = Loss };

    /// <summary>The point that would be deployed now: theta and the loss there on this step's batch, which costs an evaluation of the loss if the rule looks elsewhere; it then has no gradient.</summary>
    internal PathPoint<T> DeployedPoint() => !Rule.LooksElsewhere ? Point() : new()
    {
        Step = Position, Steps = Unroll.Steps, Theta = _theta, Gradient = [], Loss = Objective.Evaluate(_theta, Meta.Of(MetaPlace.Objective), Batch, []),
    };

    /// <summary>What is not finite, by tensor.</summary>
    public DescentResult Divergence()
    {
        int index = Vectors.IndexOfNonFinite<T>(_theta);
        if (index < 0)
            index = Vectors.IndexOfNonFinite<T>(_gradient);
        return new DescentResult(Position, Diverged: true, Refusal?.Tensor ?? (index < 0 ? "loss" : Layout.BlockAt(index).Name));
    }

    /// <summary>The context the rule sees at a position of this run.</summary>
    public StepContext<T> ContextAt(int position, double loss) => new()
    {
        Step = position,
        Steps = Unroll.Steps,
        Age = _ageAtStart + position,
        Layout = Layout,
        Meta = Meta.Of(MetaPlace.Rule),
        Scratch = _scratch,
        Loss = loss,
        Batch = BatchAt(position),
        Probe = _probe,
        IsAtPoint = !Rule.LooksElsewhere,
    };

    /// <summary>H v at any point on the batch of a position, for <paramref name="count"/> tangents.</summary>
    public void HessianVectorProducts(int position, ReadOnlySpan<T> theta, int count, ReadOnlySpan<T> tangents, Span<T> products)
    {
        HessianVectorCount += count;
        Objective.Point = theta == _visited ? _point : 0;
        try
        {
            Objective.HessianVectorProducts(theta, Meta.Of(MetaPlace.Objective), BatchAt(position), count, tangents, products);
        }
        finally
        {
            Objective.Point = 0;
        }
    }

    /// <summary>Counts evaluations made outside the loop on behalf of this run.</summary>
    internal void Count(int gradients, int products)
    {
        GradientCount += gradients;
        HessianVectorCount += products;
    }

    private BatchKey BatchAt(int position) => Unroll.FullBatch ? BatchKey.Full : _run.At(position);

    private MetaParameters<T> Meta => _meta ?? throw new InvalidOperationException("The run has not been started: call Start first.");
}
