using System.Numerics;
using MetaMirror.Divergences;
using MetaMirror.MetaObjectives;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Benchmarks;

/// <summary>E = B(theta_T || theta_1) in the rule's own divergence; for a diagonal metric P = M^2: 1/2 |M (theta_T - theta_1)|^2.</summary>
/// <remarks>No objective to learn by (P = 0 would be best): it makes every step of the trajectory and the metric itself enter a hypergradient, at no further cost.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class MetricDisplacement<T> : MetaObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ParameterLayout? _layout;
    private readonly MirrorView<T>? _view;
    private readonly T[] _scratch = [];

    /// <summary>Not yet tied to a rule.</summary>
    public MetricDisplacement()
    {
    }

    private MetricDisplacement(MirrorView<T> view, ParameterLayout layout)
    {
        _layout = layout;
        _view = view;
        _scratch = new T[view.Divergence.ScratchLength(layout)];
    }

    /// <inheritdoc/>
    public override string Name => "metric-displacement";

    /// <inheritdoc/>
    public override bool HasPathTerm => false;

    /// <inheritdoc/>
    public override MetaObjective<T> ForThread(UpdateRule<T> rule, ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(rule);
        MirrorView<T> view = rule.Mirror(layout) ?? throw new ArgumentException($"'{Name}' is a Bregman divergence, but the rule '{rule.Name}' has none.", nameof(rule));
        return new MetricDisplacement<T>(view, layout);
    }

    /// <inheritdoc/>
    public override double FinalTerm(in RunEnds<T> ends, MetaParameters<T> meta) => View.Divergence.Bregman(Context(meta), ends.Final, ends.Initial);

    /// <inheritdoc/>
    public override void AddFinalGradient(in RunEnds<T> ends, MetaParameters<T> meta, Span<T> aInitial, Span<T> aFinal, Span<T> aMeta)
    {
        ArgumentNullException.ThrowIfNull(meta);
        Span<T> own = meta.Slice(aMeta, MetaPlace.Rule).Slice(View.MetaStart, View.MetaLength);
        View.Divergence.AddBregmanGradient(Context(meta), ends.Final, ends.Initial, T.One, aFinal, aInitial, own);
    }

    private MirrorView<T> View => _view ?? throw new InvalidOperationException($"'{Name}' is not tied to a rule: call {nameof(ForThread)} first.");

    private DivergenceContext<T> Context(MetaParameters<T> meta) => new()
    {
        Layout = _layout!, Meta = meta.Of(MetaPlace.Rule).Slice(View.MetaStart, View.MetaLength), Scratch = _scratch,
    };
}
