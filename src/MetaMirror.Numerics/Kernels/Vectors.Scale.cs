using System.Numerics;
using System.Numerics.Tensors;

namespace MetaMirror.Numerics;

public static partial class Vectors
{
    /// <summary>x ← α·x.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="alpha">α.</param>
    /// <param name="x">Shape [n]; overwritten.</param>
    /// <exception cref="NotSupportedException">T is neither float nor double.</exception>
    public static void Scale<T>(T alpha, Span<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.SupportedElement<T>();
        TensorPrimitives.Multiply(x, alpha, x);
    }
}
