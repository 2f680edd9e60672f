using System.Numerics;

namespace MetaMirror.Numerics;

public static partial class Vectors
{
    /// <summary>destination_i ← max(x_i, 0); NaN stays NaN.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="x">Shape [n].</param>
    /// <param name="destination">Shape [n]; overwritten.</param>
    /// <exception cref="ArgumentException">Lengths differ, or the input overlaps the destination without starting together.</exception>
    /// <exception cref="NotSupportedException">T is neither float nor double.</exception>
    public static void PositivePart<T>(ReadOnlySpan<T> x, Span<T> destination)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        RequireThree(x, x, destination);
        Elementwise<T, Positive<T>>.Map(x, x, T.Zero, T.Zero, destination);
    }

    private readonly struct Positive<T> : IFormula<T>
        where T : unmanaged
    {
        public static TVector Of<TVector, TSimd>(TVector x, TVector y, TVector a, TVector b)
            where TVector : struct
            where TSimd : ISimd<T, TVector> => TSimd.PositivePart(x);
    }
}
