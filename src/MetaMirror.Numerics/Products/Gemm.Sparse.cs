using System.Numerics;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

public static unsafe partial class Gemm
{
    /// <summary>
    /// C ← α·op(A)·op(B) + β·C by the fastest way, for a left factor that may have many exact zeros, such as activations behind a ReLU: a sample of A's zeros is
    /// counted, and all are skipped if there seem to be enough of them. β = 0 does not read C.
    /// </summary>
    /// <remarks>
    /// For finite B the products differ from <see cref="Multiply{T}(bool, bool, int, int, int, T, ReadOnlySpan{T}, ReadOnlySpan{T}, T, Span{T})"/> by the order of
    /// their sums alone, which depends on where A is zero. Same data, same bits, with any number of threads. Where B holds an infinity or a NaN, its product with
    /// a zero of A is NaN there, and may be left out here. NaN and infinities in A count as elements like any other.
    /// </remarks>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="team">Whose threads to use; null for the calling thread alone. The bits don't depend on it.</param>
    /// <param name="transposeA">Whether A is stored as [k, m] and used transposed.</param>
    /// <param name="transposeB">Whether B is stored as [n, k] and used transposed.</param>
    /// <param name="m">Rows of C.</param>
    /// <param name="n">Columns of C.</param>
    /// <param name="k">Inner length.</param>
    /// <param name="alpha">α.</param>
    /// <param name="a">Shape [m, k], or [k, m] if transposed; many zeros.</param>
    /// <param name="b">Shape [k, n], or [n, k] if transposed.</param>
    /// <param name="beta">β.</param>
    /// <param name="c">Shape [m, n]; overwritten; shares no memory with a or b.</param>
    /// <exception cref="ArgumentException">A span does not have the stated shape, or c overlaps an input.</exception>
    public static void MultiplySparse<T>(
        WorkerTeam? team, bool transposeA, bool transposeB, int m, int n, int k, T alpha, ReadOnlySpan<T> a, ReadOnlySpan<T> b, T beta, Span<T> c)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        MultiplySparse(SparsePlan.WorthwhileShare<T>(), team, transposeA, transposeB, m, n, k, alpha, a, b, beta, c);
    }

    /// <summary>The same with the largest share of elements other than zero for which the zeros are skipped.</summary>
    internal static void MultiplySparse<T>(
        double share, WorkerTeam? team, bool transposeA, bool transposeB, int m, int n, int k, T alpha, ReadOnlySpan<T> a, ReadOnlySpan<T> b, T beta, Span<T> c)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(transposeA, transposeB, m, n, k, a, b, c);
        fixed (T* pa = a, pb = b, pc = c)
        {
            if (SparsePlan.Fits(m, n, k, SimdWidth<T>.Lanes) && !T.IsZero(alpha) && SparseEntries<T>.Share(pa, (long)m * k) <= share)
                Skip(team, transposeA, transposeB, m, n, k, alpha, pa, pb, beta, pc);
            else
                Multiply(team, transposeA, transposeB, m, n, k, alpha, pa, pb, beta, pc);
        }
    }

    private static void Skip<T>(WorkerTeam? team, bool transposeA, bool transposeB, int m, int n, int k, T alpha, T* a, T* b, T beta, T* c)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var left = transposeA ? new Strided<T>(a, 1, m) : new Strided<T>(a, k, 1);
        var right = transposeB ? new Strided<T>(b, 1, k) : new Strided<T>(b, n, 1);
        var output = new Strided<T>(c, n, 1);
        if (Vector512.IsHardwareAccelerated)
            SparseGemm<T, Vector512<T>, Simd512<T>>.Multiply(team, m, n, k, alpha, left, right, beta, output);
        else if (Vector256.IsHardwareAccelerated)
            SparseGemm<T, Vector256<T>, Simd256<T>>.Multiply(team, m, n, k, alpha, left, right, beta, output);
        else if (Vector128.IsHardwareAccelerated)
            SparseGemm<T, Vector128<T>, Simd128<T>>.Multiply(team, m, n, k, alpha, left, right, beta, output);
        else
            SparseGemm<T, T, SimdScalar<T>>.Multiply(team, m, n, k, alpha, left, right, beta, output);
    }
}
