using System.Numerics;
using System.Numerics.Tensors;

namespace MetaMirror.Numerics;

public static partial class Vectors
{
    /// <summary>z ← z + x ∘ y (elementwise); product and sum round separately.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="x">Shape [n].</param>
    /// <param name="y">Shape [n].</param>
    /// <param name="z">Shape [n]; overwritten.</param>
    /// <exception cref="ArgumentException">Lengths differ, or an input overlaps z without starting together.</exception>
    /// <exception cref="NotSupportedException">T is neither float nor double.</exception>
    public static void MultiplyAdd<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        RequireThree(x, y, z, nameof(z));
        TensorPrimitives.MultiplyAdd(x, y, z, z);
    }
}
