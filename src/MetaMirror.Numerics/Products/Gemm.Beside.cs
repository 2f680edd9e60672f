using System.Numerics;

namespace MetaMirror.Numerics;

public static unsafe partial class Gemm
{
    /// <summary>
    /// C ← β·D + α·A·B, or C ← C + β·D + α·A·B if it is added: bit for bit a copy (or <see cref="Vectors.AddScaled"/>) and
    /// <see cref="Multiply{T}(bool, bool, int, int, int, T, ReadOnlySpan{T}, ReadOnlySpan{T}, T, Span{T})"/>, but in one pass over C and D where the inner length is short.
    /// </summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="m">Rows of C.</param>
    /// <param name="n">Columns of C.</param>
    /// <param name="k">Inner length.</param>
    /// <param name="alpha">α.</param>
    /// <param name="a">Shape [m, k].</param>
    /// <param name="b">Shape [k, n].</param>
    /// <param name="beta">β.</param>
    /// <param name="d">Shape [m, n].</param>
    /// <param name="isAdded">Whether C is read.</param>
    /// <param name="c">Shape [m, n]; overwritten; shares no memory with a, b or d.</param>
    /// <exception cref="ArgumentException">A span does not have the stated shape, or c overlaps an input.</exception>
    public static void MultiplyBeside<T>(int m, int n, int k, T alpha, ReadOnlySpan<T> a, ReadOnlySpan<T> b, T beta, ReadOnlySpan<T> d, bool isAdded, Span<T> c)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(false, false, m, n, k, a, b, c);
        Require.Shape(m, n, d.Length, nameof(d), "m x n");
        Require.Disjoint(d, c, nameof(d), nameof(c));
        if (m > FewRows && (long)m * n * k > TinyVolume && !T.IsZero(alpha) && ThinProduct.Suits<T>(n, k))
        {
            fixed (T* pa = a, pb = b, pd = d, pc = c)
                ThinProduct.Multiply(m, n, k, alpha, pa, pb, beta, pd, isAdded, pc);
            return;
        }

        if (isAdded)
        {
            Vectors.AddScaled(beta, d, c);
        }
        else
        {
            d.CopyTo(c);
            Vectors.Scale(beta, c);
        }

        Multiply(false, false, m, n, k, alpha, a, b, T.One, c);
    }
}
