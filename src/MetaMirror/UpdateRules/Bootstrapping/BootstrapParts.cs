using System.Numerics;

namespace MetaMirror.UpdateRules.Bootstrapping;

/// <summary>The parts of a <see cref="BootstrappedMetaGradient{T}"/>'s state that are its own.</summary>
internal readonly ref struct BootstrapState<T>(Span<T> counts, Span<T> w, Span<T> norm, Span<T> first, Span<T> kept, Span<T> end)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Steps since the cycle began, and meta-updates made.</summary>
    public Span<T> Counts { get; } = counts;

    /// <summary>Rates.</summary>
    public Span<T> W { get; } = w;

    /// <summary>What meta-gradients are divided by.</summary>
    public Span<T> Norm { get; } = norm;

    /// <summary>d_0.</summary>
    public Span<T> First { get; } = first;

    /// <summary>Values before the steps 1 to K - 1.</summary>
    public Span<T> Kept { get; } = kept;

    /// <summary>x^(K), if it is not where the cycle ends.</summary>
    public Span<T> End { get; } = end;
}

/// <summary>The parts of its scratch.</summary>
internal readonly ref struct BootstrapScratch<T>(
    Span<T> old, Span<T> v, Span<T> scale, Span<T> target, Span<T> g, Span<T> size, Span<T> point, Span<T> copy, Iterate<T> cotangent, Span<T> state, Span<T> meta, Span<T> part)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>theta before the step; while learning, d_k and then a product.</summary>
    public Span<T> Old { get; } = old;

    /// <summary>dmu/dx.</summary>
    public Span<T> V { get; } = v;

    /// <summary>A step-size scale.</summary>
    public Span<T> Scale { get; } = scale;

    /// <summary>The target's state before its step, for a step that is refused.</summary>
    public Span<T> TargetState { get; } = target;

    /// <summary>-dmu/dw.</summary>
    public Span<T> G { get; } = g;

    /// <summary>What makes cosines of it.</summary>
    public Span<T> Size { get; } = size;

    /// <summary>The target.</summary>
    public Span<T> Point { get; } = point;

    /// <summary>A gradient that may be changed.</summary>
    public Span<T> Copy { get; } = copy;

    /// <summary>Cotangents of a step.</summary>
    public Iterate<T> Cotangent { get; } = cotangent;

    /// <summary>A rule's state that may be changed.</summary>
    public Span<T> State { get; } = state;

    /// <summary>Cotangents of the rule's meta-parameters, which nobody reads.</summary>
    public Span<T> Meta { get; } = meta;

    /// <summary>Scratch of rule and target.</summary>
    public Span<T> Part { get; } = part;
}
