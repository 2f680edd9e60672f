using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Networks;

/// <summary>
/// Two sums over each channel of a range, in double: element i of a plane goes to lane i mod 8, lanes add row after row, and a fixed tree adds the lanes. Without
/// multiply-add, so the bits are the same on every instruction set and whatever the range.
/// </summary>
internal static unsafe class ChannelSums
{
    private const int Lanes = 8;

    /// <summary>sum of (x - center), sum of (x - center)^2.</summary>
    public static void OfSquares<T>(in ChannelRange r, ReadOnlySpan<T> x, ReadOnlySpan<double> center, Span<double> first, Span<double> second)
        where T : unmanaged, IFloatingPointIeee754<T> => Run<T, Squares>(r, x, x, center, first, second);

    /// <summary>sum of a, sum of (x - center) a.</summary>
    public static void OfProducts<T>(in ChannelRange r, ReadOnlySpan<T> x, ReadOnlySpan<double> center, ReadOnlySpan<T> a, Span<double> first, Span<double> second)
        where T : unmanaged, IFloatingPointIeee754<T> => Run<T, Products>(r, x, a, center, first, second);

    private static void Run<T, TSummand>(in ChannelRange r, ReadOnlySpan<T> x, ReadOnlySpan<T> a, ReadOnlySpan<double> center, Span<double> first, Span<double> second)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TSummand : struct, IChannelSummand
    {
        fixed (T* px = x, pa = a)
        fixed (double* pc = center, pf = first, ps = second)
        {
            if (r.Pixels == 1)
            {
                new Span<double>(pf, r.Count).Clear();
                new Span<double>(ps, r.Count).Clear();
                OverRows<T, TSummand>(r, px, pa, pc, pf, ps);
                return;
            }

            double* lanes = stackalloc double[2 * Lanes * r.Count];
            new Span<double>(lanes, 2 * Lanes * r.Count).Clear();
            OverPlanes<T, TSummand>(r, px, pa, pc, lanes);
            for (int c = 0; c < r.Count; c++, lanes += 2 * Lanes)
                (pf[c], ps[c]) = (Tree(lanes), Tree(lanes + Lanes));
        }
    }

    /// <summary>Lanes are pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void OverPlanes<T, TSummand>(in ChannelRange r, T* x, T* a, double* center, double* lanes)
        where T : unmanaged
        where TSummand : struct, IChannelSummand
    {
        int count = r.Count, rows = r.Rows, pixels = r.Pixels;
        for (int n = 0; n < rows; n++)
        {
            nint i = r.Start(n);
            double* sums = lanes;
            for (int c = 0; c < count; c++, sums += 2 * Lanes)
            {
                Vector512<double> m = Vector512.Create(center[c]), s = Vector512.Load(sums), t = Vector512.Load(sums + Lanes);
                nint end = i + pixels;
                for (; i <= end - Lanes; i += Lanes)
                {
                    Vector512<double> u = Load(x + i), v = Load(a + i);
                    s += TSummand.First(u, v, m);
                    t += TSummand.Second(u, v, m);
                }

                s.Store(sums);
                t.Store(sums + Lanes);
                for (nint k = 0; i < end; i++, k++)
                {
                    sums[k] += TSummand.First(ToDouble(x[i]), ToDouble(a[i]), center[c]);
                    sums[k + Lanes] += TSummand.Second(ToDouble(x[i]), ToDouble(a[i]), center[c]);
                }
            }
        }
    }

    /// <summary>Vectors, one pixel to a channel: lanes are channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void OverRows<T, TSummand>(in ChannelRange r, T* x, T* a, double* center, double* first, double* second)
        where T : unmanaged
        where TSummand : struct, IChannelSummand
    {
        int count = r.Count, rows = r.Rows;
        for (int n = 0; n < rows; n++)
        {
            T* px = x + r.Start(n), pa = a + r.Start(n);
            int c = 0;
            for (; c <= count - Lanes; c += Lanes)
            {
                Vector512<double> u = Load(px + c), v = Load(pa + c), m = Vector512.Load(center + c);
                (Vector512.Load(first + c) + TSummand.First(u, v, m)).Store(first + c);
                (Vector512.Load(second + c) + TSummand.Second(u, v, m)).Store(second + c);
            }

            for (; c < count; c++)
            {
                first[c] += TSummand.First(ToDouble(px[c]), ToDouble(pa[c]), center[c]);
                second[c] += TSummand.Second(ToDouble(px[c]), ToDouble(pa[c]), center[c]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Load<T>(T* x)
        where T : unmanaged => typeof(T) == typeof(float)
        ? Vector512.WidenLower(Vector256.Load((float*)x).ToVector512Unsafe())
        : Vector512.Load((double*)x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double ToDouble<T>(T x)
        where T : unmanaged => typeof(T) == typeof(float) ? Unsafe.BitCast<T, float>(x) : Unsafe.BitCast<T, double>(x);

    private static double Tree(double* s) => ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));

    private readonly struct Squares : IChannelSummand
    {
        public static double First(double x, double a, double center) => x - center;

        public static double Second(double x, double a, double center) => (x - center) * (x - center);

        public static Vector512<double> First(Vector512<double> x, Vector512<double> a, Vector512<double> center) => x - center;

        public static Vector512<double> Second(Vector512<double> x, Vector512<double> a, Vector512<double> center) => (x - center) * (x - center);
    }

    private readonly struct Products : IChannelSummand
    {
        public static double First(double x, double a, double center) => a;

        public static double Second(double x, double a, double center) => (x - center) * a;

        public static Vector512<double> First(Vector512<double> x, Vector512<double> a, Vector512<double> center) => a;

        public static Vector512<double> Second(Vector512<double> x, Vector512<double> a, Vector512<double> center) => (x - center) * a;
    }
}

/// <summary>The summands of <see cref="ChannelSums"/>, once for a vector and once for a number.</summary>
internal interface IChannelSummand
{
    static abstract double First(double x, double a, double center);

    static abstract double Second(double x, double a, double center);

    static abstract Vector512<double> First(Vector512<double> x, Vector512<double> a, Vector512<double> center);

    static abstract Vector512<double> Second(Vector512<double> x, Vector512<double> a, Vector512<double> center);
}
