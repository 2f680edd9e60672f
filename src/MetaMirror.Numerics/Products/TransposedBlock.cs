using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MetaMirror.Numerics;

/// <summary>
/// Transposes of small squares in registers, 8 x 8 float or 4 x 4 double: load or exchange 128-bit halves, unpack pairs.
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
        Vector256<double> a = Pair(source, source + (2 * row)), b = Pair(source + row, source + (3 * row));
        Vector256<double> c = Pair(source + 2, source + (2 * row) + 2), d = Pair(source + row + 2, source + (3 * row) + 2);
        Avx.UnpackLow(a, b).Store(destination);
        Avx.UnpackHigh(a, b).Store(destination + target);
        Avx.UnpackLow(c, d).Store(destination + (2 * target));
        Avx.UnpackHigh(c, d).Store(destination + (3 * target));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Pair(double* low, double* high) => Vector128.Load(low).ToVector256Unsafe().WithUpper(Vector128.Load(high));

    /// <summary>Four columns at a time: rows i and i + 4 side by side in one register, so that unpacking alone turns both quarters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy8(float* source, nint row, float* destination, nint target)
    {
        Half(source, row, destination, target);
        Half(source + 4, row, destination + (4 * target), target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Half(float* source, nint row, float* destination, nint target)
    {
        float* lower = source + (4 * row);
        Vector256<float> a = Pair(source, lower), b = Pair(source + row, lower + row);
        Vector256<float> c = Pair(source + (2 * row), lower + (2 * row)), d = Pair(source + (3 * row), lower + (3 * row));
        Vector256<double> abLow = Avx.UnpackLow(a, b).AsDouble(), abHigh = Avx.UnpackHigh(a, b).AsDouble();
        Vector256<double> cdLow = Avx.UnpackLow(c, d).AsDouble(), cdHigh = Avx.UnpackHigh(c, d).AsDouble();
        Avx.UnpackLow(abLow, cdLow).AsSingle().Store(destination);
        Avx.UnpackHigh(abLow, cdLow).AsSingle().Store(destination + target);
        Avx.UnpackLow(abHigh, cdHigh).AsSingle().Store(destination + (2 * target));
        Avx.UnpackHigh(abHigh, cdHigh).AsSingle().Store(destination + (3 * target));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Pair(float* low, float* high) => Vector128.Load(low).ToVector256Unsafe().WithUpper(Vector128.Load(high));
}
