using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.Hypergradients;
using MetaMirror.MetaObjectives;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.MetaLearners;

/// <summary>Which part of a hypergradient moves mu.</summary>
public enum GradientPart
{
    /// <summary>Through the trajectory too.</summary>
    Total,

    /// <summary>The explicit part alone: trajectories held fixed.</summary>
    Direct,
}

/// <summary>
/// mu moves along the mean hypergradient of the outer step's tasks by any update rule on the raw values, then is projected
/// (MetaMD v1 Algorithm 1; h starts at zero in every outer step, which the printed algorithm forgets).
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="hypergradient">Estimator of the total; the direct part needs none.</param>
/// <param name="metaObjective">E.</param>
/// <param name="outer">Outer optimizer, e.g. Adam.</param>
/// <param name="part">Total or direct.</param>
/// <param name="clipping">
/// A run whose raw hypergradient is longer than this many times the median of the outer step's runs (those where it is not 0) is shortened to that, at least 1: unrolled derivatives have heavy tails, and one run
/// in a hundred would decide for all. Default: null, every run counts as it is.
/// </param>
public sealed class HypergradientStep<T>(
    Hypergradient<T> hypergradient, MetaObjective<T> metaObjective, UpdateRule<T> outer, GradientPart part = GradientPart.Total, double? clipping = null)
    : MetaStep<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly double? _clipping = clipping is null or >= 1 ? clipping : throw new ArgumentOutOfRangeException(nameof(clipping), clipping, "Hypergradients are clipped at no less than their median norm.");
    private readonly HypergradientRuns<T> _runs = new(part == GradientPart.Direct ? new DirectMode<T>() : hypergradient, metaObjective);
    private T[] _state = [];
    private T[] _scratch = [];
    private T[] _raw = [];
    private T[] _gradient = [];
    private T[] _outerMeta = [];
    private readonly T[] _scale = new T[1];
    private ParameterLayout? _layout;

    /// <inheritdoc/>
    public override string Name => $"{metaObjective.Name} by {(part == GradientPart.Direct ? "its direct part" : hypergradient.Name)} with {outer.Name}";

    /// <inheritdoc/>
    public override Span<T> State => _state;

    /// <summary>Norms of the mean total and direct hypergradient (raw, after clipping) of the last outer step; the direct one's twice where it alone is computed.</summary>
    public (double Total, double Direct) LastNorms { get; private set; }

    /// <inheritdoc/>
    public override void Plan(MetaParameters<T> meta, UpdateRule<T> rule, ParameterLayout layout, int workers, int slots)
    {
        ArgumentNullException.ThrowIfNull(meta);
        _runs.Plan(meta, rule, layout, workers, slots);
        _layout = meta.ToLayout();
        _state = new T[outer.StateLength(_layout)];
        _scratch = new T[outer.ScratchLength(_layout)];
        _raw = new T[meta.Length];
        _gradient = new T[meta.Length];
        _outerMeta = new MetaParameters<T>([], outer.MetaSpecs(_layout), []).Natural.ToArray();
    }

    /// <inheritdoc/>
    public override TaskOutcome Process(
        int worker, int slot, InnerProblem<T> problem, MetaParameters<T> meta, in BatchKey run, CancellationToken cancellationToken) =>
        _runs.Process(worker, slot, problem, meta, run, cancellationToken);

    /// <inheritdoc/>
    public override void Apply(MetaParameters<T> meta, ReadOnlySpan<TaskOutcome> outcomes, int outerStep, int outerSteps)
    {
        ArgumentNullException.ThrowIfNull(meta);
        if (_clipping is { } most)
            Clip(meta, outcomes, most);
        double direct = Mean(meta, outcomes, _runs.Direct);
        LastNorms = (part == GradientPart.Direct ? direct : Mean(meta, outcomes, _runs.Total), direct);
        meta.Raw.CopyTo(_raw);
        _scale[0] = T.One;
        var context = new StepContext<T>
        {
            Step = outerStep, Steps = outerSteps, Age = outerStep, Layout = _layout!, Meta = _outerMeta, Scratch = _scratch,
        };
        outer.Step(context, new Iterate<T>(_raw, _gradient, _scale, _state));
        meta.SetRaw(_raw);
        meta.Project();
    }

    /// <summary>_gradient = mean raw gradient of the runs that completed; returns its norm.</summary>
    private double Mean(MetaParameters<T> meta, ReadOnlySpan<TaskOutcome> outcomes, T[][] gradients)
    {
        HypergradientRuns<T>.Mean(outcomes, gradients, _gradient);
        meta.PullBack(_gradient, _gradient);
        return Math.Sqrt(Vectors.SquaredNorm<T>(_gradient));
    }

    /// <summary>Shortens long runs: total and direct part by the same factor, that of the one which is followed.</summary>
    private void Clip(MetaParameters<T> meta, ReadOnlySpan<TaskOutcome> outcomes, double most)
    {
        T[][] followed = part == GradientPart.Direct ? _runs.Direct : _runs.Total;
        var norms = new List<(int Slot, double Norm)>(outcomes.Length);
        for (int slot = 0; slot < outcomes.Length; slot++)
        {
            if (outcomes[slot].Inner.Diverged)
                continue;
            meta.PullBack(followed[slot], _gradient);
            norms.Add((slot, Math.Sqrt(Vectors.SquaredNorm<T>(_gradient))));
        }

        // Of an even number the lower one: of two runs the shorter is trusted. Runs without a hypergradient say nothing of how long one is.
        double[] lengths = [.. norms.Select(n => n.Norm).Where(n => n > 0).Order()];
        if (lengths.Length == 0)
            return;
        double largest = most * lengths[(lengths.Length - 1) / 2];
        foreach ((int slot, double norm) in norms.Where(n => n.Norm > largest))
        {
            Vectors.Scale(T.CreateChecked(largest / norm), _runs.Total[slot]);
            Vectors.Scale(T.CreateChecked(largest / norm), _runs.Direct[slot]);
        }
    }
}
