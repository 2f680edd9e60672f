using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LinearCombination<T>(T a, ReadOnlySpan<T> x, T b, ReadOnlySpan<T> y, Span<T> destination)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        RequireThree(x, y, destination);
        ref T x0 = ref MemoryMarshal.GetReference(x);
        ref T y0 = ref MemoryMarshal.GetReference(y);
        ref T z0 = ref MemoryMarshal.GetReference(destination);
        int i = 0;

        // Whole vectors in the widest width at hand, the remainder one by one: elements are independent, so the width leaves no trace.
        if (Vector512.IsHardwareAccelerated)
        {
            for (; i <= x.Length - Vector512<T>.Count; i += Vector512<T>.Count)
                ((Vector512.LoadUnsafe(ref x0, (nuint)i) * a) + (Vector512.LoadUnsafe(ref y0, (nuint)i) * b)).StoreUnsafe(ref z0, (nuint)i);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            for (; i <= x.Length - Vector256<T>.Count; i += Vector256<T>.Count)
                ((Vector256.LoadUnsafe(ref x0, (nuint)i) * a) + (Vector256.LoadUnsafe(ref y0, (nuint)i) * b)).StoreUnsafe(ref z0, (nuint)i);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            for (; i <= x.Length - Vector128<T>.Count; i += Vector128<T>.Count)
                ((Vector128.LoadUnsafe(ref x0, (nuint)i) * a) + (Vector128.LoadUnsafe(ref y0, (nuint)i) * b)).StoreUnsafe(ref z0, (nuint)i);
        }

        for (; i < x.Length; i++)
            destination[i] = (a * x[i]) + (b * y[i]);
    }
}
