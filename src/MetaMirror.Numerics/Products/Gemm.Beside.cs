using System.Numerics;

namespace MetaMirror.Numerics;

public static unsafe partial class Gemm
{
    /// <summary>
    /// C ← γ·C + β·D + α·A·B: bit for bit what <see cref="Vectors.Scale"/>, <see cref="Vectors.AddScaled"/> and then
    /// <see cref="Multiply{T}(bool, bool, int, int, int, T, ReadOnlySpan{T}, ReadOnlySpan{T}, T, Span{T})"/> give, but in one pass over C and D where the inner length is short. γ = 0 does not read C.
    /// </summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="m">Rows of C.</param>
    /// <param name="n">Columns of C.</param>
    /// <param name="k">Inner length.</param>
    /// <param name="alpha">α.</param>
    /// <param name="a">Shape [m, k].</param>
    /// <param name="b">Shape [k, n].</param>
    /// <param name="beta">β; D is read even if it is 0.</param>
    /// <param name="d">Shape [m, n].</param>
    /// <param name="gamma">γ.</param>
    /// <param name="c">Shape [m, n]; overwritten; shares no memory with a, b or d.</param>
    /// <exception cref="ArgumentException">A span does not have the stated shape, or c overlaps an input.</exception>
    public static void MultiplyBeside<T>(int m, int n, int k, T alpha, ReadOnlySpan<T> a, ReadOnlySpan<T> b, T beta, ReadOnlySpan<T> d, T gamma, Span<T> c)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(false, false, m, n, k, a, b, c);
        Require.Shape(m, n, d.Length, nameof(d), "m x n");
        Require.Disjoint(d, c, nameof(d), nameof(c));
        fixed (T* pa = a, pb = b, pd = d, pc = c)
        {
            if (ThinProduct.Suits<T>(n, k) && IsBlocked(false, m, n, k, alpha, new Strided<T>(pa, k, 1), new Strided<T>(pb, n, 1)))
            {
                ThinProduct.Multiply(m, n, k, alpha, pa, pb, beta, pd, gamma, !T.IsZero(gamma), pc);
                return;
            }
        }

        if (T.IsZero(gamma))
            d.CopyTo(c);
        T scale = T.IsZero(gamma) ? beta : gamma;
        if (scale != T.One)
            Vectors.Scale(scale, c);
        if (!T.IsZero(gamma))
            Vectors.AddScaled(beta, d, c);
        Multiply(false, false, m, n, k, alpha, a, b, T.One, c);
    }
}
