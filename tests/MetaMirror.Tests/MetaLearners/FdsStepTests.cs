using MetaMirror.Descents;
using MetaMirror.InitialPoints;
using MetaMirror.MetaLearners;
using MetaMirror.MetaObjectives;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.MetaLearners;

/// <summary>The outer update of FDS against the authors' lines, written as a scalar loop over two quadratics; its end, its ranges and its retreat.</summary>
public sealed class FdsStepTests
{
    private const int Steps = 6;

    /// <summary>Values are sums of at most 12 exact halvings of the first steps; hypergradients sum some 200 products.</summary>
    private const double Rounding = 1e-12;

    private static readonly double[] Curvatures = [1, .3], Targets = [1, -2];
    private static readonly ScheduledSgdOptions Values = new() { LearningRateValues = 2, MomentumValues = 1, WeightDecayValues = 3 };

    [Theory]
    [InlineData(1, 0), InlineData(4, 3), InlineData(12, 6)]
    public void Outer_steps_equal_the_scalar_loop(int outerSteps, int leastFlips)
    {
        var step = new FdsStep<double>(new FinalLoss<double>(), new FdsOptions { LearningRateStep = .5, WeightDecayStep = .1, StoppingShare = 0 });
        MetaLearner<double> learner = Learner(step, new ScheduledSgd<double>(Values), outerSteps, Curvatures);
        learner.Learn(cancellationToken: TestContext.Current.CancellationToken);

        double[] values = new double[6], sizes = [.5, .5, .3, .1, .1, .1], counts = [2, 2, 1, 3, 3, 3], signs = new double[6], h = [], best = [];
        double lowest = double.PositiveInfinity;
        int flips = 0;
        for (int outer = 0; outer < outerSteps; outer++)
        {
            double[][] columns = [.. Curvatures.Select((_, i) => Hypergradient(i, values, out double _))];
            double value = Curvatures.Select((_, i) => (Hypergradient(i, values, out double loss), loss).loss).Average();
            if (value < lowest)
                (lowest, best) = (value, [.. values]);
            h = [.. values.Select((_, j) => columns.Average(c => c[j]) / (Steps / counts[j]))];
            for (int j = 0; j < 6; j++)
            {
                double sign = Math.Sign(h[j]);
                if (sign * signs[j] == -1)
                {
                    sizes[j] /= 2;
                    flips++;
                }

                signs[j] = sign;
                values[j] = Math.Clamp(values[j] - (sign * sizes[j]), 0, j == 2 ? double.BitDecrement(1) : double.PositiveInfinity);
            }
        }

        Near(values, learner.Meta.Natural);
        Near(sizes, step.Steps);
        Near(h, step.LastHypergradient);
        Near(best, step.Best);
        Assert.True(flips >= leastFlips, $"{flips} flips");
    }

