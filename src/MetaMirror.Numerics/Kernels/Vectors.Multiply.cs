using System.Numerics;

namespace MetaMirror.Numerics;

public static partial class Vectors
{
    /// <summary>destination ← x ∘ y (elementwise product).</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="x">Shape [n].</param>
    /// <param name="y">Shape [n].</param>
    /// <param name="destination">Shape [n]; overwritten.</param>
    /// <exception cref="ArgumentException">Lengths differ, or an input overlaps the destination without starting together.</exception>
    /// <exception cref="NotSupportedException">T is neither float nor double.</exception>
    public static void Multiply<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> destination)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        RequireThree(x, y, destination);
        Elementwise<T, ElementProduct<T>>.Map(x, y, T.Zero, T.Zero, destination);
    }

    private static void RequireThree<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> destination, string output = "destination")
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.SupportedElement<T>();
        Require.SameLength(x.Length, y.Length, nameof(x), nameof(y));
        Require.SameLength(x.Length, destination.Length, nameof(x), output);
        Require.SameStartOrDisjoint(x, destination, nameof(x), output);
        Require.SameStartOrDisjoint(y, destination, nameof(y), output);
    }

    private readonly struct ElementProduct<T> : IFormula<T>
        where T : unmanaged
    {
        public static TVector Of<TVector, TSimd>(TVector x, TVector y, TVector a, TVector b)
            where TVector : struct
            where TSimd : ISimd<T, TVector> => TSimd.Multiply(x, y);
    }
}
