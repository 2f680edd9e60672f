using MetaMirror.Descents;
using MetaMirror.MetaLearners;
using MetaMirror.MetaObjectives;
using MetaMirror.Numerics;
using MetaMirror.InitialPoints;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>What averages of iterates promise beyond the contract.</summary>
public sealed class AveragedIteratesTests
{
    private const int Steps = 60;

    /// <summary>60 steps of a handful of roundings on numbers of size 1.</summary>
    private const double Rounding = 1e-13;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Iterates_are_weighed_by_rising_factorials_of_their_number_which_are_powers_for_long_runs(int power)
    {
        // Gradient descent takes the same steps inside; with eta = p the weight of w_t, t from 1, is (t)(t + 1)...(t + p - 1), t^p to first order.
        QuadraticObjective<double> f = BowlDescent.Bowl();
        Descent<double> plain = BowlDescent.Begin(f, Gradient(), Steps), averaged = BowlDescent.Begin(f, new AveragedIterates<double>(Gradient(), power), Steps);
        double[] sum = new double[2];
        double weights = 0;
        for (int t = 1; t <= Steps; t++)
        {
            BowlDescent.Advance(plain);
            BowlDescent.Advance(averaged);
            double weight = Enumerable.Range(t, power).Aggregate(1.0, (product, k) => product * k);
            weights += weight;
            for (int i = 0; i < 2; i++)
            {
                sum[i] += weight * plain.Theta[i];
                Assert.Equal(sum[i] / weights, averaged.Theta[i], Rounding);
                Assert.Equal(plain.Theta[i], averaged.State[i], 0.0);
            }
        }
    }

    [Fact]
    public void Noise_of_gradients_leaves_less_in_the_average_than_in_the_last_iterate()
    {
        // theta is pulled to 0 by theta + noise: a stationary walk, of which the average over about the last ninth of 900 steps has far less variance.
        var layout = ParameterLayout.Vector(64);
        var rule = new AveragedIterates<double>(Gradient());
        double[] theta = new double[64], point = new double[64], state = new double[rule.StateLength(layout)], meta = [.. new MetaParameters<double>([], rule.MetaSpecs(layout), []).Natural];
        var stream = new RandomStream(new StreamKey(7, 0, 0, StreamPurpose.Test, 0));
        double[] noise = new double[64], scale = new double[1];
        for (int t = 0; t < 900; t++)
        {
            var context = new StepContext<double> { Step = t, Steps = 900, Age = t, Layout = layout, Meta = meta, Scratch = new double[rule.ScratchLength(layout)] };
            rule.GradientPoint(context, theta, state, point);
            stream.FillNormal<double>(noise);
            scale[0] = 1;
            for (int i = 0; i < 64; i++)
                noise[i] += point[i];
            rule.Step(context, new Iterate<double>(theta, noise, scale, state));
        }

        // With step 0.4 the walk forgets in 2 or 3 steps; over a hundred the mean square falls by some 20.
        Assert.True(Vectors.Dot<double>(theta, theta) < .1 * Vectors.Dot<double>(state.AsSpan(0, 64), state.AsSpan(0, 64)));
    }

    [Fact]
    public void Candidates_are_judged_by_what_would_be_deployed()
    {
        // One step of length 1 lands beyond the minimum at distance 1 from it, and the next one back: the iterates never get nearer, their mean does.
        QuadraticObjective<double> f = new([1, 0, 0, 1], [0, 0]);
        var jumping = new Sgd<double>(new SgdOptions { LearningRate = 2 });
        Assert.Equal(.5, MeanLoss(f, jumping), Rounding);
        double averaged = MeanLoss(f, new AveragedIterates<double>(jumping, 0));

        // theta_t of a jump from 1 to -1 and back with p = 0: 1, then the means -1, 0, -1/3, 0, -1/5, ...
        double expected = .5 * (1 + Enumerable.Range(1, Steps - 1).Where(t => t % 2 == 1).Sum(t => 1.0 / (t * t))) / Steps;
        Assert.Equal(expected, averaged, Rounding);
    }

    [Fact]
    public void Rules_that_look_elsewhere_and_powers_out_of_range_are_refused()
    {
        Assert.Contains("averaged-iterates", Assert.Throws<ArgumentException>(() => _ = new AveragedIterates<double>(new ScheduleFreeAdamW<double>())).Message, StringComparison.Ordinal);
        Assert.Equal("power", Assert.Throws<ArgumentOutOfRangeException>(() => _ = new AveragedIterates<double>(Gradient(), -1)).ParamName);
        Assert.Equal("power", Assert.Throws<ArgumentOutOfRangeException>(() => _ = new AveragedIterates<double>(Gradient(), double.PositiveInfinity)).ParamName);
        Assert.Contains("its gradients are not taken at theta", Assert.Throws<NotSupportedException>(() => new AveragedIterates<double>(Gradient()).Jvp(default, default, default, default)).Message, StringComparison.Ordinal);
    }

    private static double MeanLoss(QuadraticObjective<double> f, UpdateRule<double> rule)
    {
        var tasks = new TaskFamily<double>([new ObjectiveTask<double>("bowl", () => f, [1, 0])]);
        var learner = new MetaLearner<double>(
            tasks, rule, new TaskInitialPoint<double>(), new Unroll(Steps, FullBatch: true), new EvaluationStep<double>(new TrajectoryLoss<double>()), new MetaLearnerOptions { OuterSteps = 1, TasksPerStep = 1 });
        learner.Learn(cancellationToken: TestContext.Current.CancellationToken);
        return learner.History[0].Value;
    }

    private static Sgd<double> Gradient() => new(new SgdOptions { LearningRate = .4 });
}
