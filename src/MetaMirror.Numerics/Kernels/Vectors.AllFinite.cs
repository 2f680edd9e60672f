using System.Numerics;
using System.Numerics.Tensors;

namespace MetaMirror.Numerics;

public static partial class Vectors
{
    /// <summary>Whether no element is NaN or infinite.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="x">Shape [n].</param>
    /// <returns>True if all are finite, also for n = 0.</returns>
    /// <exception cref="NotSupportedException">T is neither float nor double.</exception>
    public static bool AllFinite<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.SupportedElement<T>();

        // Of no elements IsFiniteAll says false; here all of none are finite.
        return x.IsEmpty || TensorPrimitives.IsFiniteAll(x);
    }

    /// <summary>The index of the first NaN or infinite element.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="x">Shape [n].</param>
    /// <returns>The index, or −1 if all are finite.</returns>
    /// <exception cref="NotSupportedException">T is neither float nor double.</exception>
    public static int IndexOfNonFinite<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (AllFinite(x))
            return -1;
        int i = 0;
        while (T.IsFinite(x[i]))
            i++;
        return i;
    }
}
