using MetaMirror.Descents;
using MetaMirror.MetaLearners;
using MetaMirror.Objectives;
using MetaMirror.Storage;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Averaging;
using MetaMirror.UpdateRules.Bootstrapping;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Tests.UpdateRules.Rivals;

/// <summary>Where schedule-free AdamW takes its gradients, and what is deployed.</summary>
public sealed class ScheduleFreeTests
{
    private const int Steps = 40;

    /// <summary>40 steps of ten roundings on numbers of size 1.</summary>
    private const double Rounding = 4e-13;

    private static readonly ScheduleFreeOptions Options = new() { LearningRate = .05, Beta1 = .8, Beta2 = .9, WeightDecay = .01, WarmupShare = .1 };

    [Fact]
    public void A_descent_takes_gradients_at_y_and_hands_out_x()
    {
        QuadraticObjective<double> f = BowlDescent.Bowl();
        var rule = new Chain<double>(new ConstantSchedule<double>(.5), new ScheduleFreeAdamW<double>(Options));
        Descent<double> descent = BowlDescent.Begin(f, rule, Steps, 1, 1.5);
        double[] x = [.. descent.Theta], y = [.. x], z = [.. x], v = new double[2];
        double sum = 0;
        for (int t = 0; t < Steps; t++)
        {
            Assert.True(descent.Evaluate());
            double[] g = [(2 * y[0]) - 1, (.5 * y[1]) + 1];
            double lr = .5 * Options.LearningRate * Math.Min(1, (t + 1) / 4.0) * Math.Sqrt(1 - Math.Pow(.9, t + 1));
            sum += lr * lr;
            for (int i = 0; i < 2; i++)
            {
                Assert.Equal(y[i], descent.Point().Theta[i], Rounding);
                Assert.Equal(g[i], descent.Gradient[i], 4 * Rounding);
                Assert.Equal(x[i], descent.Theta[i], Rounding);
                v[i] = (.9 * v[i]) + (.1 * g[i] * g[i]);
                z[i] -= lr * ((g[i] / (Math.Sqrt(v[i]) + 1e-8)) + (.01 * y[i]));
                x[i] += lr * lr / sum * (z[i] - x[i]);
                y[i] = (.2 * z[i]) + (.8 * x[i]);
            }

            descent.Advance();
        }

        Assert.Equal(x[0], descent.Theta[0], Rounding);
        Assert.True(Math.Abs(y[0] - x[0]) > 1e-4);
    }
}
