using System.Numerics;

namespace MetaMirror.Numerics;

/// <summary>
/// Products of dense row-major matrices. The order of summation depends on the shape alone: the same bits in every run, on every
/// thread, with any number of threads, on one instruction set.
/// </summary>
public static unsafe partial class Gemm
{
    /// <summary>Up to this many rows are done one by one: packing B would cost more than it saves.</summary>
    private const int FewRows = 3;

    /// <summary>Up to this many multiplications a plain loop is faster than setting up tiles.</summary>
    private const int TinyVolume = 128;

    /// <summary>C ← α·op(A)·op(B) + β·C, with op(X) = X or Xᵀ; β = 0 does not read C.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="transposeA">Whether A is stored as [k, m] and used transposed.</param>
    /// <param name="transposeB">Whether B is stored as [n, k] and used transposed.</param>
    /// <param name="m">Rows of C.</param>
    /// <param name="n">Columns of C.</param>
    /// <param name="k">Inner length.</param>
    /// <param name="alpha">α.</param>
    /// <param name="a">Shape [m, k], or [k, m] if transposed.</param>
    /// <param name="b">Shape [k, n], or [n, k] if transposed.</param>
    /// <param name="beta">β.</param>
    /// <param name="c">Shape [m, n]; overwritten; shares no memory with a or b.</param>
    /// <exception cref="ArgumentException">A span does not have the stated shape, or c overlaps an input.</exception>
    public static void Multiply<T>(bool transposeA, bool transposeB, int m, int n, int k, T alpha, ReadOnlySpan<T> a, ReadOnlySpan<T> b, T beta, Span<T> c)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(transposeA, transposeB, m, n, k, a, b, c);
        fixed (T* pa = a, pb = b, pc = c)
            Multiply(null, transposeA, transposeB, m, n, k, alpha, pa, pb, beta, pc);
    }

    /// <summary>The same product, bit for bit, with large ones shared out over a team.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="team">Whose threads to use; null for the caller's alone.</param>
    /// <param name="transposeA">Whether A is stored as [k, m] and used transposed.</param>
    /// <param name="transposeB">Whether B is stored as [n, k] and used transposed.</param>
    /// <param name="m">Rows of C.</param>
    /// <param name="n">Columns of C.</param>
    /// <param name="k">Inner length.</param>
    /// <param name="alpha">α.</param>
    /// <param name="a">Shape [m, k], or [k, m] if transposed.</param>
    /// <param name="b">Shape [k, n], or [n, k] if transposed.</param>
    /// <param name="beta">β.</param>
    /// <param name="c">Shape [m, n]; overwritten; shares no memory with a or b.</param>
    /// <exception cref="ArgumentException">A span does not have the stated shape, or c overlaps an input.</exception>
    public static void Multiply<T>(
        WorkerTeam? team, bool transposeA, bool transposeB, int m, int n, int k, T alpha, ReadOnlySpan<T> a, ReadOnlySpan<T> b, T beta, Span<T> c)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(transposeA, transposeB, m, n, k, a, b, c);
        fixed (T* pa = a, pb = b, pc = c)
            Multiply(team, transposeA, transposeB, m, n, k, alpha, pa, pb, beta, pc);
    }

    /// <summary>y ← α·op(A)·x + β·y, with op(A) = A or Aᵀ; β = 0 does not read y.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="transpose">Whether Aᵀ is used.</param>
    /// <param name="m">Rows of A as stored.</param>
    /// <param name="n">Columns of A as stored.</param>
    /// <param name="alpha">α.</param>
    /// <param name="a">Shape [m, n].</param>
    /// <param name="x">Shape [n], or [m] if transposed.</param>
    /// <param name="beta">β.</param>
    /// <param name="y">Shape [m], or [n] if transposed; overwritten; shares no memory with a or x.</param>
    /// <exception cref="ArgumentException">A span does not have the stated shape, or y overlaps an input.</exception>
    public static void MultiplyVector<T>(bool transpose, int m, int n, T alpha, ReadOnlySpan<T> a, ReadOnlySpan<T> x, T beta, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.SupportedElement<T>();
        Require.NotNegative(m, nameof(m));
        Require.NotNegative(n, nameof(n));
        Require.Shape(m, n, a.Length, nameof(a), "m x n");
        Require.Length(transpose ? m : n, x.Length, nameof(x), transpose ? "m" : "n");
        Require.Length(transpose ? n : m, y.Length, nameof(y), transpose ? "n" : "m");
        Require.Disjoint(a, y, nameof(a), nameof(y));
        Require.Disjoint(x, y, nameof(x), nameof(y));
        if (x.IsEmpty || T.IsZero(alpha))
        {
            ScaleOrClear(beta, y);
            return;
        }

        fixed (T* pa = a, px = x, py = y)
            MatrixVector.Multiply(transpose, m, n, alpha, pa, px, beta, py);
    }

    private static void Check<T>(bool transposeA, bool transposeB, int m, int n, int k, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> c)
        where T : unmanaged
    {
        Require.SupportedElement<T>();
        Require.NotNegative(m, nameof(m));
        Require.NotNegative(n, nameof(n));
        Require.NotNegative(k, nameof(k));
        Require.Shape(transposeA ? k : m, transposeA ? m : k, a.Length, nameof(a), transposeA ? "k x m" : "m x k");
        Require.Shape(transposeB ? n : k, transposeB ? k : n, b.Length, nameof(b), transposeB ? "n x k" : "k x n");
        Require.Shape(m, n, c.Length, nameof(c), "m x n");
        Require.Disjoint(a, c, nameof(a), nameof(c));
        Require.Disjoint(b, c, nameof(b), nameof(c));
    }

    /// <summary>The way is chosen by the shape alone.</summary>
    private static void Multiply<T>(WorkerTeam? team, bool transposeA, bool transposeB, int m, int n, int k, T alpha, T* a, T* b, T beta, T* c)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (IsEmpty(m, n, k, alpha))
        {
            ScaleOrClear(beta, new Span<T>(c, m * n));
        }
        else if (n == 1)
        {
            MatrixVector.Multiply(transposeA, transposeA ? k : m, transposeA ? m : k, alpha, a, b, beta, c);
        }
        else if (IsRowByRow(transposeA, m))
        {
            for (nint i = 0; i < m; i++)
                MatrixVector.Multiply(!transposeB, transposeB ? n : k, transposeB ? k : n, alpha, b, a + (i * k), beta, c + (i * n));
        }
        else
        {
            var left = transposeA ? new Strided<T>(a, 1, m) : new Strided<T>(a, k, 1);
            var right = transposeB ? new Strided<T>(b, 1, k) : new Strided<T>(b, n, 1);
            var output = new Strided<T>(c, n, 1);
            if (IsTiny(m, n, k))
                DirectGemm.Multiply(m, n, k, alpha, left, right, beta, output);
            else if (team is null)
                ParallelGemm<T>.Multiply(m, n, k, alpha, left, right, beta, output);
            else
                ParallelGemm<T>.Multiply(team, m, n, k, alpha, left, right, beta, output);
        }
    }

    private static bool IsEmpty<T>(int m, int n, int k, T alpha)
        where T : unmanaged, IFloatingPointIeee754<T> => m == 0 || n == 0 || k == 0 || T.IsZero(alpha);

    private static bool IsRowByRow(bool transposeA, int m) => m == 1 || (m <= FewRows && !transposeA);

    private static bool IsTiny(int m, int n, int k) => (long)m * n * k <= TinyVolume;

    /// <summary>True where a product goes through the tiles of <see cref="BlockedGemm"/>, so that each element is one chain of multiply-adds.</summary>
    private static bool IsBlocked<T>(bool transposeA, int m, int n, int k, T alpha, Strided<T> left, Strided<T> right)
        where T : unmanaged, IFloatingPointIeee754<T> => !IsEmpty(m, n, k, alpha) && n > 1 && !IsRowByRow(transposeA, m) && !IsTiny(m, n, k) && !DotGemm.Suits(n, k, left, right);

    private static void ScaleOrClear<T>(T beta, Span<T> c)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (T.IsZero(beta))
            c.Clear();
        else
            Vectors.Scale(beta, c);
    }
}
