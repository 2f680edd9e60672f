using System.Numerics;

namespace MetaMirror.Numerics;

/// <summary>What makes a square row-major matrix symmetric, exactly, and what refuses one that is not.</summary>
internal static class Symmetry
{
    /// <summary>result ← (A + Aᵀ)/2; may be a itself.</summary>
    public static void Symmetrize<T>(ReadOnlySpan<T> a, int n, Span<T> result)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T half = T.One / (T.One + T.One);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
                result[(i * n) + j] = result[(j * n) + i] = (half * a[(i * n) + j]) + (half * a[(j * n) + i]);
        }
    }

    /// <summary>result ← (A + Aᵀ)/2 in double.</summary>
    public static void Widen<T>(ReadOnlySpan<T> a, int n, Span<double> result)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
                result[(i * n) + j] = result[(j * n) + i] = (0.5 * double.CreateTruncating(a[(i * n) + j])) + (0.5 * double.CreateTruncating(a[(j * n) + i]));
        }
    }

    /// <summary>Throws if a matrix is not finite, or not symmetric up to a multiple of rounding.</summary>
    public static void RequireSymmetric<T>(ReadOnlySpan<T> a, int n, string name)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.SupportedElement<T>();
        Require.Shape(n, n, a.Length, name, "n x n");
        int bad = Vectors.IndexOfNonFinite(a);
        if (bad >= 0)
            throw new ArgumentException(FormattableString.Invariant($"The matrix must be finite, but entry [{bad / n}, {bad % n}] is {a[bad]}."), name);

        // A sum of products rounds to some multiple of u; what is larger is another matrix.
        T limit = T.CreateTruncating(typeof(T) == typeof(float) ? 1e-4 : 1e-6) * T.CreateTruncating(Vectors.MaxAbs(a));
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++)
            {
                if (T.Abs(a[(i * n) + j] - a[(j * n) + i]) > limit)
                {
                    throw new ArgumentException(FormattableString.Invariant(
                        $"The matrix must be symmetric, but [{i}, {j}] is {a[(i * n) + j]} and [{j}, {i}] is {a[(j * n) + i]}."), name);
                }
            }
        }
    }
}
