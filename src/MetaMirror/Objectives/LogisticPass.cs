using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Objectives;

/// <summary>
/// Binary cross-entropy of many scores in double. With s = z for class 0, -z for class 1: softplus(s) = max(s, 0) + log1p(exp(-|s|)) has no
/// cancellation, and neither have its derivative sigmoid(s) and its curvature sigmoid(s) sigmoid(-s) = e / (1 + e)^2, e = exp(-|s|).
/// </summary>
/// <remarks>Groups of four doubles on every machine. A last group is filled up with s = -infinity, where all three are 0.</remarks>
internal static class LogisticPass
{
    private const int Chunk = 256;

    /// <summary>Gives sum_i softplus(s_i), and writes a_i = factor dl_i/dz_i.</summary>
    /// <param name="z">Scores, shape [n].</param>
    /// <param name="labels">0 or 1, shape [n].</param>
    /// <param name="factor">Factor of the derivatives.</param>
    /// <param name="a">Shape [n], overwritten; may be z.</param>
    [SkipLocalsInit]
    public static double Value<T>(ReadOnlySpan<T> z, ReadOnlySpan<int> labels, double factor, Span<T> a)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<double> s = stackalloc double[Chunk], e = stackalloc double[Chunk], u = stackalloc double[Chunk];
        double sum = 0;
        for (int start = 0; start < z.Length; start += Chunk)
        {
            int length = Math.Min(Chunk, z.Length - start), padded = Load(z.Slice(start, length), labels.Slice(start, length), s, e);
            TensorPrimitives.Exp<double>(e[..padded], e);
            Derivatives(s[..padded], e, u, factor);
            Store(s, labels.Slice(start, length), a.Slice(start, length));

            // e now holds what is lost in u = 1 + e, and max(s, 0).
            TensorPrimitives.Log<double>(u[..padded], u);
            sum += TensorPrimitives.Sum<double>(u[..padded]) + TensorPrimitives.Sum<double>(e[..padded]);
        }

        return sum;
    }

    /// <summary>Writes h_i = factor d2l_i/dz_i2, which does not depend on the class.</summary>
    [SkipLocalsInit]
    public static void Curvature<T>(ReadOnlySpan<T> z, double factor, Span<T> h)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<double> s = stackalloc double[Chunk], e = stackalloc double[Chunk];
        Span<int> labels = stackalloc int[Chunk];
        labels.Clear();
        for (int start = 0; start < z.Length; start += Chunk)
        {
            int length = Math.Min(Chunk, z.Length - start), padded = Load(z.Slice(start, length), labels[..length], s, e);
            TensorPrimitives.Exp<double>(e[..padded], e);
            for (int i = 0; i < padded; i += Vector256<double>.Count)
            {
                Vector256<double> x = Vector256.Create<double>(e[i..]), one = Vector256<double>.One + x;
                (x / one / one * factor).CopyTo(s[i..]);
            }

            Store(s, labels[..length], h.Slice(start, length));
        }
    }

    /// <summary>log(1 + e) for e in [0, 1] to relative rounding: what is lost in 1 + e is put back, as in <see cref="Value"/>. (double.LogP1 loses it.)</summary>
    public static double LogOnePlus(double e)
    {
        double u = 1 + e;
        return Math.Log(u) + ((e - (u - 1)) / u);
    }

    /// <summary>s and -|s|, filled up to whole groups; gives the length with the filling.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Load<T>(ReadOnlySpan<T> z, ReadOnlySpan<int> labels, Span<double> s, Span<double> e)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int padded = (z.Length + Vector256<double>.Count - 1) / Vector256<double>.Count * Vector256<double>.Count;
        for (int i = 0; i < z.Length; i++)
        {
            double x = double.CreateTruncating(z[i]);
            s[i] = Signed(x, labels[i]);
            e[i] = -Math.Abs(x);
        }

        s[z.Length..padded].Fill(double.NegativeInfinity);
        e[z.Length..padded].Fill(double.NegativeInfinity);
        return padded;
    }

    /// <summary>From s and e: s becomes factor sigmoid(s), u = 1 + e, e becomes max(s, 0) + (log1p(e) - log(u)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Derivatives(Span<double> s, Span<double> e, Span<double> u, double factor)
    {
        for (int i = 0; i < s.Length; i += Vector256<double>.Count)
        {
            Vector256<double> x = Vector256.Create<double>(s[i..]), y = Vector256.Create<double>(e[i..]), one = Vector256<double>.One + y;
            Vector256<double> upper = Vector256.GreaterThanOrEqual(x, Vector256<double>.Zero);
            one.CopyTo(u[i..]);
            (Vector256.ConditionalSelect(upper, Vector256<double>.One, y) / one * factor).CopyTo(s[i..]);
            (Vector256.ConditionalSelect(upper, x, Vector256<double>.Zero) + ((y - (one - Vector256<double>.One)) / one)).CopyTo(e[i..]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Store<T>(ReadOnlySpan<double> s, ReadOnlySpan<int> labels, Span<T> a)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < a.Length; i++)
            a[i] = T.CreateTruncating(Signed(s[i], labels[i]));
    }

    /// <summary>x for label 0, -x for label 1, without a branch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Signed(double x, int label) => BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(x) ^ ((long)label << 63));
}
