using System.Numerics;
using System.Numerics.Tensors;

namespace MetaMirror.Numerics;

public static partial class Vectors
{
    /// <summary>max_i |x_i|, the infinity norm.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="x">Shape [n].</param>
    /// <returns>The largest magnitude; 0 for n = 0; NaN if any element is NaN.</returns>
    /// <exception cref="NotSupportedException">T is neither float nor double.</exception>
    public static double MaxAbs<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.SupportedElement<T>();
        return x.IsEmpty ? 0 : Math.Abs(FixedLanes.ToDouble(TensorPrimitives.MaxMagnitude(x)));
    }
}
