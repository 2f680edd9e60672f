using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Objectives;

/// <summary>
/// KL(softmax(y) || softmax(z)) of rows of few classes, and its gradient: exponentials of many rows in one call, 256 bits wide on every machine. The last group of a row overlaps the one
/// before it; what counts once is masked.
/// </summary>
internal static class CategoricalRows
{
    /// <summary>Most scores of z that go together.</summary>
    public const int Most = 256;

    /// <summary>Sum over rows; writes scale (softmax(z) - softmax(y)).</summary>
    /// <param name="classes">k, a divisor of the length.</param>
    /// <param name="z">At most <see cref="Most"/> scores.</param>
    /// <param name="y">As many.</param>
    /// <param name="scale">Factor of the gradient.</param>
    /// <param name="a">As many, overwritten; may be y.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Divergence<T>(int classes, ReadOnlySpan<T> z, ReadOnlySpan<T> y, T scale, Span<T> a)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<T> work = stackalloc T[2 * Most];
        Span<double> shifts = stackalloc double[Most];
        work = work[..(2 * z.Length)];
        ref T zs = ref MemoryMarshal.GetReference(z), ys = ref MemoryMarshal.GetReference(y), p = ref MemoryMarshal.GetReference(work), gradient = ref MemoryMarshal.GetReference(a);
        ref T q = ref Unsafe.Add(ref p, z.Length);
        for (int start = 0, row = 0; start < z.Length; start += classes, row++)
        {
            T most = Shift(classes, ref Unsafe.Add(ref zs, start), ref Unsafe.Add(ref p, start)), target = Shift(classes, ref Unsafe.Add(ref ys, start), ref Unsafe.Add(ref q, start));
            shifts[row] = double.CreateTruncating(most) - double.CreateTruncating(target);
        }

        TensorPrimitives.Exp<T>(work, work);
        double sum = 0, factor = double.CreateTruncating(scale);
        for (int start = 0, row = 0; start < z.Length; start += classes, row++)
        {
            (double zSum, double ySum, double along) = Sums(
                classes, ref Unsafe.Add(ref p, start), ref Unsafe.Add(ref q, start), ref Unsafe.Add(ref zs, start), ref Unsafe.Add(ref ys, start));
            Combine(
                classes, T.CreateTruncating(factor / zSum), ref Unsafe.Add(ref p, start), T.CreateTruncating(factor / ySum), ref Unsafe.Add(ref q, start), ref Unsafe.Add(ref gradient, start));
            sum += Math.Max(shifts[row] + Math.Log(zSum / ySum) - (along / ySum), 0);
        }

        return sum;
    }

    /// <summary>Writes z - max z, gives max z.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Shift<T>(int classes, ref T z, ref T shifted)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int last = classes - Vector256<T>.Count;
        T max = z;
        if (last < 0)
        {
            for (int c = 1; c < classes; c++)
                max = T.Max(max, Unsafe.Add(ref z, c));
            for (int c = 0; c < classes; c++)
                Unsafe.Add(ref shifted, c) = Unsafe.Add(ref z, c) - max;
            return max;
        }

        Vector256<T> end = Vector256.LoadUnsafe(ref z, (nuint)last), most = end;
        for (int c = 0; c < last; c += Vector256<T>.Count)
            most = Vector256.Max(most, Vector256.LoadUnsafe(ref z, (nuint)c));
        max = most[0];
        for (int c = 1; c < Vector256<T>.Count; c++)
            max = T.Max(max, most[c]);
        Vector256<T> shift = Vector256.Create(max);
        for (int c = 0; c < last; c += Vector256<T>.Count)
            (Vector256.LoadUnsafe(ref z, (nuint)c) - shift).StoreUnsafe(ref shifted, (nuint)c);
        (end - shift).StoreUnsafe(ref shifted, (nuint)last);
        return max;
    }

    /// <summary>Sums of p, of q, and of q (z - y).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (double P, double Q, double Along) Sums<T>(int classes, ref T p, ref T q, ref T z, ref T y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int last = classes - Vector256<T>.Count;
        if (last < 0)
        {
            double pSum = 0, qSum = 0, along = 0;
            for (int c = 0; c < classes; c++)
            {
                double share = double.CreateTruncating(Unsafe.Add(ref q, c));
                pSum += double.CreateTruncating(Unsafe.Add(ref p, c));
                qSum += share;
                along += share * (double.CreateTruncating(Unsafe.Add(ref z, c)) - double.CreateTruncating(Unsafe.Add(ref y, c)));
            }

            return (pSum, qSum, along);
        }

        Vector256<T> ps = Vector256<T>.Zero, qs = ps, products = ps;
        int next = 0;
        for (; next < last; next += Vector256<T>.Count)
        {
            Vector256<T> share = Vector256.LoadUnsafe(ref q, (nuint)next);
            ps += Vector256.LoadUnsafe(ref p, (nuint)next);
            qs += share;
            products += share * (Vector256.LoadUnsafe(ref z, (nuint)next) - Vector256.LoadUnsafe(ref y, (nuint)next));
        }

        Vector256<T> counts = Vector256.GreaterThanOrEqual(Vector256<T>.Indices, Vector256.Create(T.CreateTruncating(next - last)));
        Vector256<T> end = Vector256.LoadUnsafe(ref q, (nuint)last) & counts;
        ps += Vector256.LoadUnsafe(ref p, (nuint)last) & counts;
        qs += end;
        products += end * (Vector256.LoadUnsafe(ref z, (nuint)last) - Vector256.LoadUnsafe(ref y, (nuint)last));
        return (double.CreateTruncating(Vector256.Sum(ps)), double.CreateTruncating(Vector256.Sum(qs)), double.CreateTruncating(Vector256.Sum(products)));
    }

    /// <summary>a = b p - c q.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Combine<T>(int classes, T b, ref T p, T c, ref T q, ref T a)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int last = classes - Vector256<T>.Count;
        for (int i = 0; last < 0 && i < classes; i++)
            Unsafe.Add(ref a, i) = (b * Unsafe.Add(ref p, i)) - (c * Unsafe.Add(ref q, i));
        if (last < 0)
            return;
        Vector256<T> zScale = Vector256.Create(b), yScale = Vector256.Create(c);
        for (int i = 0; i < last; i += Vector256<T>.Count)
            ((zScale * Vector256.LoadUnsafe(ref p, (nuint)i)) - (yScale * Vector256.LoadUnsafe(ref q, (nuint)i))).StoreUnsafe(ref a, (nuint)i);
        ((zScale * Vector256.LoadUnsafe(ref p, (nuint)last)) - (yScale * Vector256.LoadUnsafe(ref q, (nuint)last))).StoreUnsafe(ref a, (nuint)last);
    }
}
