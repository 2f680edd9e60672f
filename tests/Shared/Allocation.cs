namespace MetaMirror.Tests;

/// <summary>Counts bytes allocated on this thread, and bytes that live.</summary>
internal static class Allocation
{
    private const int Attempts = 8;

    /// <summary>
    /// Asserts that rounds of work allocate nothing once warm. The runtime's own tables (of casts, of generic virtual methods) are managed, shared by all threads and grow
    /// at moments of their own, so a few rounds may be charged with some kilobytes of theirs: one attempt of several must be clean, which work that allocates never is.
    /// </summary>
    public static void AssertNone(Action work, int rounds = 20)
    {
        work();
        Assert.Equal(0, Least(work, rounds));
    }

    /// <summary>Least number of bytes that any of several attempts allocated.</summary>
    public static long Least(Action work, int rounds)
    {
        long least = long.MaxValue;
        for (int attempt = 0; attempt < Attempts && least > 0; attempt++)
            least = Math.Min(least, Of(work, rounds));
        return least;
    }

    public static long Of(Action work, int rounds)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < rounds; round++)
            work();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <summary>Live bytes once finalizers have run and two collections in a row agree to a kilobyte (or after twenty of them).</summary>
    public static long SettledHeap()
    {
        long before, after = GC.GetTotalMemory(forceFullCollection: true);
        int collections = 0;
        do
        {
            before = after;
            GC.WaitForPendingFinalizers();
            GC.Collect();
            after = GC.GetTotalMemory(forceFullCollection: true);
        }
        while (Math.Abs(after - before) > 1024 && ++collections < 20);
        return after;
    }
}
