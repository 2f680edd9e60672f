using MetaMirror.Tests;

namespace MetaMirror.Numerics.Tests.Threading;

public sealed class WorkerTeamTests
{
    public static TheoryData<int> Sizes => new(1, 2, 3, 8);

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Every_item_is_done_once_by_a_worker_of_the_team(int threads)
    {
        var team = new WorkerTeam(threads);
        for (int items = 0; items < 40; items++)
        {
            var done = new int[items];
            team.Run(items, (item, worker) =>
            {
                Assert.InRange(worker, 0, threads - 1);
                Interlocked.Increment(ref done[item]);
            });
            Assert.All(done, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void No_two_bodies_share_a_worker_number_at_one_time()
    {
        var team = new WorkerTeam(4);
        var busy = new int[4];
        for (int round = 0; round < 50; round++)
        {
            team.Run(64, (_, worker) =>
            {
                Assert.Equal(1, Interlocked.Increment(ref busy[worker]));
                Thread.SpinWait(50);
                Interlocked.Decrement(ref busy[worker]);
            });
        }
    }

    [Fact]
    public void Other_threads_take_part()
    {
        var team = new WorkerTeam(2);
        using var bothHere = new Barrier(2);
        var threads = new int[2];
        team.Run(2, (item, _) =>
        {
            // Passes only if two threads are inside at once.
            Assert.True(bothHere.SignalAndWait(TimeSpan.FromSeconds(8)));
            threads[item] = Environment.CurrentManagedThreadId;
        });
        Assert.NotEqual(threads[0], threads[1]);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_first_failure_in_item_order_is_rethrown_and_the_team_goes_on(int threads)
    {
        var team = new WorkerTeam(threads);
        for (int round = 0; round < 100; round++)
        {
            var error = Assert.Throws<InvalidOperationException>(() => team.Run(32, (item, _) =>
            {
                if (item == 5)
                    Thread.SpinWait(2000);
                if (item >= 5)
                    throw new InvalidOperationException($"item {item}");
            }));
            Assert.Equal("item 5", error.Message);
        }

        int sum = 0;
        team.Run(10, (item, _) => Interlocked.Add(ref sum, item));
        Assert.Equal(45, sum);
    }

    [Fact]
    public void A_run_inside_a_run_is_done_in_place()
    {
        var team = new WorkerTeam(3);
        var sums = new int[9];
        team.Run(9, (outer, outerWorker) => team.Run(5, (inner, innerWorker) =>
        {
            Assert.Equal(outerWorker, innerWorker);
            sums[outer] += inner;
        }));
        Assert.All(sums, sum => Assert.Equal(10, sum));
    }

    [Fact]
    public void Callers_from_several_threads_take_turns()
    {
        var team = new WorkerTeam(2);
        int total = 0, inside = 0, most = 0;
        Thread[] callers = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (int round = 0; round < 50; round++)
            {
                team.Run(4, (_, _) =>
                {
                    most = Math.Max(most, Interlocked.Increment(ref inside));
                    Interlocked.Increment(ref total);
                    Interlocked.Decrement(ref inside);
                });
            }
        }))];
        foreach (Thread caller in callers)
            caller.Start();
        foreach (Thread caller in callers)
            Assert.True(caller.Join(TimeSpan.FromSeconds(8)));
        Assert.Equal(4 * 50 * 4, total);
        Assert.InRange(most, 1, 2);
    }

    [Fact]
    public void Thousands_of_short_runs_allocate_nothing_and_lose_nothing()
    {
        var team = new WorkerTeam(2);
        var counter = new Counter();
        Action<int, int> body = counter.Count;
        // The last clean attempt may be the first: at most eight of 4,000 runs each.
        Allocation.AssertNone(() => team.Run(3, body), 4000);
        int runs = counter.Total / 3;
        Assert.InRange(runs, 4001, 32_001);
        team.Run(3, body);
        Assert.Equal(3 * (runs + 1), counter.Total);
    }

    [Fact]
    public void Threads_that_ended_for_lack_of_work_are_replaced()
    {
        var team = new WorkerTeam(3, TimeSpan.FromMilliseconds(1));
        using var allHere = new Barrier(3);
        for (int round = 0; round < 60; round++)
        {
            team.Run(3, (_, _) => Assert.True(allHere.SignalAndWait(TimeSpan.FromSeconds(8))));

            // From no pause to three idle limits: runs meet threads that spin, sleep, are about to end, and have ended.
            Thread.Sleep(round % 4);
        }

        Assert.Equal(60, allHere.CurrentPhaseNumber);
    }

    [Fact]
    public void Bad_arguments_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkerTeam(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkerTeam(1).Run(-1, (_, _) => { }));
        Assert.Throws<ArgumentNullException>(() => new WorkerTeam(1).Run(1, null!));
    }

    private sealed class Counter
    {
        private int total;

        public int Total => total;

        public void Count(int item, int worker) => Interlocked.Increment(ref total);
    }
}
