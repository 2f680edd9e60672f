using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.Hypergradients;
using MetaMirror.MetaObjectives;
using MetaMirror.UpdateRules;

namespace MetaMirror.MetaLearners;

/// <summary>Options of <see cref="FdsStep{T}"/>. Defaults are those of the authors' code (figure 4).</summary>
public sealed record FdsOptions
{
    /// <summary>First step of every learning rate, positive. Default: 0.1.</summary>
    public double LearningRateStep { get; init; } = 0.1;

    /// <summary>First step of every momentum, positive. Default: 0.3.</summary>
    public double MomentumStep { get; init; } = 0.3;

    /// <summary>First step of every weight decay, positive. Default: 4e-4.</summary>
    public double WeightDecayStep { get; init; } = 4e-4;

    /// <summary>Bound on each entry of the products H Z, positive; null: none. Default: 100.</summary>
    public double? Clipping { get; init; } = 100;

    /// <summary>Learning ends when every step is below this share of its value, or the value is at the end of its range and would leave it, in [0, 1). Default: 0.05.</summary>
    public double StoppingShare { get; init; } = 0.05;
}

/// <summary>
/// The outer update of FDS (Micaelli and Storkey 2021, arXiv 2007.07869): forward mode with one column a shared value; h = mean hypergradient over the tasks, divided by the T / K steps that share the
/// value; each value has a step of its own, halved where sign(h) is the opposite of the last one, value &lt;- value - step sign(h). Ends when step &lt; 0.05 |value| for all values.
/// </summary>
/// <remarks>
/// For rules whose learned meta-parameters are named learning_rate, momentum and weight_decay: <see cref="ScheduledSgd{T}"/>, alone or in a chain. State: steps [m], signs [m], the last values that no run
/// diverged with [m], the best values [m], their objective, by what retreats have shortened all steps, 1 at the end. Where a run diverges after the first outer step, all values go back to the last ones and half the way that
/// led on from there; that shortens steps, but does not bring the end nearer.
/// Differs from the paper: that retreat; values stay in their ranges, and one that would leave it does not keep learning from its end (weight decay at 0 never had a step below a share of it); E is any meta-objective over tasks, not validation loss alone; all outer steps have runs of one length.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="metaObjective">E.</param>
/// <param name="options">Options.</param>
public sealed class FdsStep<T>(MetaObjective<T> metaObjective, FdsOptions? options = null) : MetaStep<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Vectors of State, then the objective of the best values, by what retreats shortened steps, and the end.
    private const int Parts = 4, Numbers = 3;

    private const double Halving = 0.5;

    private readonly FdsOptions _options = Validated(options ?? new FdsOptions());
    private readonly HypergradientRuns<T> _runs = new(new ForwardMode<T>((options ?? new FdsOptions()).Clipping), metaObjective);
    private T[] _state = [];
    private T[] _values = [];
    private T[] _gradient = [];
    private double[] _shares = [];

    /// <inheritdoc/>
    public override string Name => $"fds of {metaObjective.Name}";

    /// <inheritdoc/>
    public override Span<T> State => _state;

    /// <inheritdoc/>
    public override bool CanRetreat => true;

    /// <inheritdoc/>
    public override bool IsConverged => _state.Length > 0 && _state[^1] != T.Zero;

    /// <summary>h of the last outer step, shape [m].</summary>
    public ReadOnlySpan<T> LastHypergradient => _gradient;

    /// <summary>Step of each value, shape [m]; 0 of what is not learned.</summary>
    public ReadOnlySpan<T> Steps => Part(0);

    /// <summary>Natural values of the outer step whose mean objective was lowest, shape [m].</summary>
    public ReadOnlySpan<T> Best => Part(3);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The rule learns something else than learning_rate, momentum and weight_decay, or nothing.</exception>
    public override void Plan(MetaParameters<T> meta, UpdateRule<T> rule, ParameterLayout layout, int workers, int slots)
    {
        ArgumentNullException.ThrowIfNull(meta);
        ArgumentNullException.ThrowIfNull(rule);
        _runs.Plan(meta, rule, layout, workers, slots);
        int m = meta.Length;
        _state = new T[(Parts * m) + Numbers];
        _values = new T[m];
        _gradient = new T[m];
        _shares = new double[m];
        foreach (MetaParameterEntry<T> entry in meta.Entries.Where(e => e.Spec.Learned))
        {
            Part(0).Slice(entry.Offset, entry.Spec.Length).Fill(T.CreateChecked(FirstStep(entry.Spec.Name, rule)));
            _shares.AsSpan(entry.Offset, entry.Spec.Length).Fill(entry.Spec.Length);
        }

        meta.Natural.CopyTo(Part(2));
        meta.Natural.CopyTo(Part(3));
        Shortened = T.One;
    }

    /// <inheritdoc/>
    public override TaskOutcome Process(
        int worker, int slot, InnerProblem<T> problem, MetaParameters<T> meta, in BatchKey run, CancellationToken cancellationToken) =>
        _runs.Process(worker, slot, problem, meta, run, cancellationToken);

    /// <inheritdoc/>
    public override void Apply(MetaParameters<T> meta, ReadOnlySpan<TaskOutcome> outcomes, int outerStep, int outerSteps)
    {
        ArgumentNullException.ThrowIfNull(meta);
        int completed = 0, steps = 0;
        double sum = 0;
        foreach (TaskOutcome outcome in outcomes)
        {
            if (outcome.Inner.Diverged)
                continue;
            completed++;
            sum += outcome.Value;
            steps = outcome.Inner.Steps;
        }

        // Before the first outer step there is nothing to go back to: then the runs that completed decide.
        if (completed < outcomes.Length && outerStep > 0)
        {
            Retreat();
            meta.SetNatural(_values);
            return;
        }

        Move(meta, outcomes, T.CreateChecked(sum / completed), steps, outerStep == 0);
        meta.SetNatural(_values);
        _state[^1] = IsAtEnd(meta.Natural) ? T.One : T.Zero;
    }

    private ref T Shortened => ref _state[^2];

    private ref T Lowest => ref _state[^3];

    private void Move(MetaParameters<T> meta, ReadOnlySpan<TaskOutcome> outcomes, T value, int runSteps, bool isFirst)
    {
        Span<T> steps = Part(0), signs = Part(1);
        meta.Natural.CopyTo(_values);
        meta.Natural.CopyTo(Part(2));
        if (isFirst || value < Lowest)
        {
            Lowest = value;
            meta.Natural.CopyTo(Part(3));
        }

        HypergradientRuns<T>.Mean(outcomes, _runs.Total, _gradient);
        for (int i = 0; i < steps.Length; i++)
        {
            if (steps[i] == T.Zero)
                continue;
            _gradient[i] /= T.CreateChecked(runSteps / _shares[i]);
            T sign = T.CreateChecked(T.Sign(_gradient[i]));
            if (sign * signs[i] < T.Zero)
                steps[i] *= T.CreateChecked(Halving);
            signs[i] = sign;
            _values[i] -= sign * steps[i];
        }
    }

    /// <summary>Whether each value either has a small step, apart from what retreats took of it, or could not move: its range holds it, or its hypergradient is 0.</summary>
    private bool IsAtEnd(ReadOnlySpan<T> moved)
    {
        ReadOnlySpan<T> steps = Part(0), before = Part(2);
        T share = T.CreateChecked(_options.StoppingShare) * Shortened;
        for (int i = 0; i < steps.Length; i++)
        {
            if (steps[i] != T.Zero && steps[i] >= share * T.Abs(before[i]) && moved[i] != before[i])
                return false;
        }

        return true;
    }

    private void Retreat()
    {
        Span<T> steps = Part(0), signs = Part(1), last = Part(2);
        for (int i = 0; i < steps.Length; i++)
        {
            steps[i] *= T.CreateChecked(Halving);
            _values[i] = last[i] - (signs[i] * steps[i]);
        }

        Shortened *= T.CreateChecked(Halving);
    }

    private Span<T> Part(int vector) => _state.AsSpan(vector * _values.Length, _values.Length);

    private double FirstStep(string name, UpdateRule<T> rule) => name[(name.LastIndexOf('.') + 1)..] switch
    {
        "learning_rate" => _options.LearningRateStep,
        "momentum" => _options.MomentumStep,
        "weight_decay" => _options.WeightDecayStep,
        _ => throw new ArgumentException($"FDS learns learning_rate, momentum and weight_decay, found '{name}' of the rule '{rule.Name}'.", nameof(rule)),
    };

    private static FdsOptions Validated(FdsOptions options)
    {
        foreach (double step in (double[])[options.LearningRateStep, options.MomentumStep, options.WeightDecayStep])
        {
            if (!(step > 0 && double.IsFinite(step)))
                throw new ArgumentOutOfRangeException(nameof(options), step, "FDS's first steps must be positive and finite.");
        }

        if (options.StoppingShare is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(options), options.StoppingShare, "FDS's stopping share must be at least 0 and below 1.");
        return options;
    }
}
