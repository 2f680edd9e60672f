using System.Numerics;

namespace MetaMirror.Numerics;

public static partial class Vectors
{
    /// <summary>destination_i ← x_i where condition_i > 0, else 0 (also where condition_i is NaN): the derivative of max(·, 0).</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="condition">Shape [n].</param>
    /// <param name="x">Shape [n].</param>
    /// <param name="destination">Shape [n]; overwritten.</param>
    /// <exception cref="ArgumentException">Lengths differ, or an input overlaps the destination without starting together.</exception>
    /// <exception cref="NotSupportedException">T is neither float nor double.</exception>
    public static void WherePositive<T>(ReadOnlySpan<T> condition, ReadOnlySpan<T> x, Span<T> destination)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        RequireThree(condition, x, destination);
        Elementwise<T, Selection<T>>.Map(condition, x, T.Zero, T.Zero, destination);
    }

    private readonly struct Selection<T> : IFormula<T>
        where T : unmanaged
    {
        public static TVector Of<TVector, TSimd>(TVector x, TVector y, TVector a, TVector b)
            where TVector : struct
            where TSimd : ISimd<T, TVector> => TSimd.WherePositive(x, y);
    }
}
