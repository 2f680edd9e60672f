using System.Numerics;

namespace MetaMirror.Numerics;

/// <summary>A square linear map known by its products only: y ← A·x.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public abstract class LinearOperator<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>n, for a map from n numbers to n numbers.</summary>
    public abstract int Length { get; }

    /// <summary>y ← A·x.</summary>
    /// <param name="x">Shape [n].</param>
    /// <param name="y">Shape [n]; overwritten; shares no memory with x.</param>
    public abstract void Apply(ReadOnlySpan<T> x, Span<T> y);
}
