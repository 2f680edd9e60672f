using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Divergences;

/// <summary>Number of components, known when a loop is compiled: every sum then has a register of its own.</summary>
internal interface IComponentCount
{
    static abstract int Count { get; }
}

internal readonly struct TwoComponents : IComponentCount
{
    public static int Count => 2;
}

internal readonly struct ThreeComponents : IComponentCount
{
    public static int Count => 3;
}

internal readonly struct FourComponents : IComponentCount
{
    public static int Count => 4;
}

/// <summary>
/// Sums of max-of-diagonals over the coordinates. <see cref="Evaluate"/>: one pass over z and the metrics of 2 to 4 components for the sums of <see cref="MaxConjugate{T}"/>: q_j = 1/2 sum_i P_ji y_i^2 and
/// H_jk = sum_i P_ji P_ki y_i^2 / D_i, y_i = z_i / D_i. Four lanes of double on every machine; products and sums round separately, so that the bits
/// are the same everywhere. The last group is filled up with z = 0, P = 1, which adds nothing.
/// </summary>
internal static unsafe class MaxConjugateSums<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Lanes = 4, Most = 4;

    /// <summary>Most components that it takes.</summary>
    public static bool Fits(int components) => components is >= 2 and <= Most;

    /// <summary>q [N] and the lower triangle of H [N x N] for a, with z times scale.</summary>
    public static void Evaluate(ReadOnlySpan<T> metrics, ReadOnlySpan<T> z, double scale, ReadOnlySpan<double> a, Span<double> q, Span<double> h)
    {
        int n = z.Length, count = a.Length, rest = n % Lanes;
        T* last = stackalloc T[(Most + 1) * Lanes];
        new Span<T>(last, count * Lanes).Fill(T.One);
        new Span<T>(last + (count * Lanes), Lanes).Clear();
        for (int j = 0; j < count; j++)
            metrics.Slice((j * n) + n - rest, rest).CopyTo(new Span<T>(last + (j * Lanes), Lanes));
        z[(n - rest)..].CopyTo(new Span<T>(last + (count * Lanes), Lanes));
        q.Clear();
        h.Clear();
        fixed (T* p = metrics, dual = z)
        fixed (double* weights = a, values = q, hessian = h)
        {
            Add(count, p, n, dual, n - rest, scale, weights, values, hessian);
            Add(count, last, Lanes, last + (count * Lanes), Lanes, scale, weights, values, hessian);
        }
    }

    /// <summary>z_i / D_i in T, for any number of components.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Divide(ReadOnlySpan<T> metrics, ReadOnlySpan<T> z, ReadOnlySpan<double> a, Span<T> y)
    {
        fixed (T* p = metrics, dual = z, to = y)
        fixed (double* weights = a)
        {
            int n = z.Length, count = a.Length;
            nint i = 0;
            for (; i <= n - Lanes; i += Lanes)
            {
                Vector256<double> d = Vector256<double>.Zero;
                for (nint j = 0; j < count; j++)
                    d += Vector256.Create(weights[j]) * Load(p + (j * n) + i);
                Store(Load(dual + i) / d, to + i);
            }

            for (; i < n; i++)
            {
                double d = 0;
                for (nint j = 0; j < count; j++)
                    d += weights[j] * double.CreateTruncating(p[(j * n) + i]);
                to[i] = T.CreateTruncating(double.CreateTruncating(dual[i]) / d);
            }
        }
    }

    /// <summary>1/2 sum_i p_i (x_i - c_i)^2 with the difference in T; c may be empty, for 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Quadratic(ReadOnlySpan<T> p, ReadOnlySpan<T> x, ReadOnlySpan<T> c)
    {
        fixed (T* metric = p, point = x, center = c)
        {
            bool centered = !c.IsEmpty;
            nint i = 0, n = x.Length;
            Vector256<double> even = default, odd = default;
            for (; i <= n - (2 * Lanes); i += 2 * Lanes)
            {
                Vector256<double> d = centered ? Difference(point + i, center + i) : Load(point + i);
                Vector256<double> e = centered ? Difference(point + i + Lanes, center + i + Lanes) : Load(point + i + Lanes);
                even += Load(metric + i) * d * d;
                odd += Load(metric + i + Lanes) * e * e;
            }

            double sum = Sum(even + odd);
            for (; i < n; i++)
            {
                double delta = double.CreateTruncating(centered ? point[i] - center[i] : point[i]);
                sum += double.CreateTruncating(metric[i]) * delta * delta;
            }

            return sum / 2;
        }
    }

    private static void Add(int count, T* p, nint stride, T* z, nint n, double scale, double* a, double* q, double* h)
    {
        if (count == 2)
            Add<TwoComponents>(p, stride, z, n, scale, a, q, h);
        else if (count == 3)
            Add<ThreeComponents>(p, stride, z, n, scale, a, q, h);
        else
            Add<FourComponents>(p, stride, z, n, scale, a, q, h);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Add<TCount>(T* p, nint stride, T* z, nint n, double scale, double* a, double* q, double* h)
        where TCount : struct, IComponentCount
    {
        Vector256<double> factor = Vector256.Create(scale), a0 = Vector256.Create(a[0]), a1 = Vector256.Create(a[1]);
        Vector256<double> a2 = TCount.Count > 2 ? Vector256.Create(a[2]) : default, a3 = TCount.Count > 3 ? Vector256.Create(a[3]) : default;
        Vector256<double> q0 = default, q1 = default, q2 = default, q3 = default;
        Vector256<double> h00 = default, h10 = default, h11 = default, h20 = default, h21 = default, h22 = default, h30 = default, h31 = default, h32 = default, h33 = default;
        for (nint i = 0; i < n; i += Lanes)
        {
            Vector256<double> p0 = Load(p + i), p1 = Load(p + stride + i), p2 = default, p3 = default;
            Vector256<double> d = (a0 * p0) + (a1 * p1);
            if (TCount.Count > 2)
            {
                p2 = Load(p + (2 * stride) + i);
                d += a2 * p2;
            }

            if (TCount.Count > 3)
            {
                p3 = Load(p + (3 * stride) + i);
                d += a3 * p3;
            }

            Vector256<double> inverse = Vector256<double>.One / d, y = Load(z + i) * factor * inverse, square = y * y, weight = square * inverse;
            q0 += p0 * square;
            q1 += p1 * square;
            Vector256<double> w0 = p0 * weight, w1 = p1 * weight;
            h00 += w0 * p0;
            h10 += w1 * p0;
            h11 += w1 * p1;
            if (TCount.Count > 2)
            {
                Vector256<double> w2 = p2 * weight;
                q2 += p2 * square;
                h20 += w2 * p0;
                h21 += w2 * p1;
                h22 += w2 * p2;
            }

            if (TCount.Count > 3)
            {
                Vector256<double> w3 = p3 * weight;
                q3 += p3 * square;
                h30 += w3 * p0;
                h31 += w3 * p1;
                h32 += w3 * p2;
                h33 += w3 * p3;
            }
        }

        int row = TCount.Count;
        q[0] += Sum(q0) / 2;
        q[1] += Sum(q1) / 2;
        h[0] += Sum(h00);
        h[row] += Sum(h10);
        h[row + 1] += Sum(h11);
        if (TCount.Count > 2)
        {
            q[2] += Sum(q2) / 2;
            h[2 * row] += Sum(h20);
            h[(2 * row) + 1] += Sum(h21);
            h[(2 * row) + 2] += Sum(h22);
        }

        if (TCount.Count > 3)
        {
            q[3] += Sum(q3) / 2;
            h[3 * row] += Sum(h30);
            h[(3 * row) + 1] += Sum(h31);
            h[(3 * row) + 2] += Sum(h32);
            h[(3 * row) + 3] += Sum(h33);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Load(T* x) => typeof(T) == typeof(float)
        ? Vector256.WidenLower(Vector128.Load((float*)x).ToVector256Unsafe())
        : Vector256.Load((double*)x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Difference(T* x, T* y) => typeof(T) == typeof(float)
        ? Vector256.WidenLower((Vector128.Load((float*)x) - Vector128.Load((float*)y)).ToVector256Unsafe())
        : Vector256.Load((double*)x) - Vector256.Load((double*)y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<double> x, T* destination)
    {
        if (typeof(T) == typeof(float))
            Vector256.Narrow(x, x).GetLower().Store((float*)destination);
        else
            x.Store((double*)destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Sum(Vector256<double> x) => (x.GetElement(0) + x.GetElement(2)) + (x.GetElement(1) + x.GetElement(3));
}
