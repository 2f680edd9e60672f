using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Optimism;

namespace MetaMirror.UpdateRules;

/// <summary>
/// What is deployed, as a formula: theta_{t+1} is the mirror step from theta_t along the hint's image of s_t g_t, at rate eta_t = learning_rate times the schedules
/// (PAPERS 6.8 h). For certificates, which must know which one they speak about.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class MirrorStepForm<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly MirrorView<T> _view;
    private readonly MirrorCompanion<T>? _scaling;
    private readonly MirrorCompanion<T>? _hint;
    private readonly ImmutableArray<MirrorCompanion<T>> _schedules;

    /// <summary>Reads the company of a mirror descent.</summary>
    public MirrorStepForm(MirrorView<T> view)
    {
        ArgumentNullException.ThrowIfNull(view);
        _view = view;
        _schedules = [.. view.Company.Where(c => c.Rule is Schedule<T> && !c.Follows)];
        IsComplete = true;
        foreach (MirrorCompanion<T> c in view.Company)
        {
            if (c is { Follows: false, Rule: Schedule<T> } && _hint is not { Rule: Hint<T> { TakesScale: true } })
                continue;
            if (c is { Follows: false, Rule: DualNormScaling<T> or ClipByNorm<T> } && _scaling is null && _hint is null)
                _scaling = c;
            else if (c is { Follows: false, Rule: Hint<T> } && _hint is null)
                _hint = c;
            else
                IsComplete = false;
        }
    }

    /// <summary>False if something acts that this form has no place for (weight decay, a second hint, anything after the step, a schedule behind a hint that takes the scale): the formula is then not what runs.</summary>
    public bool IsComplete { get; }

    /// <summary>How the gradient is scaled by one number s_t: a <see cref="DualNormScaling{T}"/> or <see cref="ClipByNorm{T}"/>; null for s = 1.</summary>
    public UpdateRule<T>? Scaling => _scaling?.Rule;

    /// <summary>What past gradients do; null for nothing.</summary>
    public Hint<T>? Hint => (Hint<T>?)_hint?.Rule;

    /// <summary>tau, of s_t = min(1, tau / norm); infinite without scaling.</summary>
    /// <param name="meta">Natural values of the whole rule's meta-parameters.</param>
    public double Radius(ReadOnlySpan<T> meta) => _scaling is { } s ? double.CreateChecked(meta[s.MetaStart]) : double.PositiveInfinity;

    /// <summary>The hint's own meta-parameters, among them mu.</summary>
    /// <param name="meta">Natural values of the whole rule's meta-parameters.</param>
    /// <param name="layout">Names and shapes of theta.</param>
    public ReadOnlySpan<T> HintMeta(ReadOnlySpan<T> meta, ParameterLayout layout) =>
        _hint is { } h ? meta.Slice(h.MetaStart, h.Rule.MetaSpecs(layout).Sum(s => s.Length)) : [];

    /// <summary>eta_t = learning_rate times the schedules' factors.</summary>
    /// <param name="meta">Natural values of the whole rule's meta-parameters.</param>
    /// <param name="layout">Names and shapes of theta.</param>
    /// <param name="step">t, from 0.</param>
    /// <param name="steps">T.</param>
    public double Rate(ReadOnlySpan<T> meta, ParameterLayout layout, int step, int steps)
    {
        double rate = double.CreateChecked(meta[_view.RateIndex]);
        foreach (MirrorCompanion<T> c in _schedules)
            rate *= ((Schedule<T>)c.Rule).Factor(step, steps, meta.Slice(c.MetaStart, c.Rule.MetaSpecs(layout).Sum(s => s.Length)), []);
        return rate;
    }
}
