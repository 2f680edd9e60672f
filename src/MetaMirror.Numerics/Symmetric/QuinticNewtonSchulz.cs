using System.Numerics;

namespace MetaMirror.Numerics;

/// <summary>
/// Muon's approximate orthogonalization of a rectangular matrix (Jordan et al. 2024): from X / (‖X‖_F + 1e-7) some steps
/// X ← a X + b (XXᵀ) X + c (XXᵀ)² X, which bring all singular values that are not tiny near 1, in about 0.7 to 1.2, and keep singular vectors.
/// </summary>
/// <remarks>
/// Products run over the smaller side s; l is the larger. Where l ≥ 2 s up to five steps are taken by the Gram matrix alone, A = XXᵀ: with B = a I + b A + c A² the next is B A B,
/// and X takes the product of all B at the end: the same polynomial at 4 s² l + 34 s³ flops for five steps instead of 20 s² l + 10 s³. More steps are taken on X itself: A rounds at 1 beside squares
/// of singular values near 0, negative ones grow by a² a step, and beyond five steps leave in single precision the range where the polynomial is bounded. For the exact factor of a square matrix see <see cref="PolarFactor{T}"/>.
/// </remarks>
public static class QuinticNewtonSchulz
{
    // Chosen by the authors of Muon for the steepest rise at zero.
    private const double A = 3.4445, B = -4.7750, C = 2.0315, NormFloor = 1e-7;

    /// <summary>Of larger to smaller side from which the Gram matrix alone is iterated: 16 l > 24 s with room for what small products lose.</summary>
    private const int Elongated = 2;

    /// <summary>Steps up to which the Gram matrix alone is iterated: an eigenvalue that rounds to -1e-7 instead of 0 grows by 3.4445² = 12 a step, to -0.02 after five, and to -1 and without bound soon after.</summary>
    private const int GramSteps = 5;

    /// <summary>Length of the scratch.</summary>
    public static int Scratch(int rows, int columns)
    {
        int small = Math.Min(rows, columns);
        return checked((rows * columns) + (4 * small * small));
    }

    /// <summary>x ← its approximate orthogonal factor.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="x">Shape [rows, columns]; overwritten.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Length of a row.</param>
    /// <param name="steps">Steps, at least 1; Muon takes 5.</param>
    /// <param name="scratch">At least <see cref="Scratch"/>; overwritten.</param>
    /// <exception cref="ArgumentException">A span does not have the stated shape, or there are no steps.</exception>
    public static void Orthogonalize<T>(Span<T> x, int rows, int columns, int steps, Span<T> scratch)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.SupportedElement<T>();
        Require.Shape(rows, columns, x.Length, nameof(x), "rows x columns");
        Require.AtLeast(Scratch(rows, columns), scratch.Length, nameof(scratch));
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (x.IsEmpty)
            return;
        Vectors.Scale(T.CreateTruncating(1 / (Math.Sqrt(Vectors.SquaredNorm<T>(x)) + NormFloor)), x);
        int small = Math.Min(rows, columns);
        Span<T> other = scratch[..x.Length], square = scratch[x.Length..];
        Span<T> gram = square[..(small * small)], b = square.Slice(small * small, small * small);
        if (steps <= GramSteps && Math.Max(rows, columns) >= Elongated * small)
        {
            Gram(x, rows, columns, gram);
            Span<T> product = square.Slice(2 * small * small, small * small), spare = square.Slice(3 * small * small, small * small);
            Iterate(small, steps, gram, b, product, spare);
            Multiply(b, x, rows, columns, other);
            other.CopyTo(x);
            return;
        }

        for (int k = 0; k < steps; k++)
        {
            Gram(x, rows, columns, gram);
            Polynomial(gram, small, b);
            Multiply(b, x, rows, columns, other);
            other.CopyTo(x);
        }
    }

    /// <summary>b ← the product of the steps' polynomials.</summary>
    private static void Iterate<T>(int n, int steps, Span<T> gram, Span<T> b, Span<T> product, Span<T> spare)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Polynomial(gram, n, b);
        b.CopyTo(product);
        for (int k = 1; k < steps; k++)
        {
            Gemm.Multiply<T>(false, false, n, n, n, T.One, b, gram, T.Zero, spare);
            Gemm.Multiply<T>(false, false, n, n, n, T.One, spare, b, T.Zero, gram);
            Polynomial(gram, n, b);
            Gemm.Multiply<T>(false, false, n, n, n, T.One, b, product, T.Zero, spare);
            spare.CopyTo(product);
        }

        product.CopyTo(b);
    }

    /// <summary>gram ← XXᵀ or, where there are more rows than columns, XᵀX.</summary>
    private static void Gram<T>(ReadOnlySpan<T> x, int rows, int columns, Span<T> gram)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (rows <= columns)
            Gemm.MultiplySelf(false, rows, columns, T.One, x, T.Zero, gram);
        else
            Gemm.MultiplySelf(true, columns, rows, T.One, x, T.Zero, gram);
    }

    /// <summary>p ← a I + b G + c G².</summary>
    private static void Polynomial<T>(ReadOnlySpan<T> g, int n, Span<T> p)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        g.CopyTo(p);
        Gemm.Multiply(false, false, n, n, n, T.CreateTruncating(C), g, g, T.CreateTruncating(B), p);
        T a = T.CreateTruncating(A);
        for (int i = 0; i < n; i++)
            p[(i * n) + i] += a;
    }

    /// <summary>y ← P X, or X P where there are more rows than columns.</summary>
    private static void Multiply<T>(ReadOnlySpan<T> p, ReadOnlySpan<T> x, int rows, int columns, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (rows <= columns)
            Gemm.Multiply(false, false, rows, columns, rows, T.One, p, x, T.Zero, y);
        else
            Gemm.Multiply(false, false, rows, columns, columns, T.One, x, p, T.Zero, y);
    }
}
