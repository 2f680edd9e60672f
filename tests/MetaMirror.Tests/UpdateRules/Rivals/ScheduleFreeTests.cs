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
        QuadraticObjective<double> f = Bowl();
        var rule = new Chain<double>(new ConstantSchedule<double>(.5), new ScheduleFreeAdamW<double>(Options));
        Descent<double> descent = Begin(f, rule);
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

    [Fact]
    public void A_run_goes_on_bit_for_bit_and_a_carried_one_begins_a_new_average()
    {
        QuadraticObjective<double> f = Bowl();
        var rule = new ScheduleFreeAdamW<double>(Options);
        Descent<double> whole = Begin(f, rule);
        for (int t = 0; t < Steps / 2; t++)
            Advance(whole);
        (double[] theta, double[] memory) = ([.. whole.Theta], [.. whole.Memory]);
        Descent<double> again = Begin(f, rule);
        again.Restore(Steps / 2, theta, memory);
        for (int t = Steps / 2; t < Steps; t++)
        {
            Advance(whole);
            Advance(again);
        }

        Assert.Equal(whole.Theta.ToArray(), again.Theta.ToArray());
        Assert.Equal(whole.State.ToArray(), again.State.ToArray());

        var carried = new Descent<double>(f, rule, new Unroll(Steps, FullBatch: true, Carry: StateCarry.CarryDetached));
        var meta = new MetaParameters<double>([], rule.MetaSpecs(f.Layout), []);
        carried.Start([3, 3], meta, default);
        carried.Run();
        double[] squares = [.. carried.State[2..4]];
        carried.Start([1, 2], meta, default);
        Advance(carried);

        // The first iterate is all of the average, and the second moments went on.
        Assert.Equal(carried.State[..2].ToArray(), carried.Theta.ToArray());
        Assert.NotEqual(0.1 * 9, carried.State[2], 1e-6);
        Assert.All(squares, s => Assert.NotEqual(0, s));
    }

    [Fact]
    public void Gradients_from_outside_are_asked_for_at_y()
    {
        var layout = new ParameterLayout(("0.weight", [2]));
        var rule = new ScheduleFreeAdamW<double>(Options);
        var learned = new LearnedOptimizer<double>("free", rule, [.. new MetaParameters<double>([], rule.MetaSpecs(layout), []).Natural], layout, Steps);
        OptimizerRun<double> run = learned.Start(layout);
        double[] parameters = [1, -1], point = new double[2];
        Assert.Contains("schedule-free takes gradients elsewhere", Assert.Throws<InvalidOperationException>(() => run.Apply([1, 1], parameters)).Message, StringComparison.Ordinal);
        run.GradientPoint(parameters, point);
        Assert.Equal(parameters, point);
        for (int t = 0; t < 5; t++)
        {
            run.GradientPoint(parameters, point);
            run.Apply([(2 * point[0]) + 1, (.5 * point[1]) - 1], parameters);
            double[] before = [.. parameters];
            Assert.Throws<InvalidOperationException>(() => run.Apply([1, 1], parameters));
            Assert.Equal(before, parameters);
        }

        Assert.Equal(5, run.StepsTaken);

        run.GradientPoint(parameters, point);
        Assert.NotEqual(parameters, point);
    }

    [Fact]
    public void Rules_around_it_that_need_gradients_at_theta_refuse_it_by_name()
    {
        var rule = new ScheduleFreeAdamW<double>();
        Assert.Equal("rule", Assert.Throws<ArgumentException>(() => _ = new TrustRegion<double>(1, rule)).ParamName);
        Assert.Equal("target", Assert.Throws<ArgumentException>(() => _ = new BootstrappedMetaGradient<double>(new Sgd<double>(new() { LearningRate = 1 }), rule, new BootstrapOptions { MetaRate = 0.1 })).ParamName);
        Refused(() => _ = new OnlineRate<double>(rule, new OnlineRateOptions { MetaRate = 0.1 }));
        Refused(() => _ = new AveragedRate<double>(rule, new AveragedRateOptions()));
        Refused(() => _ = new BootstrappedMetaGradient<double>(rule, null, new BootstrapOptions { MetaRate = 0.1 }));
        Refused(() => _ = new TrustRegion<double>(1, rule));
        Refused(() => _ = new Chain<double>(rule, rule));

        static void Refused(Action make) => Assert.Contains("schedule-free", Assert.Throws<ArgumentException>(make).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Beside_it_a_chain_takes_what_neither_reads_nor_moves_theta()
    {
        var rule = new ScheduleFreeAdamW<double>();
        Refused("weight-decay", new WeightDecay<double>(.1), rule);
        Refused(new Sgd<double>(new() { LearningRate = 1 }).Name, rule, new Sgd<double>(new() { LearningRate = 1 }));
        Refused("lion", new Chain<double>(new ConstantSchedule<double>(.5), new Lion<double>()), rule);
        Refused("schedule-free", rule, rule);
        var chain = new Chain<double>(new LinearSchedule<double>(.05), new ClipByNorm<double>(1), new Identity<double>(), rule);
        Assert.True(chain.LooksElsewhere && chain.UsesTheta);
        Assert.False(new Chain<double>(new LinearSchedule<double>(.05), new ClipByNorm<double>(1)).UsesTheta);
        Assert.True(new Chain<double>(new WeightDecay<double>(.1), new Sgd<double>(new() { LearningRate = 1 })).UsesTheta);

        static void Refused(string name, params UpdateRule<double>[] rules)
        {
            var error = Assert.Throws<ArgumentException>(() => _ = new Chain<double>(rules));
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
            Assert.Equal("rules", error.ParamName);
        }
    }

    private static QuadraticObjective<double> Bowl() => new([2, 0, 0, .5], [1, -1]);

    private static Descent<double> Begin(QuadraticObjective<double> f, UpdateRule<double> rule)
    {
        var descent = new Descent<double>(f, rule, new Unroll(Steps, FullBatch: true));
        descent.Start([1, 1.5], new MetaParameters<double>([], rule.MetaSpecs(f.Layout), []), default);
        return descent;
    }

    private static void Advance(Descent<double> descent)
    {
        Assert.True(descent.Evaluate());
        descent.Advance();
    }
}
