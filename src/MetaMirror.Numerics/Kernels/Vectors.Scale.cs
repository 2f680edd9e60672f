using System.Numerics;

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
        Elementwise<T, Scaled<T>>.Map(x, x, alpha, T.Zero, x);
    }

    private readonly struct Scaled<T> : IFormula<T>
        where T : unmanaged
    {
        public static TVector Of<TVector, TSimd>(TVector x, TVector y, TVector a, TVector b)
            where TVector : struct
            where TSimd : ISimd<T, TVector> => TSimd.Multiply(a, x);
    }
}
