using MetaMirror.Experiments.Runs;
using MetaMirror.Experiments.Reports;
using MetaMirror.Tests;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Tests.Runs;

public sealed class TrainingRunTests
{
    private const ulong Seed = 7;

    [Fact]
    public void Loss_is_measured_before_the_update_over_the_whole_set()
    {
        var runs = new TrainingRun<double>(new MeasuredTask<double>(new NoisyParabola("p", h: 1), 3), new Measurement(4));

        RunRecord run = runs.Run(Steepest.Contender(0.5), Seed, run: 0);

        // Each step halves the error, so it quarters the loss; the loss at step 0 is that of the start.
        Assert.Equal(4, run.Losses.Length);
        for (int t = 1; t < 4; t++)
            Assert.Equal(run.Losses[t - 1] / 4, run.Losses[t], precision: 15);
        Assert.Equal(run.Losses[3] / 4, run.Test!.Value.Loss, precision: 15);
    }

    [Fact]
    public void Measuring_less_often_changes_only_what_is_seen()
    {
        var task = new MeasuredTask<double>(new NoisyParabola("p", noise: 0.1), 3);
        RunRecord every = new TrainingRun<double>(task, new Measurement(12)).Run(Steepest.Contender(0.1), Seed, 0);

        RunRecord fifth = new TrainingRun<double>(task, new Measurement(12, EverySteps: 5)).Run(Steepest.Contender(0.1), Seed, 0);

        Assert.Equal([every.Losses[0], every.Losses[5], every.Losses[10]], fifth.Losses.ToArray());
        Assert.Equal(every.Test, fifth.Test);
    }

    [Fact]
    public void Test_accuracy_along_the_run_is_that_before_the_update_and_changes_nothing_else()
    {
        var task = new MeasuredTask<double>(new NoisyParabola("p", noise: 0.1), 3);
        RunRecord without = new TrainingRun<double>(task, new Measurement(12)).Run(Steepest.Contender(0.1), Seed, 0);

        RunRecord along = new TrainingRun<double>(task, new Measurement(12, AccuracyEverySteps: 5)).Run(Steepest.Contender(0.1), Seed, 0);

        Assert.Empty(without.Accuracies);
        Assert.Equal(without.Losses.ToArray(), along.Losses.ToArray());
        Assert.Equal(without.Test, along.Test);
        // The parabola's accuracy is 1 / (1 + loss) by definition.
        Assert.Equal([1 / (1 + along.Losses[0]), 1 / (1 + along.Losses[5]), 1 / (1 + along.Losses[10])], along.Accuracies);
    }

    [Fact]
    public void Test_accuracy_after_a_divergence_is_not_a_number_and_a_task_without_tests_has_none()
    {
        var measurement = new Measurement(2000, AccuracyEverySteps: 10);
        RunRecord diverged = new TrainingRun<double>(new MeasuredTask<double>(new NoisyParabola("p"), 3), measurement).Run(Steepest.Contender(10), Seed, 0);
        RunRecord untested = new TrainingRun<double>(new MeasuredTask<double>(new NoisyParabola("p", tested: false), 3), measurement).Run(Steepest.Contender(0.1), Seed, 0);

        Assert.True(double.IsFinite(diverged.Accuracies[0]));
        Assert.True(double.IsNaN(diverged.Accuracies[^1]));
        // As long as the loss is finite there is an accuracy, and from where it is not there is none.
        Assert.Equal(diverged.Accuracies.Count(double.IsFinite), (diverged.Losses.ToArray().Count(double.IsFinite) + 9) / 10);
        Assert.Empty(untested.Accuracies);
    }

    [Fact]
    public void All_optimizers_see_the_same_start_and_the_same_batches()
    {
        var runs = new TrainingRun<double>(new MeasuredTask<double>(new NoisyParabola("p", noise: 1), 3), new Measurement(2));
        double[] slow = runs.Run(Steepest.Contender(0.1), Seed, 2).Losses.ToArray();
        double[] fast = runs.Run(Steepest.Contender(0.2), Seed, 2).Losses.ToArray();
        double[] other = runs.Run(Steepest.Contender(0.1), Seed, 1).Losses.ToArray();

        Assert.Equal(slow[0], fast[0]);
        Assert.NotEqual(slow[0], other[0]);
        // theta_1 - theta_0 = -eta (theta_0 + e): equal e and theta_0 mean that the two displacements have the ratio of the rates.
        double start = Math.Sqrt(2 * slow[0]), moved = start - Math.Sqrt(2 * slow[1]), movedTwice = start - Math.Sqrt(2 * fast[1]);
        Assert.Equal(2 * moved, movedTwice, precision: 12);
    }

