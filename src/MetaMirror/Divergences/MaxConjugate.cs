using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MetaMirror.Numerics;

namespace MetaMirror.Divergences;

/// <summary>
/// h(a) = 1/2 sum_i z_i^2 / D_i, D_i = sum_j a_j P_ji: its minimum over the simplex is phi*(z) for phi = max_j 1/2 theta^T P_j theta
/// (PAPERS 6.2). dh/da_j = -q_j with q_j = 1/2 sum_i P_ji theta_i^2, theta_i = z_i / D_i; Hessian H_jk = sum_i P_ji P_ki theta_i^2 / D_i.
/// </summary>
/// <remarks>
/// Everything is computed in double, in an order that n and N fix, so that T only decides what is stored; and for z times <see cref="Scale"/>, a
/// power of two that brings the largest |z_i| near 1, so that squares neither overflow nor vanish. The weights do not depend on it.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
internal readonly ref struct MaxConjugate<T>(int components, ReadOnlySpan<T> metric, ReadOnlySpan<T> z)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public const int MaximumComponents = 16;
    private const int Chunk = 128;
    private readonly ReadOnlySpan<T> _metric = metric;
    private readonly ReadOnlySpan<T> _z = z;

    public int Components { get; } = components;

    /// <summary>The power of two that z is multiplied by.</summary>
    public double Scale { get; } = ScaleOf(Vectors.MaxAbs(z));

    /// <summary>z_i Scale.</summary>
    public double Dual(int i) => double.CreateTruncating(_z[i]) * Scale;

    public int Length => _z.Length;

    /// <summary>P_ji.</summary>
    public double Metric(int j, int i) => double.CreateTruncating(_metric[(j * _z.Length) + i]);

    /// <summary>D_i.</summary>
    public double Mixed(ReadOnlySpan<double> a, int i)
    {
        double d = 0;
        for (int j = 0; j < a.Length; j++)
        {
            if (a[j] != 0)
                d += a[j] * Metric(j, i);
        }

        return d;
    }

    /// <summary>q [N] and H [N x N] at a; h = sum_j a_j q_j.</summary>
    [SkipLocalsInit]
    public void Evaluate(ReadOnlySpan<double> a, Span<double> q, Span<double> hessian)
    {
        int n = _z.Length, count = Components;
        if (MaxConjugateSums<T>.Fits(count))
        {
            MaxConjugateSums<T>.Evaluate(_metric, _z, Scale, a, q, hessian);
            Mirror(count, hessian);
            return;
        }

        Span<double> metricBuffer = stackalloc double[count * Chunk], zBuffer = stackalloc double[Chunk], mixed = stackalloc double[Chunk];
        Span<double> square = stackalloc double[Chunk], scaled = stackalloc double[Chunk];
        q.Clear();
        hessian.Clear();
        for (int start = 0; start < n; start += Chunk)
        {
            int length = Math.Min(Chunk, n - start);
            Span<double> d = mixed[..length], s = square[..length], p = scaled[..length];
            d.Clear();
            for (int j = 0; j < count; j++)
            {
                Widen(_metric.Slice((j * n) + start, length), metricBuffer.Slice(j * Chunk, length));
                if (a[j] != 0)
                    TensorPrimitives.MultiplyAdd(metricBuffer.Slice(j * Chunk, length), a[j], d, d);
            }

            Span<double> theta = zBuffer[..length];
            Widen(_z.Slice(start, length), theta);
            TensorPrimitives.Multiply(theta, Scale, theta);
            TensorPrimitives.Divide(theta, d, theta);
            TensorPrimitives.Multiply(theta, theta, s);
            for (int j = 0; j < count; j++)
                q[j] += Vectors.Dot<double>(metricBuffer.Slice(j * Chunk, length), s) / 2;
            TensorPrimitives.Divide(s, d, s);
            for (int j = 0; j < count; j++)
            {
                TensorPrimitives.Multiply(metricBuffer.Slice(j * Chunk, length), s, p);
                for (int k = 0; k <= j; k++)
                    hessian[(j * count) + k] += Vectors.Dot<double>(p, metricBuffer.Slice(k * Chunk, length));
            }
        }

        Mirror(count, hessian);
    }

    /// <summary>y_i = z_i / D_i.</summary>
    public void Minimizer(ReadOnlySpan<double> a, Span<T> y) => MaxConjugateSums<T>.Divide(_metric, _z, a, y);

    /// <summary>The upper triangle from the lower one.</summary>
    private static void Mirror(int count, Span<double> hessian)
    {
        for (int j = 0; j < count; j++)
        {
            for (int k = 0; k < j; k++)
                hessian[(k * count) + j] = hessian[(j * count) + k];
        }
    }

    private static double ScaleOf(double largest) =>
        largest > 0 && double.IsFinite(largest) ? Math.ScaleB(1, Math.Clamp(-Math.ILogB(largest), -1000, 1000)) : 1;

    private static void Widen(ReadOnlySpan<T> x, Span<double> destination)
    {
        if (typeof(T) == typeof(double))
            MemoryMarshal.Cast<T, double>(x).CopyTo(destination);
        else
            TensorPrimitives.ConvertTruncating(x, destination);
    }
}
