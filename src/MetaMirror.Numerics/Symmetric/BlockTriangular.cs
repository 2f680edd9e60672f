using System.Numerics;

namespace MetaMirror.Numerics;

/// <summary>Cholesky factors and triangular solves of square row-major matrices, in blocks so that nearly all work is products.</summary>
internal static unsafe class BlockTriangular
{
    private const int BlockSize = 48;

    /// <summary>a ← L with A = L Lᵀ, zeros above the diagonal; reads the lower triangle. False if a pivot is not positive.</summary>
    public static bool TryFactor<T>(Span<T> a, int n)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        fixed (T* start = a)
        {
            for (int first = 0; first < n; first += BlockSize)
            {
                int width = Math.Min(BlockSize, n - first), end = first + width;
                if (first > 0)
                {
                    // A[first:, first:end] −= L[first:, :first] L[first:end, :first]ᵀ
                    T* rows = start + ((nint)first * n);
                    BlockedGemm.Multiply(
                        n - first, width, first, -T.One, new Strided<T>(rows, n, 1), new Strided<T>(rows, 1, n), T.One, new Strided<T>(rows + first, n, 1));
                }

                for (int i = first; i < n; i++)
                {
                    Span<T> row = a.Slice((i * n) + first, width);
                    for (int j = first; j < Math.Min(i, end); j++)
                    {
                        int known = j - first;
                        double rest = double.CreateTruncating(row[known]) - Vectors.Dot<T>(row[..known], a.Slice((j * n) + first, known));
                        row[known] = T.CreateTruncating(rest / double.CreateTruncating(a[(j * n) + j]));
                    }

                    if (i >= end)
                        continue;
                    double pivot = double.CreateTruncating(row[i - first]) - Vectors.SquaredNorm<T>(row[..(i - first)]);
                    if (!(pivot > 0) || !double.IsFinite(pivot))
                        return false;
                    T root = T.CreateTruncating(Math.Sqrt(pivot));
                    if (T.IsZero(root))
                        return false;
                    row[i - first] = root;
                }
            }
        }

        for (int i = 0; i < n; i++)
            a[((i * n) + i + 1)..((i + 1) * n)].Clear();
        return true;
    }

    /// <summary>x ← L⁻¹ X, X of shape [n, n].</summary>
    public static void SolveLower<T>(ReadOnlySpan<T> l, int n, Span<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        fixed (T* pl = l, px = x)
        {
            for (int first = 0; first < n; first += BlockSize)
            {
                int end = Math.Min(first + BlockSize, n);
                if (first > 0)
                {
                    BlockedGemm.Multiply(
                        end - first, n, first, -T.One, new Strided<T>(pl + ((nint)first * n), n, 1), new Strided<T>(px, n, 1), T.One, new Strided<T>(px + ((nint)first * n), n, 1));
                }

                for (int i = first; i < end; i++)
                {
                    Span<T> row = x.Slice(i * n, n);
                    for (int k = first; k < i; k++)
                        Vectors.AddScaled(-l[(i * n) + k], x.Slice(k * n, n), row);
                    Vectors.Scale(T.One / l[(i * n) + i], row);
                }
            }
        }
    }

    /// <summary>x ← L⁻ᵀ X, X of shape [n, n].</summary>
    public static void SolveUpper<T>(ReadOnlySpan<T> l, int n, Span<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        fixed (T* pl = l, px = x)
        {
            for (int first = (n - 1) / BlockSize * BlockSize; first >= 0; first -= BlockSize)
            {
                int end = Math.Min(first + BlockSize, n);
                if (end < n)
                {
                    BlockedGemm.Multiply(
                        end - first, n, n - end, -T.One, new Strided<T>(pl + ((nint)end * n) + first, 1, n), new Strided<T>(px + ((nint)end * n), n, 1), T.One,
                        new Strided<T>(px + ((nint)first * n), n, 1));
                }

                for (int i = end - 1; i >= first; i--)
                {
                    Span<T> row = x.Slice(i * n, n);
                    for (int k = i + 1; k < end; k++)
                        Vectors.AddScaled(-l[(k * n) + i], x.Slice(k * n, n), row);
                    Vectors.Scale(T.One / l[(i * n) + i], row);
                }
            }
        }
    }

    /// <summary>result ← Aᵀ.</summary>
    public static void Transpose<T>(ReadOnlySpan<T> a, int n, Span<T> result)
        where T : unmanaged
    {
        const int Tile = 16;
        for (int i0 = 0; i0 < n; i0 += Tile)
        {
            for (int j0 = 0; j0 < n; j0 += Tile)
            {
                for (int i = i0; i < Math.Min(i0 + Tile, n); i++)
                {
                    for (int j = j0; j < Math.Min(j0 + Tile, n); j++)
                        result[(j * n) + i] = a[(i * n) + j];
                }
            }
        }
    }

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
