using System.Numerics;

namespace MetaMirror.Numerics;

public static unsafe partial class Gemm
{
    /// <summary>
    /// C ← α·op(A)·op(A)ᵀ + β·C for a symmetric C, with op(A) = A or Aᵀ (BLAS: syrk): bit for bit <see cref="Multiply{T}(bool, bool, int, int, int, T, ReadOnlySpan{T}, ReadOnlySpan{T}, T, Span{T})"/>
    /// of A with itself but for the payloads of NaN, at little more than half its cost where C is large. β = 0 does not read C.
    /// </summary>
    /// <remarks>C is then symmetric bit for bit. Of a C that was not symmetric before, the upper half has no meaning afterwards (β other than 0).</remarks>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="transpose">Whether A is stored as [k, n] and used transposed.</param>
    /// <param name="n">Order of C.</param>
    /// <param name="k">Inner length.</param>
    /// <param name="alpha">α.</param>
    /// <param name="a">Shape [n, k], or [k, n] if transposed.</param>
    /// <param name="beta">β.</param>
    /// <param name="c">Shape [n, n], symmetric; overwritten; shares no memory with a.</param>
    /// <exception cref="ArgumentException">A span does not have the stated shape, or c overlaps a.</exception>
    public static void MultiplySelf<T>(bool transpose, int n, int k, T alpha, ReadOnlySpan<T> a, T beta, Span<T> c)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(transpose, !transpose, n, n, k, a, a, c);
        fixed (T* pa = a, pc = c)
        {
            int width = BlockedGemm.PanelWidth<T>();
            var left = transpose ? new Strided<T>(pa, 1, n) : new Strided<T>(pa, k, 1);
            var right = new Strided<T>(pa, left.Column, left.Row);
            if (n <= width || !IsBlocked(transpose, n, n, k, alpha, left, right))
            {
                Multiply(null, transpose, !transpose, n, n, k, alpha, pa, pa, beta, pc);
                return;
            }

            // (i, j) and (j, i) are the same products, added up in the same order.
            BlockedGemm.Multiply(n, n, k, alpha, left, right, beta, new Strided<T>(pc, n, 1), lower: true);
            for (nint j = width; j < n; j += width)
                Transposition.Copy((int)Math.Min(width, n - j), (int)j, pc + (j * n), n, pc + j, n);
        }
    }
}
