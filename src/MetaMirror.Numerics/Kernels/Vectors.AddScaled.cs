using System.Numerics;

namespace MetaMirror.Numerics;

public static partial class Vectors
{
    /// <summary>y ← y + α·x (BLAS <c>axpy</c>); product and sum round separately.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="alpha">α.</param>
    /// <param name="x">Shape [n].</param>
    /// <param name="y">Shape [n]; overwritten.</param>
    /// <exception cref="ArgumentException">Lengths differ, or the spans overlap without starting together.</exception>
    /// <exception cref="NotSupportedException">T is neither float nor double.</exception>
    public static void AddScaled<T>(T alpha, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.SupportedElement<T>();
        Require.SameLength(x.Length, y.Length, nameof(x), nameof(y));
        Require.SameStartOrDisjoint(x, y, nameof(x), nameof(y));
        Elementwise<T, SumWithScaled<T>>.Map(x, y, alpha, T.Zero, y);
    }

    private readonly struct SumWithScaled<T> : IFormula<T>
        where T : unmanaged
    {
        public static TVector Of<TVector, TSimd>(TVector x, TVector y, TVector a, TVector b)
            where TVector : struct
            where TSimd : ISimd<T, TVector> => TSimd.Add(y, TSimd.Multiply(a, x));
    }
}
