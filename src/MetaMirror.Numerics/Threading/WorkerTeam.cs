namespace MetaMirror.Numerics;

/// <summary>
/// A team of worker threads: the caller is worker 0, the others are background threads that sleep between runs and end after some
/// idle seconds. Items are handed out one at a time in order, so a body must write only what belongs to its item (or to its worker's
/// scratch); then results do not depend on the team's size.
/// </summary>
/// <remarks>One run at a time: another thread waits for its turn, and a body that runs its own team again does so alone, in place. (A body that runs
/// a second team must not run the first one again inside it.)</remarks>
public sealed class WorkerTeam
{
    [ThreadStatic]
    private static WorkerTeam? current;

    [ThreadStatic]
    private static int currentWorker;

    private readonly Lock turn = new();
    private readonly TeamRun run;

    /// <summary>Makes a team; threads are started by the first run that needs them.</summary>
    /// <param name="threads">Number of workers, the caller included; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">threads is below 1.</exception>
    public WorkerTeam(int threads)
        : this(threads, TimeSpan.FromSeconds(5))
    {
    }

    internal WorkerTeam(int threads, TimeSpan idleLimit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        Threads = threads;
        run = new TeamRun(this, threads, idleLimit);
    }

    /// <summary>Number of workers, the caller included.</summary>
    public int Threads { get; }

    /// <summary>Calls body(item, worker) for every item in 0 … items − 1 and returns when all are done.</summary>
    /// <param name="items">Number of items.</param>
    /// <param name="body">Work of one item; the worker number is below <see cref="Threads"/>, and no two bodies share it at one time.</param>
    /// <exception cref="ArgumentOutOfRangeException">items is negative.</exception>
    /// <exception cref="Exception">What the body threw for the first item (in order) that failed; later items may then be left undone.</exception>
    public void Run(int items, Action<int, int> body)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(items);
        ArgumentNullException.ThrowIfNull(body);
        if (current == this)
        {
            for (int item = 0; item < items; item++)
                body(item, currentWorker);
            return;
        }

        lock (turn)
        {
            (WorkerTeam? outer, int outerWorker) = Enter(this, 0);
            try
            {
                if (Threads == 1 || items <= 1)
                {
                    for (int item = 0; item < items; item++)
                        body(item, 0);
                }
                else
                {
                    run.Start(items, body);
                }
            }
            finally
            {
                (current, currentWorker) = (outer, outerWorker);
            }
        }
    }

    internal static (WorkerTeam? Team, int Worker) Enter(WorkerTeam? team, int worker)
    {
        (WorkerTeam? Team, int Worker) outer = (current, currentWorker);
        (current, currentWorker) = (team, worker);
        return outer;
    }
}