    /// <summary>One value of each kind from .5: steps halve at every flip until all are below the share of their values; then it ends, with the values of that step.</summary>
    [Fact]
    public void Learning_ends_when_every_step_is_a_small_share_of_its_value()
    {
        var options = new FdsOptions { LearningRateStep = .2, MomentumStep = .1, WeightDecayStep = .1, StoppingShare = .3 };
        var rule = new ScheduledSgd<double>(new() { LearningRate = .5, Momentum = .5, WeightDecay = .5, LearningRateValues = 1 });
        var step = new FdsStep<double>(new FinalLoss<double>(), options);
        MetaLearner<double> learner = Learner(step, rule, 50, [1]);
        double[] sizes = [], before = [];
        MetaLearnerResult result = learner.Learn(
            afterStep: l =>
            {
                if (!step.IsConverged)
                    (sizes, before) = (step.Steps.ToArray(), l.Meta.Natural.ToArray());
            }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(result.Converged);
        Assert.InRange(result.OuterSteps, 2, 49);
        Assert.Contains(sizes.Zip(before), p => p.First >= .3 * p.Second || sizes.Length == 0);
        Assert.All(step.Steps.ToArray().Zip(before), p => Assert.True(p.First < .3 * p.Second));
        Assert.NotEqual(before, learner.Meta.Natural.ToArray());
    }

    /// <summary>Short runs from 0 toward minima elsewhere want no weight decay: it never leaves 0: its step stays what it was, and the end comes when the others are done.</summary>
    [Fact]
    public void A_value_that_its_range_holds_does_not_put_off_the_end()
    {
        var options = new FdsOptions { LearningRateStep = .2, MomentumStep = .1, WeightDecayStep = .1, StoppingShare = .3 };
        var step = new FdsStep<double>(new FinalLoss<double>(), options);
        MetaLearner<double> learner = Learner(step, new ScheduledSgd<double>(new() { LearningRate = .3, Momentum = .1, LearningRateValues = 1 }), 50, [1, .05]);
        MetaLearnerResult result = learner.Learn(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((0, .1), (learner.Meta.Natural[2], step.Steps[2]));
        Assert.True(result.Converged);
        Assert.InRange(result.OuterSteps, 2, 49);
    }

    /// <summary>Rate .1 and momentum .5 bear curvature 10, .5 and .25 more do not: after two retreats all steps are small shares of their values, though none was halved near its end.</summary>
    [Fact]
    public void Steps_that_retreats_have_shortened_are_no_end()
    {
        const double Share = .4;
        var step = new FdsStep<double>(new TrajectoryLoss<double>(), new FdsOptions { LearningRateStep = .5, StoppingShare = Share });
        var rule = new ScheduledSgd<double>(new() { LearningRate = .1, Momentum = .5, WeightDecay = .001, LearningRateValues = 1 });
        MetaLearner<double> learner = Learner(step, rule, 7, [10, .3], 1000);
        double[] before = learner.Meta.Natural.ToArray();
        var ends = new List<bool>();
        learner.Learn(
            afterStep: l =>
            {
                if (l.History.Count == 4)
                    Assert.All(step.Steps.ToArray().Zip(before), p => Assert.True(p.First < Share * p.Second, $"{p}"));
                ends.Add(step.IsConverged);
                before = l.Meta.Natural.ToArray();
            }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal([0, 1, 1, 0, 0, 0, 0], learner.History.Select(h => Math.Min(h.Diverged.Length, 1)));
        Assert.Equal(7, ends.Count);
        Assert.DoesNotContain(true, ends);
    }

    /// <summary>Curvature 30 bears no rate much above 2 / 30: a first step of .5 diverges, and is halved until it does not.</summary>
    [Fact]
    public void A_run_that_diverges_takes_the_values_back_and_half_the_way()
    {
        var step = new FdsStep<double>(new TrajectoryLoss<double>(), new FdsOptions { LearningRateStep = .5, StoppingShare = 0 });
        MetaLearner<double> learner = Learner(step, new ScheduledSgd<double>(new() { LearningRateValues = 1 }), 1, [1, 1e5], 60);
        learner.Learn(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(.5, learner.Meta.Natural[0]);
        step = new FdsStep<double>(new TrajectoryLoss<double>(), new FdsOptions { LearningRateStep = .5, StoppingShare = 0 });
        learner = Learner(step, new ScheduledSgd<double>(new() { LearningRateValues = 1 }), 3, [1, 1e5], 60);
        learner.Learn(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(["f1"], learner.History[1].Diverged.Select(d => d.Task));
        Assert.Equal(.125, learner.Meta.Natural[0]);
        Assert.Equal([.125, .3 / 4, 4e-4 / 4], step.Steps.ToArray());
        Assert.Equal([0, 0, 0], step.Best.ToArray());

        step = new FdsStep<double>(new TrajectoryLoss<double>(), new FdsOptions { LearningRateStep = .5, StoppingShare = 0 });
        learner = Learner(step, new ScheduledSgd<double>(new() { LearningRateValues = 1 }), 40, [1, 30], 60);
        learner.Learn(cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(learner.History[^1].Value < .5 * learner.History[0].Value);
        Assert.InRange(step.Best[0], 1e-3, 2.0 / 30 * 2);
    }

    /// <summary>What is resumed goes on with the same bits.</summary>
    [Fact]
    public void State_is_all_that_a_resume_needs()
    {
        var step = new FdsStep<double>(new FinalLoss<double>());
        MetaLearner<double> whole = Learner(step, new ScheduledSgd<double>(Values), 8, Curvatures), part = Learner(new(new FinalLoss<double>()), new ScheduledSgd<double>(Values), 5, Curvatures);
        whole.Learn(cancellationToken: TestContext.Current.CancellationToken);
        part.Learn(cancellationToken: TestContext.Current.CancellationToken);
        var rest = new FdsStep<double>(new FinalLoss<double>());
        MetaLearner<double> resumed = Learner(rest, new ScheduledSgd<double>(Values), 8, Curvatures);
        resumed.Restore(part.Meta.Raw, part.Meta.Natural, part.StepState, part.History, part.Statistics);
        resumed.Learn(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(whole.Meta.Natural.ToArray(), resumed.Meta.Natural.ToArray());
        Assert.Equal(step.Best.ToArray(), rest.Best.ToArray());
    }

    [Fact]
    public void Other_rules_and_values_out_of_range_are_refused_by_name()
    {
        var adam = new Adam<double>(new AdamOptions { Learn = ["learning_rate", "beta1"] });
        Assert.Contains("found 'beta1' of the rule 'adam'", Assert.Throws<ArgumentException>(() => Learner(new(new FinalLoss<double>()), adam, 1, Curvatures)).Message, StringComparison.Ordinal);
        foreach (FdsOptions options in new FdsOptions[] { new() { LearningRateStep = 0 }, new() { MomentumStep = -1 }, new() { WeightDecayStep = double.NaN }, new() { StoppingShare = 1 } })
            Assert.Contains("FDS's", Assert.Throws<ArgumentOutOfRangeException>(() => new FdsStep<double>(new FinalLoss<double>(), options)).Message, StringComparison.Ordinal);
    }

    /// <summary>1/2 (w - target)^2 curvature after the run from 0, and its derivative in every value by the printed recursions.</summary>
    private static double[] Hypergradient(int task, double[] values, out double loss)
    {
        double curvature = Curvatures[task], target = Targets[task], w = 0, v = 0;
        double[] z = new double[6], c = new double[6];
        for (int t = 0; t < Steps; t++)
        {
            int rate = 2 * t / Steps, decay = 3 + (3 * t / Steps);
            double a = values[rate], b = values[2], wd = values[decay], g = curvature * (w - target);
            for (int j = 0; j < 6; j++)
            {
                double hz = curvature * z[j], oldZ = z[j];
                z[j] = (oldZ * (1 - (a * wd))) - (a * hz) - (a * b * c[j]) - (j == rate ? g + (wd * w) + (b * v) : j == 2 ? a * v : j == decay ? a * w : 0);
                c[j] = (b * c[j]) + hz + (wd * oldZ) + (j == 2 ? v : j == decay ? w : 0);
            }

            v = (b * v) + g + (wd * w);
            w -= a * v;
        }

        loss = .5 * curvature * (w - target) * (w - target);
        return [.. z.Select(x => curvature * (w - target) * x)];
    }

    private static MetaLearner<double> Learner(FdsStep<double> step, UpdateRule<double> rule, int outerSteps, double[] curvatures, int steps = Steps) => new(
        new TaskFamily<double>(curvatures.Select((a, i) => new ObjectiveTask<double>(
            $"f{i}", () => new QuadraticObjective<double>([a], [a * Targets[i]], .5 * a * Targets[i] * Targets[i]), [0]))),
        rule, new TaskInitialPoint<double>(), new Unroll(steps, FullBatch: true), step, new MetaLearnerOptions { OuterSteps = outerSteps, StoppingChange = 0 });

    private static void Near(double[] expected, ReadOnlySpan<double> found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], found[i], Rounding * Math.Max(1, Math.Abs(expected[i])));
    }
}
