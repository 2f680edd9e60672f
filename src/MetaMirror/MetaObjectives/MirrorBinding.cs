using System.Numerics;
using MetaMirror.Divergences;
using MetaMirror.UpdateRules;

namespace MetaMirror.MetaObjectives;

/// <summary>Binds a bound on mirror descent's regret to the divergence and learning rate inside a rule.</summary>
internal sealed class MirrorBinding<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ParameterLayout _layout;
    private readonly MirrorView<T> _view;
    private readonly T[] _scratch;

    /// <param name="objective">Name, for messages.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="layout">Parameters.</param>
    /// <param name="exactStepOnly">True refuses steps that only resemble the mirror step.</param>
    public MirrorBinding(string objective, UpdateRule<T> rule, ParameterLayout layout, bool exactStepOnly)
    {
        _layout = layout;
        _view = rule.Mirror(layout)
            ?? throw new ArgumentException($"'{objective}' bounds the regret of mirror descent, but the rule '{rule.Name}' has no divergence.", nameof(rule));
        if (_view.HasCompany)
            throw new ArgumentException($"'{objective}' bounds the regret of mirror descent with one constant step; '{rule.Name}' changes its gradient or step by other rules.", nameof(rule));
        if (exactStepOnly && !_view.Divergence.IsExactMirrorStep)
            throw new ArgumentException($"'{objective}' holds for exact mirror steps; the step of '{_view.Divergence.Name}' is none.", nameof(rule));
        _scratch = new T[_view.Divergence.ScratchLength(layout)];
    }

    public Divergence<T> Divergence => _view.Divergence;

    public double Eta(MetaParameters<T> meta) => double.CreateChecked(meta.Of(MetaPlace.Rule)[_view.RateIndex]);

    public DivergenceContext<T> Context(MetaParameters<T> meta) =>
        new() { Layout = _layout, Meta = meta.Of(MetaPlace.Rule).Slice(_view.MetaStart, _view.MetaLength), Scratch = _scratch };

    /// <summary>The divergence's part of a cotangent of all meta-parameters.</summary>
    public Span<T> Slice(MetaParameters<T> meta, Span<T> aMeta) => meta.Slice(aMeta, MetaPlace.Rule).Slice(_view.MetaStart, _view.MetaLength);

    public void AddEtaGradient(MetaParameters<T> meta, Span<T> aMeta, double gradient) =>
        meta.Slice(aMeta, MetaPlace.Rule)[_view.RateIndex] += T.CreateChecked(gradient);
}
