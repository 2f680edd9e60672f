using System.Numerics;

namespace MetaMirror.Numerics;

/// <summary>Thin QR by Householder reflections. The vectors lie in rows, so that every one is contiguous: A = R Q with Q's rows orthonormal and R lower triangular.</summary>
public static class ThinQr
{
    /// <summary>vectors ← Q; orthonormal to rounding whatever the rank of A.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="vectors">Shape [k, n], k ≤ n; overwritten.</param>
    /// <param name="k">Number of vectors.</param>
    /// <param name="n">Their length.</param>
    /// <param name="triangle">Shape [k, k], overwritten by R with a diagonal from 0; or empty.</param>
    /// <param name="scratch">Shape [k, n + 1]; overwritten.</param>
    /// <exception cref="ArgumentException">A shape is wrong, or there are more vectors than their length.</exception>
    public static void Factor<T>(Span<T> vectors, int k, int n, Span<T> triangle, Span<T> scratch)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.SupportedElement<T>();
        Require.Shape(k, n, vectors.Length, nameof(vectors), "k x n");
        Require.AtLeast((k * n) + k, scratch.Length, nameof(scratch));
        if (k > n)
            throw new ArgumentException($"There can be at most as many orthonormal vectors as their length {n}, but there are {k}.", nameof(k));
        if (!triangle.IsEmpty)
            Require.Shape(k, k, triangle.Length, nameof(triangle), "k x k");
        Span<T> v = scratch[..(k * n)], tau = scratch.Slice(k * n, k);
        vectors.CopyTo(v);
        triangle.Clear();
        for (int j = 0; j < k; j++)
        {
            Span<T> x = v.Slice((j * n) + j, n - j);
            tau[j] = Reflect(x, out T diagonal);
            for (int i = j + 1; i < k; i++)
                Apply(tau[j], x, v.Slice((i * n) + j, n - j));
            if (triangle.IsEmpty)
                continue;
            for (int i = 0; i < j; i++)
                triangle[(j * k) + i] = v[(j * n) + i];
            triangle[(j * k) + j] = diagonal;
        }

        vectors.Clear();
        for (int j = k - 1; j >= 0; j--)
        {
            vectors[(j * n) + j] = T.One;
            ReadOnlySpan<T> x = v.Slice((j * n) + j, n - j);
            for (int i = j; i < k; i++)
                Apply(tau[j], x, vectors.Slice((i * n) + j, n - j));
        }

        FixSigns(vectors, k, n, triangle, v);
    }

    /// <summary>x ← v with (I − τ v vᵀ) x = diagonal e_1; v is kept with its first entry, which is why it is copied before R is read.</summary>
    private static T Reflect<T>(Span<T> x, out T diagonal)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double largest = Vectors.MaxAbs<T>(x);
        if (largest == 0)
        {
            diagonal = T.Zero;
            return T.Zero;
        }

        // The scale keeps squares in range; a reflection does not depend on the length of its vector.
        foreach (ref T entry in x)
            entry = T.CreateTruncating(double.CreateTruncating(entry) / largest);
        double norm = Math.Sqrt(Vectors.SquaredNorm<T>(x));
        double first = double.CreateTruncating(x[0]);
        double alpha = -Math.CopySign(norm, first);
        diagonal = T.CreateTruncating(alpha * largest);
        x[0] = T.CreateTruncating(first - alpha);
        return T.CreateTruncating(2 / Vectors.SquaredNorm<T>(x));
    }

    private static void Apply<T>(T tau, ReadOnlySpan<T> v, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!T.IsZero(tau))
            Vectors.AddScaled(-tau * T.CreateTruncating(Vectors.Dot<T>(v, y)), v, y);
    }

    private static void FixSigns<T>(Span<T> vectors, int k, int n, Span<T> triangle, ReadOnlySpan<T> v)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int j = 0; j < k; j++)
        {
            // diagonal = −sign(x_0): the reflected vector is turned round where v_0 > 0.
            if (v[(j * n) + j] <= T.Zero)
                continue;
            Vectors.Scale(-T.One, vectors.Slice(j * n, n));
            for (int i = j; i < k && !triangle.IsEmpty; i++)
                triangle[(i * k) + j] = -triangle[(i * k) + j];
        }
    }
}
