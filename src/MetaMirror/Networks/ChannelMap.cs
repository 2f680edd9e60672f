using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Networks;

/// <summary>y = delta (x - m) + epsilon + alpha a + beta b + gamma d with factors per channel. Products and sums round separately: the same bits on every instruction set.</summary>
internal static unsafe class ChannelMap
{
    /// <summary>y = delta (x - m) + epsilon.</summary>
    public static void Run<T>(in ChannelRange r, in ChannelFactors<T> k, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => Run<T, One<T>>(r, k, x, x, x, x, y);

    /// <summary>y = (delta (x - m) + epsilon) + alpha a.</summary>
    public static void Run<T>(in ChannelRange r, in ChannelFactors<T> k, ReadOnlySpan<T> x, ReadOnlySpan<T> a, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => Run<T, Two<T>>(r, k, x, a, x, x, y);

    /// <summary>y = (delta (x - m) + epsilon) + (alpha a + (beta b + gamma d)).</summary>
    public static void Run<T>(in ChannelRange r, in ChannelFactors<T> k, ReadOnlySpan<T> x, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> d, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => Run<T, Four<T>>(r, k, x, a, b, d, y);

    private static void Run<T, TFormula>(
        in ChannelRange r, in ChannelFactors<T> k, ReadOnlySpan<T> x, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> d, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TFormula : struct, IChannelFormula<T>
    {
        fixed (T* pk = k.Memory, px = x, pa = a, pb = b, pd = d, py = y)
        {
            int stride = k.Memory.Length / ChannelFactors<T>.Kinds;
            if (r.Pixels == 1)
                OverRows<T, TFormula>(r, pk, stride, px, pa, pb, pd, py);
            else
                OverPlanes<T, TFormula>(r, pk, stride, px, pa, pb, pd, py);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void OverPlanes<T, TFormula>(in ChannelRange r, T* k, int stride, T* x, T* a, T* b, T* d, T* y)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TFormula : struct, IChannelFormula<T>
    {
        int count = r.Count, rows = r.Rows, pixels = r.Pixels;
        for (int n = 0; n < rows; n++)
        {
            nint i = r.Start(n);
            for (int c = 0; c < count; c++)
            {
                T m = k[c], delta = k[c + stride], epsilon = k[c + (2 * stride)], alpha = k[c + (3 * stride)], beta = k[c + (4 * stride)], gamma = k[c + (5 * stride)];
                Vector512<T> vm = Vector512.Create(m), vDelta = Vector512.Create(delta), vEpsilon = Vector512.Create(epsilon);
                Vector512<T> vAlpha = Vector512.Create(alpha), vBeta = Vector512.Create(beta), vGamma = Vector512.Create(gamma);
                nint end = i + pixels;
                for (; i <= end - Vector512<T>.Count; i += Vector512<T>.Count)
                    TFormula.Of(x + i, a + i, b + i, d + i, vm, vDelta, vEpsilon, vAlpha, vBeta, vGamma).Store(y + i);
                for (; i < end; i++)
                    y[i] = TFormula.Of(x[i], a[i], b[i], d[i], m, delta, epsilon, alpha, beta, gamma);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void OverRows<T, TFormula>(in ChannelRange r, T* k, int stride, T* x, T* a, T* b, T* d, T* y)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TFormula : struct, IChannelFormula<T>
    {
        int count = r.Count, rows = r.Rows;
        for (int n = 0; n < rows; n++)
        {
            nint i = r.Start(n);
            int c = 0;
            for (; c <= count - Vector512<T>.Count; c += Vector512<T>.Count, i += Vector512<T>.Count)
            {
                T* f = k + c;
                TFormula.Of(
                    x + i, a + i, b + i, d + i, Vector512.Load(f), Vector512.Load(f + stride), Vector512.Load(f + (2 * stride)), Vector512.Load(f + (3 * stride)),
                    Vector512.Load(f + (4 * stride)), Vector512.Load(f + (5 * stride))).Store(y + i);
            }

            for (; c < count; c++, i++)
                y[i] = TFormula.Of(x[i], a[i], b[i], d[i], k[c], k[c + stride], k[c + (2 * stride)], k[c + (3 * stride)], k[c + (4 * stride)], k[c + (5 * stride)]);
        }
    }

    private readonly struct One<T> : IChannelFormula<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<T> Of(
            T* x, T* a, T* b, T* d, Vector512<T> m, Vector512<T> delta, Vector512<T> epsilon, Vector512<T> alpha, Vector512<T> beta, Vector512<T> gamma) =>
            (delta * (Vector512.Load(x) - m)) + epsilon;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Of(T x, T a, T b, T d, T m, T delta, T epsilon, T alpha, T beta, T gamma) => (delta * (x - m)) + epsilon;
    }

    private readonly struct Two<T> : IChannelFormula<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<T> Of(
            T* x, T* a, T* b, T* d, Vector512<T> m, Vector512<T> delta, Vector512<T> epsilon, Vector512<T> alpha, Vector512<T> beta, Vector512<T> gamma) =>
            ((delta * (Vector512.Load(x) - m)) + epsilon) + (alpha * Vector512.Load(a));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Of(T x, T a, T b, T d, T m, T delta, T epsilon, T alpha, T beta, T gamma) => ((delta * (x - m)) + epsilon) + (alpha * a);
    }

    private readonly struct Four<T> : IChannelFormula<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<T> Of(
            T* x, T* a, T* b, T* d, Vector512<T> m, Vector512<T> delta, Vector512<T> epsilon, Vector512<T> alpha, Vector512<T> beta, Vector512<T> gamma) =>
            ((delta * (Vector512.Load(x) - m)) + epsilon) + ((alpha * Vector512.Load(a)) + ((beta * Vector512.Load(b)) + (gamma * Vector512.Load(d))));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Of(T x, T a, T b, T d, T m, T delta, T epsilon, T alpha, T beta, T gamma) =>
            ((delta * (x - m)) + epsilon) + ((alpha * a) + ((beta * b) + (gamma * d)));
    }
}

/// <summary>A formula of <see cref="ChannelMap"/>, once for vectors, which it loads itself, and once for numbers.</summary>
internal unsafe interface IChannelFormula<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    static abstract Vector512<T> Of(
        T* x, T* a, T* b, T* d, Vector512<T> m, Vector512<T> delta, Vector512<T> epsilon, Vector512<T> alpha, Vector512<T> beta, Vector512<T> gamma);

    static abstract T Of(T x, T a, T b, T d, T m, T delta, T epsilon, T alpha, T beta, T gamma);
}
