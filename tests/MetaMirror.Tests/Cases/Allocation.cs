namespace MetaMirror.Tests.Cases;

/// <summary>Counts bytes allocated on this thread.</summary>
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
        long least = long.MaxValue;
        for (int attempt = 0; attempt < Attempts && least > 0; attempt++)
            least = Math.Min(least, Of(work, rounds));
        Assert.Equal(0, least);
    }

    public static long Of(Action work, int rounds)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < rounds; round++)
            work();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
