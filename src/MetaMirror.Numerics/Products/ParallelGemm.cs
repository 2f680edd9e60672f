using System.Numerics;

namespace MetaMirror.Numerics;

/// <summary>
/// A blocked product cut into stripes of C. The cut depends on the shape alone, and the bits not even on that: every element is the same
/// chain of multiply-adds in any stripe. Stripes of columns share no packing; stripes of rows each pack all of B, so they must be tall (inner products pack nothing, and are cut by rows alone).
/// </summary>
internal sealed unsafe class ParallelGemm<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Multiplications that are worth handing to another thread, about three microseconds.</summary>
    private const long StripeVolume = 1 << 17;

    private const int MostStripes = 16, StripeColumns = 32, FewestColumnStripes = 4, StripeRows = 64;

    [ThreadStatic]
    private static ParallelGemm<T>? instance;

    private readonly Action<int, int> stripe;
    private int m, n, k, size;
    private bool byRows;
    private T alpha, beta;
    private Strided<T> a, b, c;

    private ParallelGemm() => stripe = Stripe;

    public static void Multiply(WorkerTeam team, int m, int n, int k, T alpha, Strided<T> a, Strided<T> b, T beta, Strided<T> c)
    {
        bool byDots = DotGemm.Suits(n, k, a, b), byColumns = !byDots && (n >= FewestColumnStripes * StripeColumns || n >= m);
        int side = byColumns ? n : m, unit = byColumns ? StripeColumns : StripeRows;
        int stripes = (int)Math.Min(Math.Min(MostStripes, (long)m * n * k / StripeVolume), (side + unit - 1) / unit);
        if (stripes < 2 || team.Threads == 1)
        {
            Multiply(m, n, k, alpha, a, b, beta, c);
            return;
        }

        // Taken out while in use: a body that multiplies again on this thread then gets its own.
        ParallelGemm<T> job = instance ?? new ParallelGemm<T>();
        instance = null;
        int size = (((side + stripes - 1) / stripes) + StripeColumns - 1) / StripeColumns * StripeColumns;
        (job.m, job.n, job.k, job.size, job.byRows, job.alpha, job.beta) = (m, n, k, size, !byColumns, alpha, beta);
        (job.a, job.b, job.c) = (a, b, c);
        team.Run((side + size - 1) / size, job.stripe);
        instance = job;
    }

    private void Stripe(int item, int worker)
    {
        int start = item * size;
        if (byRows)
            Multiply(Math.Min(size, m - start), n, k, alpha, a.From(start, 0), b, beta, c.From(start, 0));
        else
            BlockedGemm.Multiply(m, Math.Min(size, n - start), k, alpha, a, b.From(0, start), beta, c.From(0, start));
    }

    /// <summary>On the caller's thread, whichever way suits the shape.</summary>
    public static void Multiply(int m, int n, int k, T alpha, Strided<T> a, Strided<T> b, T beta, Strided<T> c)
    {
        if (DotGemm.Suits(n, k, a, b))
            DotGemm.Multiply(m, n, k, alpha, a, b, beta, c);
        else
            BlockedGemm.Multiply(m, n, k, alpha, a, b, beta, c);
    }
}
