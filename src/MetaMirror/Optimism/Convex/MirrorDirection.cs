using System.Numerics;
using MetaMirror.Divergences;
using MetaMirror.Numerics;

namespace MetaMirror.Optimism.Convex;

/// <summary>d(x) = (x - theta^+) / eta, theta^+ = argmin &lt;grad f(x), theta&gt; + B_phi(theta||x) / eta: the mirror step of a learned map as a direction, P^-1 grad f(x) in a quadratic divergence.</summary>
/// <remarks>Carried state (a dual vector) starts anew at every point, as d is a function of x alone. No part of the papers: it joins MetaMD's map with PAPERS 3.2.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class MirrorDirection<T> : StepDirection<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Divergence<T> _divergence;
    private readonly ParameterLayout _layout;
    private readonly T _eta;
    private readonly T[] _meta;
    private readonly T[] _state;
    private readonly T[] _scratch;

    /// <summary>Takes the map.</summary>
    /// <param name="divergence">phi.</param>
    /// <param name="layout">Names and shapes of x.</param>
    /// <param name="eta">eta, positive and finite; of no effect in a quadratic divergence. Default: 1.</param>
    /// <param name="meta">Natural values of the divergence's meta-parameters; empty: their start values.</param>
    /// <exception cref="ArgumentException">Lengths disagree.</exception>
    /// <exception cref="ArgumentOutOfRangeException">eta is not positive and finite.</exception>
    public MirrorDirection(Divergence<T> divergence, ParameterLayout layout, double eta = 1, ReadOnlySpan<T> meta = default)
    {
        ArgumentNullException.ThrowIfNull(divergence);
        ArgumentNullException.ThrowIfNull(layout);
        Given.Positive(eta, nameof(eta));
        var own = new MetaParameters<T>([], divergence.MetaSpecs(layout), []);
        if (!meta.IsEmpty && meta.Length != own.Length)
            throw new ArgumentException($"Expected {own.Length} meta-parameters of the divergence '{divergence.Name}', found {meta.Length}.", nameof(meta));
        (_divergence, _layout, _eta) = (divergence, layout, T.CreateChecked(eta));
        _meta = meta.IsEmpty ? own.Natural.ToArray() : meta.ToArray();
        _state = new T[divergence.StateLength(layout)];
        _scratch = new T[divergence.ScratchLength(layout)];
    }

    /// <inheritdoc/>
    public override string Name => $"mirror step of {_divergence.Name}";

    /// <inheritdoc/>
    public override void Direct(ReadOnlySpan<T> x, ReadOnlySpan<T> gradient, Span<T> direction)
    {
        _layout.RequireLength(x.Length, nameof(x));
        x.CopyTo(direction);
        Array.Clear(_state);
        _divergence.Step(new DivergenceContext<T> { Layout = _layout, Meta = _meta, Scratch = _scratch }, _eta, gradient, direction, _state);
        Vectors.LinearCombination(T.One / _eta, x, -T.One / _eta, direction, direction);
    }
}
