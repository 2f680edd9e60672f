using System.Numerics;

namespace MetaMirror.Divergences;

public static partial class BregmanProjections
{
    /// <summary>x_i = min(max(y_i, lower), upper): the projection onto a box for every separable potential (any diagonal metric, and entropy).</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="lower">Lower end of every coordinate; may be minus infinity.</param>
    /// <param name="upper">Upper end, at least lower; may be infinity.</param>
    /// <param name="y">Shape [n]; overwritten by the projection.</param>
    /// <exception cref="ArgumentException">lower exceeds upper, or one is NaN.</exception>
    public static void OntoBox<T>(T lower, T upper, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!(lower <= upper))
            throw new ArgumentException(FormattableString.Invariant($"lower must not exceed upper, but they are {lower} and {upper}."), nameof(lower));
        foreach (ref T value in y)
            value = T.Min(T.Max(value, lower), upper);
    }

    /// <summary>x_i = min(max(y_i, lower_i), upper_i).</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="lower">Shape [n].</param>
    /// <param name="upper">Shape [n], nowhere below lower.</param>
    /// <param name="y">Shape [n]; overwritten by the projection.</param>
    /// <exception cref="ArgumentException">Lengths differ, or lower exceeds upper somewhere.</exception>
    public static void OntoBox<T>(ReadOnlySpan<T> lower, ReadOnlySpan<T> upper, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (lower.Length != y.Length || upper.Length != y.Length)
            throw new ArgumentException($"lower and upper have lengths {lower.Length} and {upper.Length}, expected {y.Length}.", nameof(lower));
        for (int i = 0; i < y.Length; i++)
        {
            if (!(lower[i] <= upper[i]))
                throw new ArgumentException(FormattableString.Invariant($"lower must not exceed upper, but at {i} they are {lower[i]} and {upper[i]}."), nameof(lower));
            y[i] = T.Min(T.Max(y[i], lower[i]), upper[i]);
        }
    }
}
