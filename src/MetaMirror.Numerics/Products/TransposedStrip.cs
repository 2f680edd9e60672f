using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MetaMirror.Numerics;

/// <summary>
/// Transposes of strips of a few columns: 128-bit pieces of several rows are loaded side by side, so that unpacking alone turns them. A
/// scalar copy would store one element per cycle and cost a third of a small product.
/// </summary>
internal static unsafe class TransposedStrip
{
    /// <summary>Rows of a strip, a vector of the transpose; 0 where T or the processor is not supported.</summary>
    public static int Rows<T>() => !Avx.IsSupported || (typeof(T) != typeof(float) && typeof(T) != typeof(double)) ? 0
        : Avx512F.IsSupported ? Vector512<T>.Count : Vector256<T>.Count;

    /// <summary>Columns of a strip.</summary>
    public static int Columns<T>() => Vector128<T>.Count;

    /// <summary>destination[i·destinationRow + j] ← source[j·sourceRow + i] for i &lt; Columns, j &lt; Rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy<T>(T* source, nint sourceRow, T* destination, nint destinationRow)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float) && Avx512F.IsSupported)
            Copy16((float*)source, sourceRow, (float*)destination, destinationRow);
        else if (typeof(T) == typeof(float))
            Copy8((float*)source, sourceRow, (float*)destination, destinationRow);
        else if (Avx512F.IsSupported)
            Copy8((double*)source, sourceRow, (double*)destination, destinationRow);
        else
            Copy4((double*)source, sourceRow, (double*)destination, destinationRow);
    }

    /// <summary>Rows i, i + 4, i + 8 and i + 12 share a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy16(float* source, nint row, float* destination, nint target)
    {
        Vector512<float> a = Four(source, 4 * row), b = Four(source + row, 4 * row), c = Four(source + (2 * row), 4 * row), d = Four(source + (3 * row), 4 * row);
        Vector512<double> abLow = Avx512F.UnpackLow(a, b).AsDouble(), abHigh = Avx512F.UnpackHigh(a, b).AsDouble();
        Vector512<double> cdLow = Avx512F.UnpackLow(c, d).AsDouble(), cdHigh = Avx512F.UnpackHigh(c, d).AsDouble();
        Avx512F.UnpackLow(abLow, cdLow).AsSingle().Store(destination);
        Avx512F.UnpackHigh(abLow, cdLow).AsSingle().Store(destination + target);
        Avx512F.UnpackLow(abHigh, cdHigh).AsSingle().Store(destination + (2 * target));
        Avx512F.UnpackHigh(abHigh, cdHigh).AsSingle().Store(destination + (3 * target));
    }

    /// <summary>Rows i and i + 4 share a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy8(float* source, nint row, float* destination, nint target)
    {
        Vector256<float> a = Two(source, 4 * row), b = Two(source + row, 4 * row), c = Two(source + (2 * row), 4 * row), d = Two(source + (3 * row), 4 * row);
        Vector256<double> abLow = Avx.UnpackLow(a, b).AsDouble(), abHigh = Avx.UnpackHigh(a, b).AsDouble();
        Vector256<double> cdLow = Avx.UnpackLow(c, d).AsDouble(), cdHigh = Avx.UnpackHigh(c, d).AsDouble();
        Avx.UnpackLow(abLow, cdLow).AsSingle().Store(destination);
        Avx.UnpackHigh(abLow, cdLow).AsSingle().Store(destination + target);
        Avx.UnpackLow(abHigh, cdHigh).AsSingle().Store(destination + (2 * target));
        Avx.UnpackHigh(abHigh, cdHigh).AsSingle().Store(destination + (3 * target));
    }

    /// <summary>Rows i, i + 2, i + 4 and i + 6 share a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy8(double* source, nint row, double* destination, nint target)
    {
        Vector512<double> a = Four(source, 2 * row), b = Four(source + row, 2 * row);
        Avx512F.UnpackLow(a, b).Store(destination);
        Avx512F.UnpackHigh(a, b).Store(destination + target);
    }

    /// <summary>Rows i and i + 2 share a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy4(double* source, nint row, double* destination, nint target)
    {
        Vector256<double> a = Two(source, 2 * row), b = Two(source + row, 2 * row);
        Avx.UnpackLow(a, b).Store(destination);
        Avx.UnpackHigh(a, b).Store(destination + target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Two<T>(T* x, nint apart)
        where T : unmanaged => Vector128.Load(x).ToVector256Unsafe().WithUpper(Vector128.Load(x + apart));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Four(float* x, nint apart)
    {
        Vector512<float> y = Avx512F.InsertVector128(Vector128.Load(x).ToVector256Unsafe().ToVector512Unsafe(), Vector128.Load(x + apart), 1);
        return Avx512F.InsertVector128(Avx512F.InsertVector128(y, Vector128.Load(x + (2 * apart)), 2), Vector128.Load(x + (3 * apart)), 3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Four(double* x, nint apart) =>
        Vector512.Create(Vector256.Create(Vector128.Load(x), Vector128.Load(x + apart)), Vector256.Create(Vector128.Load(x + (2 * apart)), Vector128.Load(x + (3 * apart))));
}
