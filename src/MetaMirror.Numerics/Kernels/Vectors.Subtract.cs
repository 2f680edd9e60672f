using System.Numerics;

namespace MetaMirror.Numerics;

public static partial class Vectors
{
    /// <summary>destination ← x − y.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="x">Shape [n].</param>
    /// <param name="y">Shape [n].</param>
    /// <param name="destination">Shape [n]; overwritten.</param>
    /// <exception cref="ArgumentException">Lengths differ, or an input overlaps the destination without starting together.</exception>
    /// <exception cref="NotSupportedException">T is neither float nor double.</exception>
    public static void Subtract<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> destination)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        RequireThree(x, y, destination);
        Elementwise<T, Difference<T>>.Map(x, y, T.Zero, T.Zero, destination);
    }

    private readonly struct Difference<T> : IFormula<T>
        where T : unmanaged
    {
        public static TVector Of<TVector, TSimd>(TVector x, TVector y, TVector a, TVector b)
            where TVector : struct
            where TSimd : ISimd<T, TVector> => TSimd.Subtract(x, y);
    }
}
