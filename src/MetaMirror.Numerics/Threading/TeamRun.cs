using System.Runtime.ExceptionServices;

namespace MetaMirror.Numerics;

/// <summary>
/// The meeting point of a team. A run is open while items are handed out; a worker joins an open run under the gate, so the caller need
/// only wait for those who joined, not for sleepers. Monitors and plain fields: nothing is allocated once the threads live.
/// </summary>
internal sealed class TeamRun(WorkerTeam team, int threads, TimeSpan idleLimit)
{
    /// <summary>
    /// Rounds of twenty pauses, about half a microsecond each, before a thread sleeps: work between two runs of one training step is
    /// shorter, and waking a thread costs ten microseconds.
    /// </summary>
    private const int SpinRounds = 400;

    private readonly object gate = new();
    private readonly bool[] alive = new bool[threads];
    private Action<int, int>? body;
    private int items, next, joined;
    private volatile int epoch;
    private bool open;
    private int failedItem;
    private ExceptionDispatchInfo? failure;

    public void Start(int count, Action<int, int> work)
    {
        lock (gate)
        {
            (body, items, next, failedItem, failure) = (work, count, 0, int.MaxValue, null);
            open = true;
            epoch++;
            for (int worker = 1; worker < Math.Min(threads, count); worker++)
            {
                if (!alive[worker])
                    StartThread(worker, epoch - 1);
            }

            Monitor.PulseAll(gate);
        }

        HandOut(work, 0);
        for (int round = 0; round < SpinRounds && Volatile.Read(ref joined) > 0; round++)
            Thread.SpinWait(20);
        ExceptionDispatchInfo? error;
        lock (gate)
        {
            open = false;
            while (joined > 0)
                Monitor.Wait(gate);
            error = failure;
            (body, failure) = (null, null);
        }

        error?.Throw();
    }

    private void StartThread(int worker, int seen)
    {
        alive[worker] = true;
        var thread = new Thread(() => Work(worker, seen)) { IsBackground = true, Name = $"MetaMirror worker {worker}" };
        thread.Start();
    }

    private void Work(int worker, int seen)
    {
        WorkerTeam.Enter(team, worker);
        while (true)
        {
            // A short spin catches the next of many small runs; then the thread sleeps.
            for (int round = 0; round < SpinRounds && epoch == seen; round++)
                Thread.SpinWait(20);
            Action<int, int>? work;
            lock (gate)
            {
                while (epoch == seen)
                {
                    if (!Monitor.Wait(gate, idleLimit) && epoch == seen)
                    {
                        alive[worker] = false;
                        return;
                    }
                }

                seen = epoch;
                if (!open)
                    continue;
                work = body;
                joined++;
            }

            HandOut(work!, worker);
            lock (gate)
            {
                if (--joined == 0 && !open)
                    Monitor.PulseAll(gate);
            }
        }
    }

    private void HandOut(Action<int, int> work, int worker)
    {
        for (int item = Interlocked.Increment(ref next) - 1; item < items; item = Interlocked.Increment(ref next) - 1)
        {
            try
            {
                work(item, worker);
            }
            catch (Exception error)
            {
                Fail(item, error);
            }
        }
    }

    /// <summary>
    /// Keeps the failure of the lowest item. Lower items were handed out before, so every one of them still reports: the choice does
    /// not depend on timing.
    /// </summary>
    private void Fail(int item, Exception error)
    {
        lock (gate)
        {
            if (item < failedItem)
                (failedItem, failure) = (item, ExceptionDispatchInfo.Capture(error));
            Volatile.Write(ref next, items);
        }
    }
}
