using MetaMirror.Experiments.Runs;

namespace MetaMirror.Experiments.Tests.Runs;

public sealed class RunRecordTests
{
    [Fact]
    public void Figures_follow_the_definitions()
    {
        // 25 measurements every 5 steps: the last tenth is 3 measurements.
        var run = new RunRecord([.. Enumerable.Range(0, 25).Select(k => 100.0 - k)], everySteps: 5, diverged: false, test: null);

        Assert.Equal(100 - 12, run.MeanLoss);
        Assert.Equal(77, run.FinalLoss);
        Assert.Equal(0, run.StepsTo(100));
        Assert.Equal(10 * 5, run.StepsTo(90));
        Assert.Equal(11 * 5, run.StepsTo(89.9));
        Assert.Equal(double.PositiveInfinity, run.StepsTo(75.9));
    }

    [Fact]
    public void The_first_time_counts_even_if_the_loss_rises_again()
    {
        var run = new RunRecord([3, 1, 2, 1], everySteps: 1, diverged: false, test: null);

        Assert.Equal(1, run.StepsTo(1.5));
    }

    [Fact]
    public void A_diverged_run_reaches_nothing()
    {
        var run = new RunRecord([3, 1, double.NaN], everySteps: 1, diverged: true, test: null);

        Assert.Equal(double.PositiveInfinity, run.StepsTo(2));
        Assert.Equal(double.PositiveInfinity, run.MeanLoss);
        Assert.Equal(double.PositiveInfinity, run.FinalLoss);
    }
}
