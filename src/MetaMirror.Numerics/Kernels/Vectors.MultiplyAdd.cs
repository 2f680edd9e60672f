using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

public static partial class Vectors
{
    /// <summary>z ← z + x ∘ y (elementwise); product and sum round separately.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="x">Shape [n].</param>
    /// <param name="y">Shape [n].</param>
    /// <param name="z">Shape [n]; overwritten.</param>
    /// <exception cref="ArgumentException">Lengths differ, or an input overlaps z without starting together.</exception>
    /// <exception cref="NotSupportedException">T is neither float nor double.</exception>
    public static unsafe void MultiplyAdd<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        RequireThree(x, y, z, nameof(z));
        fixed (T* px = x, py = y, pz = z)
        {
            nint done = 0;
            if (Vector512.IsHardwareAccelerated)
                done = AddProducts<T, Vector512<T>, Simd512<T>>(px, py, pz, x.Length);
            else if (Vector256.IsHardwareAccelerated)
                done = AddProducts<T, Vector256<T>, Simd256<T>>(px, py, pz, x.Length);
            else if (Vector128.IsHardwareAccelerated)
                done = AddProducts<T, Vector128<T>, Simd128<T>>(px, py, pz, x.Length);
            AddProducts<T, T, SimdScalar<T>>(px + done, py + done, pz + done, x.Length - done);
        }
    }

    /// <summary>Whole vectors only; returns the number of elements done. The rest goes through the same loop with one lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe nint AddProducts<T, TVector, TSimd>(T* x, T* y, T* z, nint n)
        where T : unmanaged
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        nint i = 0;
        for (; i <= n - TSimd.Count; i += TSimd.Count)
            TSimd.Store(TSimd.Add(TSimd.Load(z + i), TSimd.Multiply(TSimd.Load(x + i), TSimd.Load(y + i))), z + i);
        return i;
    }
}
