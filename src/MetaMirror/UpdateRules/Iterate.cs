using System.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>
/// What an update rule transforms: parameters, gradient, step-size scale and the rule's own state. The same type holds the values,
/// their tangents (JVP) and their cotangents (VJP).
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="theta">Parameters, shape [n].</param>
/// <param name="gradient">Gradient at theta, shape [n]; transforms (clipping, weight decay) change it, later rules of a chain read it.</param>
/// <param name="scale">Shape [1]: factor on the learning rate of the rules that follow; schedules change it, starts at 1.</param>
/// <param name="state">Rule state, shape [StateLength].</param>
public readonly ref struct Iterate<T>(Span<T> theta, Span<T> gradient, Span<T> scale, Span<T> state)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Parameters, shape [n].</summary>
    public Span<T> Theta { get; } = theta;

    /// <summary>Gradient, shape [n].</summary>
    public Span<T> Gradient { get; } = gradient;

    /// <summary>Step-size scale, shape [1].</summary>
    public Span<T> Scale { get; } = scale;

    /// <summary>Rule state.</summary>
    public Span<T> State { get; } = state;

    /// <summary>Of cotangents: true if that of the gradient is zero whatever it holds, and is to be overwritten; only for rules that say <see cref="UpdateRule{T}.OverwritesFresh"/>.</summary>
    internal bool IsFresh { get; init; }

    /// <summary>The same iterate with a part of the state.</summary>
    public Iterate<T> WithState(int start, int length) => new(Theta, Gradient, Scale, State.Slice(start, length));
}
