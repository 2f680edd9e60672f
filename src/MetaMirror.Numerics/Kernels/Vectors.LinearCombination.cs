using System.Numerics;

namespace MetaMirror.Numerics;

public static partial class Vectors
{
    /// <summary>destination ← a·x + b·y; products and sum round separately.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="a">Factor of x.</param>
    /// <param name="x">Shape [n].</param>
    /// <param name="b">Factor of y.</param>
    /// <param name="y">Shape [n].</param>
    /// <param name="destination">Shape [n]; overwritten.</param>
    /// <exception cref="ArgumentException">Lengths differ, or an input overlaps the destination without starting together.</exception>
    /// <exception cref="NotSupportedException">T is neither float nor double.</exception>
    public static void LinearCombination<T>(T a, ReadOnlySpan<T> x, T b, ReadOnlySpan<T> y, Span<T> destination)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        RequireThree(x, y, destination);
        Elementwise<T, Combination<T>>.Map(x, y, a, b, destination);
    }

    private readonly struct Combination<T> : IFormula<T>
        where T : unmanaged
    {
        public static TVector Of<TVector, TSimd>(TVector x, TVector y, TVector a, TVector b)
            where TVector : struct
            where TSimd : ISimd<T, TVector> => TSimd.Add(TSimd.Multiply(a, x), TSimd.Multiply(b, y));
    }
}
