using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaObjectives;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Hypergradients;

/// <summary>Truncated backpropagation through time against the recursions written out: theta' = theta - e^s v, v' = m v + g with the trial problem's gradients.</summary>
public sealed class WindowedReverseTests
{
    /// <summary>Rounding of two different summation orders over 12 steps.</summary>
    private const double Rounding = 1e-12;

    // Among learning rate, weight decay, momentum, dampening and the loss's own penalty.
    private const int Rate = 0, Momentum = 2, Penalty = 4;

    private static readonly SgdOptions Ball = new() { LearningRate = 0.05, Momentum = 0.8, Learn = ["learning_rate", "momentum"] };

    [Fact]
    public void One_window_over_the_run_is_reverse_mode()
    {
        foreach (MetaObjective<double> objective in (MetaObjective<double>[])[new TrajectoryLoss<double>(), new FinalLoss<double>(), new FinalGradientNorm<double>()])
        {
            var problem = new TrialProblem(new Sgd<double>(Ball), objective, 12, initialPoint: new LearnedInitialPoint<double>([0.5, -0.25]));
            double[] reverse = problem.Compute(new ReverseMode<double>()).Total;
            Assert.Equal(reverse, problem.Compute(new WindowedReverseMode<double>(12)).Total);
            Assert.Equal(reverse, problem.Compute(new WindowedReverseMode<double>(100)).Total);
        }
    }

    /// <summary>Forward mode with the tangents of theta and momentum set to 0 where a window starts, once the loss there has counted.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(4, false)]
    [InlineData(5, false)]
    [InlineData(5, true)]
    [InlineData(12, true)]
    public void Windows_equal_tangents_that_start_again(int window, bool constantGradients)
    {
        const int Steps = 12;
        var problem = new TrialProblem(new Sgd<double>(Ball), new TrajectoryLoss<double>(), Steps, fullBatch: true);
        (double[] found, _, HypergradientReport report) = problem.Compute(new WindowedReverseMode<double>(window, constantGradients));
        double[] expected = Recursion(problem, Steps, window, constantGradients);
        TrialProblem.AssertClose(expected, [found[Rate], found[Momentum], found[Penalty]], Rounding, "windows");
        Assert.Equal(constantGradients ? 0 : Steps, report.HessianVectorProducts);
        Assert.Equal(found, problem.Compute(new WindowedReverseMode<double>(window, constantGradients, new ReverseOptions { StoredSteps = 2 })).Total);
    }

    [Fact]
    public void A_window_without_steps_is_refused() =>
        Assert.Contains("at least one step", Assert.Throws<ArgumentOutOfRangeException>(() => new WindowedReverseMode<double>(0)).Message, StringComparison.Ordinal);

    private static double[] Recursion(TrialProblem problem, int steps, int window, bool constantGradients)
    {
        QuarticObjective loss = new(TrialProblem.H2, [1, -1], true);
        double[] meta = problem.Meta.Natural.ToArray(), total = new double[3];
        foreach ((int i, int which) in ((int, int)[])[(0, Rate), (1, Momentum), (2, Penalty)])
        {
            double[] theta = [0.5, -0.25], v = [0, 0], dTheta = [0, 0], dv = [0, 0], g = [0, 0], hv = [0, 0];
            double rate = meta[Rate], momentum = meta[Momentum], dRate = which == Rate ? 1 : 0, dMomentum = which == Momentum ? 1 : 0, dPenalty = which == Penalty ? 1 : 0;
            for (int t = 0; t < steps; t++)
            {
                loss.Evaluate(theta, meta.AsSpan(Penalty), BatchKey.Full, g);
                total[i] += (Vectors.Dot<double>(g, dTheta) + (dPenalty / 2 * Vectors.SquaredNorm<double>(theta))) / steps;
                if (t % window == 0)
                    (dTheta, dv) = ([0, 0], [0, 0]);
                loss.HessianVectorProducts(theta, meta.AsSpan(Penalty), BatchKey.Full, 1, dTheta, hv);
                for (int k = 0; k < 2; k++)
                {
                    double dg = constantGradients ? 0 : hv[k] + (dPenalty * theta[k]);
                    dv[k] = (dMomentum * v[k]) + (momentum * dv[k]) + dg;
                    v[k] = (momentum * v[k]) + g[k];
                    dTheta[k] -= (dRate * v[k]) + (rate * dv[k]);
                    theta[k] -= rate * v[k];
                }
            }
        }

        return total;
    }

    [Fact]
    public void Estimators_that_leave_something_out_say_so_by_name()
    {
        Assert.Equal(
            ["forward", "forward, products clipped", "windowed-reverse-3", "windowed-reverse-3, gradients constant"],
            new Hypergradient<double>[] { new ForwardMode<double>(), new ForwardMode<double>(100), new WindowedReverseMode<double>(3), new WindowedReverseMode<double>(3, constantGradients: true) }.Select(h => h.Name));
    }
}
