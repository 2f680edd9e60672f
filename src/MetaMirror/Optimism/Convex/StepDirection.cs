using System.Numerics;

namespace MetaMirror.Optimism.Convex;

/// <summary>d(x), the direction that a family scales: x - w d. It must not depend on w.</summary>
/// <remarks>An instance may own work space: one per run.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract class StepDirection<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Name in tables and messages.</summary>
    public abstract string Name { get; }

    /// <summary>direction = d(x).</summary>
    /// <param name="x">Shape [n].</param>
    /// <param name="gradient">grad f(x), shape [n].</param>
    /// <param name="direction">Shape [n], overwritten.</param>
    public abstract void Direct(ReadOnlySpan<T> x, ReadOnlySpan<T> gradient, Span<T> direction);
}

/// <summary>d(x) = grad f(x).</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class GradientDirection<T> : StepDirection<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => "gradient";

    /// <inheritdoc/>
    public override void Direct(ReadOnlySpan<T> x, ReadOnlySpan<T> gradient, Span<T> direction) => gradient.CopyTo(direction);
}