    [Fact]
    public void A_divergence_is_found_and_stops_the_run()
    {
        var runs = new TrainingRun<double>(new MeasuredTask<double>(new NoisyParabola("p"), 3), new Measurement(2000));

        RunRecord run = runs.Run(Steepest.Contender(10), Seed, 0);

        Assert.True(run.Diverged);
        Assert.Null(run.Test);
        Assert.True(double.IsFinite(run.Losses[10]));
        Assert.True(double.IsNaN(run.Losses[^1]));
    }

    [Fact]
    public void A_full_batch_run_measures_the_loss_that_its_gradient_brings()
    {
        var task = new MeasuredTask<double>(new NoisyParabola("p", noise: 1), 3);

        RunRecord full = new TrainingRun<double>(task, new Measurement(5, FullBatch: true)).Run(Steepest.Contender(0.5), Seed, 0);

        Assert.Equal(full.Losses[0] / 4, full.Losses[1], precision: 15);
    }

    [Fact]
    public void A_rule_that_takes_gradients_elsewhere_is_measured_at_theta()
    {
        var task = new MeasuredTask<double>(new NoisyParabola("p", h: 1), 3);
        var contender = new Contender<double>("schedule-free", OptimizerRole.Rival, new ScheduleFreeAdamW<double>(new ScheduleFreeOptions { LearningRate = 0.1 }));
        var measurement = new Measurement(6, FullBatch: true, AccuracyEverySteps: 1);

        RunRecord run = new TrainingRun<double>(task, measurement).Run(contender, Seed, 0);
        RunRecord judged = new TrainingRun<double>(task, measurement with { JudgesGradient = true }).Run(contender, Seed, 0);

        // Accuracy is 1 / (1 + loss) at theta by definition, and the parabola's gradient is the root of twice its loss.
        Assert.Equal(run.Accuracies, run.Losses.ToArray().Select(l => 1 / (1 + l)));
        Assert.Equal(run.Losses.ToArray(), judged.Losses.ToArray());
        Assert.All(judged.Judged.ToArray().Zip(judged.Losses.ToArray()), p => Assert.Equal(Math.Sqrt(2 * p.Second), p.First, 1e-15));
    }

    [Fact]
    public void A_target_may_be_about_the_largest_entry_of_the_gradient()
    {
        var task = new MeasuredTask<double>(new NoisyParabola("p", h: 2), 3);

        RunRecord run = new TrainingRun<double>(task, new Measurement(5, FullBatch: true, JudgesGradient: true)).Run(Steepest.Contender(0.25), Seed, 0);

        // h/2 x^2 has the gradient h x; a step of 1/(2h) halves both.
        Assert.Equal(Math.Sqrt(2 * 2 * run.Losses[0]), run.Judged[0], 1e-12);
        Assert.Equal(run.Judged[0] / 4, run.Judged[2], 1e-12);
        Assert.Equal(2, run.StepsTo(run.Judged[0] / 3.9));
        Assert.Throws<ArgumentException>(() => new RunRecord([1, 2], 1, false, null, [1]));
    }

    [Fact]
    public void Another_set_may_be_measured()
    {
        var task = new MeasuredTask<double>(new NoisyParabola("p"), 3, () =>
        {
            var objective = new NoisyParabola("q", h: 3).CreateTrainingObjective();
            return (theta, _) => objective.Evaluate(theta, [], BatchKey.Full, []);
        });
        RunRecord whole = new TrainingRun<double>(new MeasuredTask<double>(new NoisyParabola("p"), 3), new Measurement(5)).Run(Steepest.Contender(0.5), Seed, 0);

        RunRecord subset = new TrainingRun<double>(task, new Measurement(5)).Run(Steepest.Contender(0.5), Seed, 0);

        Assert.Equal(3 * whole.Losses[2], subset.Losses[2], precision: 15);
    }

    [Fact]
    public void Steps_allocate_nothing()
    {
        var task = new MeasuredTask<double>(new NoisyParabola("p", noise: 0.1, tested: false), 3);
        long Allocated(int steps)
        {
            // One measurement whatever the number of steps, so that only steps could make a difference.
            var runs = new TrainingRun<double>(task, new Measurement(steps, EverySteps: steps));
            runs.Run(Steepest.Contender(0.1), Seed, 0);
            return Allocation.Least(() => runs.Run(Steepest.Contender(0.1), Seed, 0), 1);
        }

        Assert.Equal(Allocated(100), Allocated(10_000));
    }

    [Fact]
    public void Cancellation_ends_a_run()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        var runs = new TrainingRun<double>(new MeasuredTask<double>(new NoisyParabola("p"), 3), new Measurement(5));

        Assert.Throws<OperationCanceledException>(() => runs.Run(Steepest.Contender(0.5), Seed, 0, source.Token));
    }
}
