using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>The summand of a <see cref="FixedLanes"/> sum, once per width.</summary>
internal interface ISummand
{
    static abstract double Of(double x, double y);

    static abstract Vector128<double> Of(Vector128<double> x, Vector128<double> y);

    static abstract Vector256<double> Of(Vector256<double> x, Vector256<double> y);

    static abstract Vector512<double> Of(Vector512<double> x, Vector512<double> y);
}

/// <summary>
/// Sums in double with the same bits on every instruction set: element i goes to lane i mod 8, each lane adds in order of i, and
/// the lanes are added as ((s0+s4)+(s2+s6)) + ((s1+s5)+(s3+s7)).
/// </summary>
/// <remarks>Eight lanes are one Vector512, two Vector256 or four Vector128 of double; multiplication and addition round separately
/// (never fused), so that the width in use cannot be seen in the result.</remarks>
internal static class FixedLanes
{
    public const int Count = 8;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Sum<T, TSummand>(ReadOnlySpan<T> x, ReadOnlySpan<T> y)
        where T : unmanaged
        where TSummand : struct, ISummand
    {
        ref T x0 = ref MemoryMarshal.GetReference(x);
        ref T y0 = ref MemoryMarshal.GetReference(y);
        int whole = x.Length & ~(Count - 1);
        Span<double> lanes = stackalloc double[Count];
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<double> s = Vector512<double>.Zero;
            for (nuint i = 0; i < (nuint)whole; i += Count)
                s += TSummand.Of(Load512(ref x0, i), Load512(ref y0, i));
            s.CopyTo(lanes);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Vector256<double> s = Vector256<double>.Zero, t = Vector256<double>.Zero;
            for (nuint i = 0; i < (nuint)whole; i += Count)
            {
                s += TSummand.Of(Load256(ref x0, i), Load256(ref y0, i));
                t += TSummand.Of(Load256(ref x0, i + 4), Load256(ref y0, i + 4));
            }

            s.CopyTo(lanes);
            t.CopyTo(lanes[4..]);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Vector128<double> s = Vector128<double>.Zero, t = s, u = s, v = s;
            for (nuint i = 0; i < (nuint)whole; i += Count)
            {
                s += TSummand.Of(Load128(ref x0, i), Load128(ref y0, i));
                t += TSummand.Of(Load128(ref x0, i + 2), Load128(ref y0, i + 2));
                u += TSummand.Of(Load128(ref x0, i + 4), Load128(ref y0, i + 4));
                v += TSummand.Of(Load128(ref x0, i + 6), Load128(ref y0, i + 6));
            }

            s.CopyTo(lanes);
            t.CopyTo(lanes[2..]);
            u.CopyTo(lanes[4..]);
            v.CopyTo(lanes[6..]);
        }
        else
        {
            lanes.Clear();
            for (int i = 0; i < whole; i++)
                lanes[i & (Count - 1)] += TSummand.Of(ToDouble(x[i]), ToDouble(y[i]));
        }

        for (int i = whole; i < x.Length; i++)
            lanes[i - whole] += TSummand.Of(ToDouble(x[i]), ToDouble(y[i]));
        return Tree(lanes);
    }

    /// <summary>((s0+s4)+(s2+s6)) + ((s1+s5)+(s3+s7)).</summary>
    public static double Tree(ReadOnlySpan<double> s) => ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double ToDouble<T>(T value) =>
        typeof(T) == typeof(float) ? Unsafe.BitCast<T, float>(value) : Unsafe.BitCast<T, double>(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Load512<T>(ref T x, nuint i) => typeof(T) == typeof(float)
        ? Vector512.WidenLower(Vector256.LoadUnsafe(ref Unsafe.As<T, float>(ref x), i).ToVector512Unsafe())
        : Vector512.LoadUnsafe(ref Unsafe.As<T, double>(ref x), i);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Load256<T>(ref T x, nuint i) => typeof(T) == typeof(float)
        ? Vector256.WidenLower(Vector128.LoadUnsafe(ref Unsafe.As<T, float>(ref x), i).ToVector256Unsafe())
        : Vector256.LoadUnsafe(ref Unsafe.As<T, double>(ref x), i);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> Load128<T>(ref T x, nuint i) => typeof(T) == typeof(float)
        ? Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.As<T, double>(ref Unsafe.Add(ref x, i))).AsSingle())
        : Vector128.LoadUnsafe(ref Unsafe.As<T, double>(ref x), i);
}

/// <summary>(x − y)².</summary>
internal readonly struct SquaredDifference : ISummand
{
    public static double Of(double x, double y) => (x - y) * (x - y);

    public static Vector128<double> Of(Vector128<double> x, Vector128<double> y) => (x - y) * (x - y);

    public static Vector256<double> Of(Vector256<double> x, Vector256<double> y) => (x - y) * (x - y);

    public static Vector512<double> Of(Vector512<double> x, Vector512<double> y) => (x - y) * (x - y);
}
