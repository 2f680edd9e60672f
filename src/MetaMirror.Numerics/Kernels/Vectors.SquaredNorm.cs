using System.Numerics;

namespace MetaMirror.Numerics;

public static partial class Vectors
{
    /// <summary>Σ_i x_i², accumulated in double in eight fixed lanes; equals <see cref="Dot{T}"/> of x with itself, bit for bit.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="x">Shape [n].</param>
    /// <returns>The sum of squares; 0 for n = 0.</returns>
    /// <exception cref="NotSupportedException">T is neither float nor double.</exception>
    public static double SquaredNorm<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.SupportedElement<T>();
        return FixedLanes.Sum<T, Product>(x, x);
    }
}
