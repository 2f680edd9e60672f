using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;

namespace MetaMirror.Experiments.Tests.Runs;

public sealed class StepTimerTests
{
    [Fact]
    public void Time_is_that_of_a_hundred_steps_after_twenty()
    {
        var clock = new TickingClock(TimeSpan.FromMilliseconds(250));
        var runs = new TrainingRun<double>(new MeasuredTask<double>(new NoisyParabola("p"), 0), new Measurement(400));

        // The clock moves by 250 ms between its two readings.
        Assert.Equal(2.5, new StepTimer(clock).MillisecondsPerStep(runs, Steepest.Contender(0.1), seed: 7));
        Assert.Equal(2, clock.Readings);
    }

    [Fact]
    public void A_diverging_optimizer_has_no_time()
    {
        var runs = new TrainingRun<double>(new MeasuredTask<double>(new NoisyParabola("p"), 0), new Measurement(400));

        Assert.Null(new StepTimer(new TickingClock(TimeSpan.FromSeconds(1))).MillisecondsPerStep(runs, Steepest.Contender(1e300), seed: 7));
    }

    /// <summary>Rules with schedules see runs as long as those that are compared.</summary>
    [Theory]
    [InlineData(400, 400)]
    [InlineData(30, 120)]
    public void Schedules_are_those_of_the_runs(int steps, int seen)
    {
        var rule = new Steepest(0.1);
        var runs = new TrainingRun<double>(new MeasuredTask<double>(new NoisyParabola("p"), 0), new Measurement(steps));

        new StepTimer(TimeProvider.System).MillisecondsPerStep(runs, new Contender<double>("steepest", OptimizerRole.Learned, rule), seed: 7);

        Assert.Equal(seen, rule.StepsOfRun);
    }

    private sealed class TickingClock(TimeSpan step) : TimeProvider
    {
        public int Readings { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Readings++ * step.Ticks;
    }
}
