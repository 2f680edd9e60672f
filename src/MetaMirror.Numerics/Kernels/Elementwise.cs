using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>An elementwise formula of two inputs and two factors, written once for all widths.</summary>
internal interface IFormula<T>
    where T : unmanaged
{
    static abstract TVector Of<TVector, TSimd>(TVector x, TVector y, TVector a, TVector b)
        where TVector : struct
        where TSimd : ISimd<T, TVector>;
}

/// <summary>
/// destination_i ← f(x_i, y_i): whole vectors in the widest width at hand, the rest one by one by the same formula. Elements are
/// independent and every operation rounds once, so the width leaves no trace in the result.
/// </summary>
/// <remarks>Own loops instead of TensorPrimitives where these write past the cache for long vectors: in place that halves the speed.</remarks>
internal static unsafe class Elementwise<T, TFormula>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TFormula : struct, IFormula<T>
{
    public static void Map(ReadOnlySpan<T> x, ReadOnlySpan<T> y, T a, T b, Span<T> destination)
    {
        fixed (T* px = x, py = y, pz = destination)
        {
            nint done = 0;
            if (Vector512.IsHardwareAccelerated)
                done = Whole<Vector512<T>, Simd512<T>>(px, py, a, b, pz, x.Length);
            else if (Vector256.IsHardwareAccelerated)
                done = Whole<Vector256<T>, Simd256<T>>(px, py, a, b, pz, x.Length);
            else if (Vector128.IsHardwareAccelerated)
                done = Whole<Vector128<T>, Simd128<T>>(px, py, a, b, pz, x.Length);
            Whole<T, SimdScalar<T>>(px + done, py + done, a, b, pz + done, x.Length - done);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint Whole<TVector, TSimd>(T* x, T* y, T a, T b, T* destination, nint n)
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        TVector va = TSimd.Broadcast(a), vb = TSimd.Broadcast(b);
        nint i = 0;
        for (; i <= n - TSimd.Count; i += TSimd.Count)
            TSimd.Store(TFormula.Of<TVector, TSimd>(TSimd.Load(x + i), TSimd.Load(y + i), va, vb), destination + i);
        return i;
    }
}
