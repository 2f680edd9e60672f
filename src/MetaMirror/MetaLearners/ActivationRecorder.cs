using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.UpdateRules;

namespace MetaMirror.MetaLearners;

/// <summary>Records how often each component of a maximum of diagonals is active, per step, over the runs it watches (MetaMD v1 Figure 5).</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ActivationRecorder<T> : DescentObserver<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly MaxOfDiagonals<T> _divergence;
    private readonly MirrorView<T> _view;
    private readonly ParameterLayout _layout;
    private readonly T[] _meta;
    private readonly T[] _scratch;
    private readonly double[] _sums;
    private readonly long[] _counts;

    /// <summary>Watches runs of a rule.</summary>
    /// <param name="rule">Mirror descent over a maximum of diagonals, perhaps in a chain.</param>
    /// <param name="layout">Names and shapes.</param>
    /// <param name="ruleValues">Natural values of the rule's meta-parameters.</param>
    /// <param name="steps">Steps of a run.</param>
    /// <exception cref="ArgumentException">The rule has no maximum of diagonals.</exception>
    public ActivationRecorder(UpdateRule<T> rule, ParameterLayout layout, ReadOnlySpan<T> ruleValues, int steps)
    {
        ArgumentNullException.ThrowIfNull(rule);
        _view = rule.Mirror(layout) ?? throw new ArgumentException($"The rule '{rule.Name}' has no divergence.", nameof(rule));
        _divergence = _view.Divergence as MaxOfDiagonals<T>
            ?? throw new ArgumentException($"The divergence '{_view.Divergence.Name}' has no components.", nameof(rule));
        _layout = layout;
        _meta = ruleValues.Slice(_view.MetaStart, _view.MetaLength).ToArray();
        _scratch = new T[_divergence.ScratchLength(layout)];
        _sums = new double[steps * _divergence.Components];
        _counts = new long[steps];
    }

    /// <summary>Number of components.</summary>
    public int Components => _divergence.Components;

    /// <summary>Frequencies, shape [steps][components]; each row sums to 1. Steps no run reached are left out.</summary>
    public double[][] Frequencies() =>
        [.. Enumerable.Range(0, _counts.Length).Where(t => _counts[t] > 0).Select(t => _sums.AsSpan(t * Components, Components).ToArray().Select(s => s / _counts[t]).ToArray())];

    /// <summary>Components that never had any weight.</summary>
    public int[] Dead() => [.. Enumerable.Range(0, Components).Where(j => Enumerable.Range(0, _counts.Length).All(t => _sums[(t * Components) + j] == 0))];

    /// <inheritdoc/>
    public override void Visit(in PathPoint<T> point, ReadOnlySpan<T> state)
    {
        Span<double> weights = stackalloc double[Components];
        var context = new DivergenceContext<T> { Layout = _layout, Meta = _meta, Scratch = _scratch, Age = point.Step };
        _divergence.Activation(context, point.Theta, state.Slice(_view.StateStart, _divergence.StateLength(_layout)), weights);
        for (int j = 0; j < weights.Length; j++)
            _sums[(point.Step * Components) + j] += weights[j];
        _counts[point.Step]++;
    }
}
