using MetaMirror.Experiments.Runs;
using MetaMirror.Numerics;

namespace MetaMirror.Experiments.Tests.Runs;

public sealed class RunPoolTests
{
    private static readonly RunJob<double>[] Jobs = [.. Enumerable.Range(0, 40).Select(i => new RunJob<double>(Steepest.Contender(0.01 * (i + 1)), i % 5))];

    [Fact]
    public void Records_do_not_depend_on_the_number_of_threads()
    {
        var task = new MeasuredTask<double>(new NoisyParabola("p", noise: 1), 3);
        double[][] one = Losses(1), two = Losses(2), four = Losses(4);

        Assert.Equal(one, two);
        Assert.Equal(one, four);

        double[][] Losses(int threads) => [.. new RunPool<double>(new WorkerTeam(threads), 7).Run(task, new Measurement(50), "s", Jobs).Select(r => r.Losses.ToArray())];
    }

    [Fact]
    public void Progress_counts_every_run_once()
    {
        var seen = new List<RunProgress>();
        var pool = new RunPool<double>(new WorkerTeam(2), 7, new Recorder(seen));

        pool.Run(new MeasuredTask<double>(new NoisyParabola("p"), 0), new Measurement(5), "stage", Jobs);

        Assert.Equal(Enumerable.Range(1, Jobs.Length), seen.Select(p => p.Done));
        Assert.All(seen, p => Assert.Equal(("stage", Jobs.Length, "steepest"), (p.Stage, p.Total, p.Text)));
    }

    [Fact]
    public void Cancellation_leaves_the_rest_undone_and_throws()
    {
        using var source = new CancellationTokenSource();
        var seen = new List<RunProgress>();
        var pool = new RunPool<double>(new WorkerTeam(2), 7, new Recorder(seen, afterwards: source.Cancel));

        Assert.Throws<OperationCanceledException>(() =>
            pool.Run(new MeasuredTask<double>(new NoisyParabola("p"), 0), new Measurement(200), "stage", Jobs, source.Token));
        Assert.InRange(seen.Count, 1, 3);
    }

    [Fact]
    public void Another_task_gets_objectives_of_its_own()
    {
        var pool = new RunPool<double>(new WorkerTeam(1), 7);
        var flat = new MeasuredTask<double>(new NoisyParabola("flat", h: 1), 0);
        var steep = new MeasuredTask<double>(new NoisyParabola("steep", h: 3), 0);

        double first = pool.Run(flat, new Measurement(5), "s", Jobs)[0].Losses[0];
        double second = pool.Run(steep, new Measurement(5), "s", Jobs)[0].Losses[0];

        Assert.Equal(3 * first, second, precision: 14);
    }

    private sealed class Recorder(List<RunProgress> seen, Action? afterwards = null) : IProgress<RunProgress>
    {
        public void Report(RunProgress value)
        {
            seen.Add(value);
            afterwards?.Invoke();
        }
    }
}
