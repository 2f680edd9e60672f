using System.Numerics;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

public static partial class Vectors
{
    /// <summary>Σ_i x_i, accumulated in double in eight fixed lanes.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="x">Shape [n].</param>
    /// <returns>The sum; 0 for n = 0.</returns>
    /// <exception cref="NotSupportedException">T is neither float nor double.</exception>
    public static double Sum<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.SupportedElement<T>();
        return FixedLanes.Sum<T, First>(x, x);
    }

    private readonly struct First : ISummand
    {
        public static double Of(double x, double y) => x;

        public static Vector128<double> Of(Vector128<double> x, Vector128<double> y) => x;

        public static Vector256<double> Of(Vector256<double> x, Vector256<double> y) => x;

        public static Vector512<double> Of(Vector512<double> x, Vector512<double> y) => x;
    }
}
