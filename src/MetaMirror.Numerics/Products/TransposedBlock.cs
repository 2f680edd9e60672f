using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MetaMirror.Numerics;

/// <summary>
/// Transposes of small squares in registers, 8 x 8 float or 4 x 4 double: unpack pairs, pair up quarters, exchange 128-bit halves.
/// A scalar copy would store one element per cycle and cost a third of a small product.
/// </summary>
internal static unsafe class TransposedBlock
{
    /// <summary>Side of the square for T, or 0 where it is not supported.</summary>
    public static int Side<T>() => !Avx.IsSupported ? 0 : typeof(T) == typeof(float) ? 8 : typeof(T) == typeof(double) ? 4 : 0;

    /// <summary>destination[i·destinationRow + j] ← source[j·sourceRow + i] for i, j &lt; Side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy<T>(T* source, nint sourceRow, T* destination, nint destinationRow)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
            Copy8((float*)source, sourceRow, (float*)destination, destinationRow);
        else
            Copy4((double*)source, sourceRow, (double*)destination, destinationRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy4(double* source, nint row, double* destination, nint target)
    {
        Vector256<double> a = Vector256.Load(source), b = Vector256.Load(source + row);
        Vector256<double> c = Vector256.Load(source + (2 * row)), d = Vector256.Load(source + (3 * row));
        Vector256<double> ab02 = Avx.UnpackLow(a, b), ab13 = Avx.UnpackHigh(a, b), cd02 = Avx.UnpackLow(c, d), cd13 = Avx.UnpackHigh(c, d);
        Avx.Permute2x128(ab02, cd02, 0x20).Store(destination);
        Avx.Permute2x128(ab13, cd13, 0x20).Store(destination + target);
        Avx.Permute2x128(ab02, cd02, 0x31).Store(destination + (2 * target));
        Avx.Permute2x128(ab13, cd13, 0x31).Store(destination + (3 * target));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy8(float* source, nint row, float* destination, nint target)
    {
        (Vector256<float> a0, Vector256<float> a1, Vector256<float> a2, Vector256<float> a3) = Quarter(source, row);
        (Vector256<float> b0, Vector256<float> b1, Vector256<float> b2, Vector256<float> b3) = Quarter(source + (4 * row), row);
        Avx.Permute2x128(a0, b0, 0x20).Store(destination);
        Avx.Permute2x128(a1, b1, 0x20).Store(destination + target);
        Avx.Permute2x128(a2, b2, 0x20).Store(destination + (2 * target));
        Avx.Permute2x128(a3, b3, 0x20).Store(destination + (3 * target));
        destination += 4 * target;
        Avx.Permute2x128(a0, b0, 0x31).Store(destination);
        Avx.Permute2x128(a1, b1, 0x31).Store(destination + target);
        Avx.Permute2x128(a2, b2, 0x31).Store(destination + (2 * target));
        Avx.Permute2x128(a3, b3, 0x31).Store(destination + (3 * target));
    }

    /// <summary>Four rows of eight: element q of the result holds columns q (low half) and q + 4 (high half) of the four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float>, Vector256<float>, Vector256<float>, Vector256<float>) Quarter(float* source, nint row)
    {
        Vector256<float> a = Vector256.Load(source), b = Vector256.Load(source + row);
        Vector256<float> c = Vector256.Load(source + (2 * row)), d = Vector256.Load(source + (3 * row));
        Vector256<double> abLow = Avx.UnpackLow(a, b).AsDouble(), abHigh = Avx.UnpackHigh(a, b).AsDouble();
        Vector256<double> cdLow = Avx.UnpackLow(c, d).AsDouble(), cdHigh = Avx.UnpackHigh(c, d).AsDouble();
        return (Avx.UnpackLow(abLow, cdLow).AsSingle(), Avx.UnpackHigh(abLow, cdLow).AsSingle(),
            Avx.UnpackLow(abHigh, cdHigh).AsSingle(), Avx.UnpackHigh(abHigh, cdHigh).AsSingle());
    }
}
