using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Storage;

/// <summary>A learned optimizer at work on one set of parameters, with gradients from anywhere. One thread at a time; steps allocate nothing.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class OptimizerRun<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly UpdateRule<T> _rule;
    private readonly T[] _gradient;
    private readonly T[] _scale = new T[1];
    private readonly T[] _state;
    private readonly T[] _scratch;

    /// <summary>True if the gradient of the step to come has a point to be taken at.</summary>
    private bool _hasPoint;

    internal OptimizerRun(LearnedOptimizer<T> optimizer, ParameterLayout layout, int steps)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (!SameShapes(optimizer.Layout, layout))
            throw new ArgumentException($"'{optimizer.Name}' was learned for {optimizer.Layout}; expected the same shapes, found {layout}.", nameof(layout));
        (Optimizer, Layout, Steps) = (optimizer, layout, steps);
        _rule = optimizer.Rule;
        _gradient = new T[layout.Length];
        _state = new T[_rule.StateLength(layout)];
        _scratch = new T[_rule.ScratchLength(layout)];
    }

    /// <summary>What is at work.</summary>
    public LearnedOptimizer<T> Optimizer { get; }

    /// <summary>Names and shapes of the parameters.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>T, the planned number of steps. More may be taken: the schedule then stays where it ended.</summary>
    public int Steps { get; }

    /// <summary>Steps taken.</summary>
    public int StepsTaken { get; internal set; }

    /// <summary>The rule's state, for storage.</summary>
    internal Span<T> State => _state;

    /// <summary>Takes one step in place.</summary>
    /// <param name="gradient">Gradient of the loss at the parameters, or at <see cref="GradientPoint"/>, shape [n] in the order of the layout; not changed.</param>
    /// <param name="parameters">Shape [n], changed in place.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    /// <exception cref="InvalidOperationException">The optimizer takes gradients elsewhere than at the parameters, and <see cref="GradientPoint"/> was not called since the step before.</exception>
    /// <exception cref="NonFiniteGradientException">The gradient has a NaN or an infinity; parameters and state are unchanged.</exception>
    public void Apply(ReadOnlySpan<T> gradient, Span<T> parameters)
    {
        Layout.RequireLength(gradient.Length, nameof(gradient));
        Layout.RequireLength(parameters.Length, nameof(parameters));
        if (_rule.LooksElsewhere && !_hasPoint)
            throw new InvalidOperationException($"{_rule.Name} takes gradients elsewhere than at the parameters: expected a call of {nameof(GradientPoint)} before each {nameof(Apply)}, found none since step {StepsTaken} began.");
        int index = Vectors.IndexOfNonFinite(gradient);
        if (index >= 0)
        {
            ParameterBlock block = Layout.BlockAt(index);
            throw new NonFiniteGradientException(block.Name, index - block.Offset, StepsTaken, double.CreateTruncating(gradient[index]));
        }

        gradient.CopyTo(_gradient);
        _scale[0] = T.One;
        _rule.Step(Context(), new Iterate<T>(parameters, _gradient, _scale, _state));
        StepsTaken = checked(StepsTaken + 1);
        _hasPoint = false;
    }

    /// <summary>Where the gradient of the next step is to be taken: the parameters themselves, but for optimizers that look elsewhere, as schedule-free ones do: those need this call before each <see cref="Apply"/>.</summary>
    /// <param name="parameters">Shape [n].</param>
    /// <param name="point">Shape [n], overwritten; shares no memory with the parameters.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public void GradientPoint(ReadOnlySpan<T> parameters, Span<T> point)
    {
        Layout.RequireLength(parameters.Length, nameof(parameters));
        Layout.RequireLength(point.Length, nameof(point));
        _rule.GradientPoint(Context(), parameters, _state, point);
        _hasPoint = true;
    }

    /// <summary>Writes all that <see cref="LearnedOptimizer{T}.Resume"/> needs to go on bit for bit; the parameters are the caller's to keep.</summary>
    /// <param name="stream">Where to write; not closed, not flushed.</param>
    /// <exception cref="NotSupportedException">The rule is of a type that can't be saved.</exception>
    public void Save(Stream stream) => OptimizerRunFile.Write(stream, this);

    private StepContext<T> Context() => new()
    {
        Step = Math.Min(StepsTaken, Steps),
        Steps = Steps,
        Age = StepsTaken,
        Layout = Layout,
        Meta = Optimizer.Natural.AsSpan(),
        Scratch = _scratch,
    };

    internal static bool SameShapes(ParameterLayout a, ParameterLayout b) =>
        a.Blocks.Length == b.Blocks.Length && a.Blocks.Zip(b.Blocks).All(p => p.First.Shape.AsSpan().SequenceEqual(p.Second.Shape.AsSpan()));
}
