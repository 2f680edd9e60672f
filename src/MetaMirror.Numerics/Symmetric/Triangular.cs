using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>Lower triangular systems with many right-hand sides, by halving: all but small triangles on the diagonal are matrix products.</summary>
public static unsafe class Triangular
{
    /// <summary>Triangles of this order are solved row by row.</summary>
    private const int SmallOrder = 16;

    /// <summary>Up to this many multiplications a plain loop is faster than setting up tiles.</summary>
    private const int TinyVolume = 128;

    /// <summary>x ← L⁻¹ x, or L⁻ᵀ x.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="transpose">Whether Lᵀ is solved with.</param>
    /// <param name="n">Order of L.</param>
    /// <param name="k">Number of right-hand sides.</param>
    /// <param name="l">Shape [n, n], row-major; only the lower triangle is read. A zero on its diagonal gives infinities or NaN, as a division does.</param>
    /// <param name="x">Shape [n, k]; overwritten; shares no memory with l.</param>
    /// <exception cref="ArgumentException">A span does not have the stated shape, or the spans overlap.</exception>
    public static void Solve<T>(bool transpose, int n, int k, ReadOnlySpan<T> l, Span<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.SupportedElement<T>();
        Require.NotNegative(n, nameof(n));
        Require.NotNegative(k, nameof(k));
        Require.Shape(n, n, l.Length, nameof(l), "n x n");
        Require.Shape(n, k, x.Length, nameof(x), "n x k");
        Require.Disjoint(l, x, nameof(l), nameof(x));
        if (x.IsEmpty)
            return;
        if (k == 1)
        {
            SolveVector(transpose, n, l, x);
            return;
        }

        fixed (T* pl = l, px = x)
            Halve(transpose, n, k, new Strided<T>(pl, n, 1), new Strided<T>(px, k, 1));
    }

    private static void Halve<T>(bool transpose, int n, int k, Strided<T> l, Strided<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (n <= SmallOrder)
        {
            if (transpose)
                Backward(n, k, l, x);
            else
                Forward(n, k, l, x);
            return;
        }

        // The split depends on n alone: so do the order of summation and the bits.
        int upper = (n + (2 * SmallOrder) - 1) / (2 * SmallOrder) * SmallOrder, lower = n - upper;
        Strided<T> below = l.From(upper, 0), corner = l.From(upper, upper), rest = x.From(upper, 0);
        if (transpose)
        {
            Halve(transpose, lower, k, corner, rest);
            Subtract(upper, k, lower, new Strided<T>(below.Start, below.Column, below.Row), rest, x);
            Halve(transpose, upper, k, l, x);
        }
        else
        {
            Halve(transpose, upper, k, l, x);
            Subtract(lower, k, upper, below, x, rest);
            Halve(transpose, lower, k, corner, rest);
        }
    }

    /// <summary>c ← c - a b.</summary>
    private static void Subtract<T>(int m, int n, int k, Strided<T> a, Strided<T> b, Strided<T> c)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if ((long)m * n * k <= TinyVolume)
            DirectGemm.Multiply(m, n, k, -T.One, a, b, T.One, c);
        else
            BlockedGemm.Multiply(m, n, k, -T.One, a, b, T.One, c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<T>(int n, int k, Strided<T> l, Strided<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < n; i++)
        {
            T* row = l.From(i, 0).Start;
            Span<T> target = Row(x, i, k);
            for (int j = 0; j < i; j++)
                Vectors.AddScaled(-row[j], Row(x, j, k), target);
            Vectors.Scale(T.One / row[i], target);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<T>(int n, int k, Strided<T> l, Strided<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = n - 1; i >= 0; i--)
        {
            T* row = l.From(i, 0).Start;
            Span<T> source = Row(x, i, k);
            Vectors.Scale(T.One / row[i], source);
            for (int j = 0; j < i; j++)
                Vectors.AddScaled(-row[j], source, Row(x, j, k));
        }
    }

    private static void SolveVector<T>(bool transpose, int n, ReadOnlySpan<T> l, Span<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (transpose)
        {
            for (int i = n - 1; i >= 0; i--)
            {
                x[i] /= l[(i * n) + i];
                Vectors.AddScaled(-x[i], l.Slice(i * n, i), x[..i]);
            }

            return;
        }

        for (int i = 0; i < n; i++)
            x[i] = (x[i] - T.CreateTruncating(Vectors.Dot(l.Slice(i * n, i), x[..i]))) / l[(i * n) + i];
    }

    private static Span<T> Row<T>(Strided<T> x, int i, int k)
        where T : unmanaged => new(x.From(i, 0).Start, k);
}
