using System.Numerics;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>
/// Operations on vectors, written as spans. Inputs and outputs must be equally long, and must start together or share no memory.
/// Sums are taken in double in eight fixed lanes (lane = index mod 8, then a fixed tree): the same bits on every instruction set.
/// Elementwise operations round each multiplication and each addition, so they too give the same bits everywhere.
/// </summary>
public static partial class Vectors
{
    /// <summary>Σ_i x_i·y_i, accumulated in double in eight fixed lanes.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="x">Shape [n].</param>
    /// <param name="y">Shape [n].</param>
    /// <returns>The sum; 0 for n = 0; NaN if any product is NaN.</returns>
    /// <exception cref="ArgumentException">Lengths differ.</exception>
    /// <exception cref="NotSupportedException">T is neither float nor double.</exception>
    public static double Dot<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.SupportedElement<T>();
        Require.SameLength(x.Length, y.Length, nameof(x), nameof(y));
        return FixedLanes.Sum<T, Product>(x, y);
    }

    private readonly struct Product : ISummand
    {
        public static double Of(double x, double y) => x * y;

        public static Vector128<double> Of(Vector128<double> x, Vector128<double> y) => x * y;

        public static Vector256<double> Of(Vector256<double> x, Vector256<double> y) => x * y;

        public static Vector512<double> Of(Vector512<double> x, Vector512<double> y) => x * y;
    }
}
