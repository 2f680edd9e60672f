using MetaMirror.Descents;
using MetaMirror.Objectives;
using MetaMirror.Tests.Cases;
using MetaMirror.Tests.Hypergradients;
using MetaMirror.Tests.Optimism;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules.Online;

/// <summary>OSGM-Best against its authors' lines, written as a scalar loop; what it is good for, and what it refuses.</summary>
public sealed class OsgmTests
{
    private const int Steps = 40;

    /// <summary>Some hundred roundings of 1.1e-16 a step, carried through 40 steps of a descent that contracts.</summary>
    private const double Rounding = 1e-10;

    private static readonly BatchKey Run = new(3, 0, 1, 2);

    [Theory]
    [InlineData(.1, 10, .95, true), InlineData(.3, 1, .5, false), InlineData(.5, 0, 0, false), InlineData(3, 100, .95, true)]
    public void Steps_equal_the_scalar_loop(double rate, double momentumRate, double momentum, bool fullBatch)
    {
        var objective = new QuarticObjective(TrialProblem.H2, [1, -1]);
        var rule = new Osgm<double>(new() { LearningRate = rate, MomentumRate = momentumRate, InitialMomentum = momentum });
        Descent<double> descent = Descent(objective, rule, fullBatch);
        descent.Start([.5, -.25], new MetaParameters<double>([], rule.MetaSpecs(descent.Layout), []), Run);
        descent.Run();

        double[] x = [.5, -.25], old = [.5, -.25], p = [0, 0], sums = [0, 0], g = new double[2], ahead = new double[2];
        double b = momentum, sum = 0;
        int taken = 0;
        for (int t = 0; t < Steps; t++)
        {
            BatchKey batch = fullBatch ? BatchKey.Full : Run.At(t);
            double loss = objective.Evaluate(x, [], batch, g);
            double[] move = [x[0] - old[0], x[1] - old[1]], trial = [x[0] - (p[0] * g[0]) + (b * move[0]), x[1] - (p[1] * g[1]) + (b * move[1])];
            double there = objective.Evaluate(trial, [], batch, ahead);
            double norm = (g[0] * g[0]) + (g[1] * g[1]), moved = (move[0] * move[0]) + (move[1] * move[1]);
            for (int i = 0; i < 2; i++)
            {
                double u = -ahead[i] * g[i] / (norm + (moved / rate));
                sums[i] += u * u;
                p[i] -= rate * u / (Math.Sqrt(sums[i]) + 1e-12);
            }

            double w = ((ahead[0] * move[0]) + (ahead[1] * move[1])) / (norm + 1e-12);
            sum += w * w;
            b = Math.Min(Math.Max(b - (momentumRate * w / (Math.Sqrt(sum) + 1e-12)), -1), 1);
            if (there < loss)
            {
                (old, x) = (x, trial);
                taken++;
            }
        }

        Near(x, descent.Theta);
        Near(p, Osgm<double>.Rates(descent.State));
        Assert.Equal(b, Osgm<double>.Momentum(descent.State), Rounding);
        Assert.Equal(2 * Steps, descent.GradientCount);
        Assert.InRange(taken, 1, Steps - 1);
    }

    /// <summary>Curvatures of 1 and .01: one rate takes hundreds of steps where two take some tens. Full batches never go up.</summary>
    [Fact]
    public void Full_batches_descend_at_every_step_and_rates_follow_the_curvature()
    {
        var objective = new QuadraticObjective<double>([1, 0, 0, .01], [1, .01], .5 + .005);
        var rule = new Osgm<double>(new() { LearningRate = 1 });
        Descent<double> descent = Descent(objective, rule, fullBatch: true, 100);
        descent.Start([0, 0], new MetaParameters<double>([], rule.MetaSpecs(descent.Layout), []), Run);
        double last = double.PositiveInfinity;
        while (descent.Position < 100)
        {
            Assert.True(descent.Evaluate());
            Assert.True(descent.Loss <= last);
            last = descent.Loss;
            descent.Advance();
        }

        double slow = .5 * .01 * Math.Pow(1 - .01, 200);
        Assert.True(last < .1 * slow, $"{last} at the end; gradient descent at rate 1 has {slow}");
    }

    [Fact]
    public void A_carried_state_keeps_rates_and_forgets_the_last_move()
    {
        var objective = new QuadraticObjective<double>([1, 0, 0, .1], [1, 0]);
        var rule = new Osgm<double>();
        var descent = new Descent<double>(objective, rule, new Unroll(1, FullBatch: true, Carry: StateCarry.CarryDetached));
        var meta = new MetaParameters<double>([], rule.MetaSpecs(objective.Layout), []);
        descent.Start([0, 1], meta, Run);
        descent.Run();
        Assert.Equal([.1, .1], Osgm<double>.Rates(descent.State).ToArray().Select(r => Math.Round(r, 9)));
        descent.Start([-1, 2], meta, Run);
        descent.Run();
        Assert.Equal([-1 + (.1 * 2), 2 - (.1 * .2)], descent.Theta.ToArray().Select(r => Math.Round(r, 9)));
    }

    [Fact]
    public void Zero_gradients_change_nothing_and_steps_allocate_nothing()
    {
        var flat = new QuadraticObjective<double>([0], [0]);
        var rule = new Osgm<double>();
        Descent<double> descent = Descent(flat, rule, fullBatch: true);
        descent.Start([3], new MetaParameters<double>([], rule.MetaSpecs(descent.Layout), []), Run);
        descent.Run();
        Assert.Equal([3], descent.Theta.ToArray());
        Assert.Equal(0, Osgm<double>.Rates(descent.State)[0]);

        Descent<double> running = Descent(new QuarticObjective(TrialProblem.H2, [1, -1]), rule, fullBatch: true, 1000);
        running.Start([.5, -.25], new MetaParameters<double>([], rule.MetaSpecs(running.Layout), []), Run);
        Allocation.AssertNone(
            () =>
            {
                running.Evaluate();
                running.Advance();
            }, 50);
    }

    [Fact]
    public void Gradients_from_outside_derivatives_and_values_out_of_range_are_refused_by_name()
    {
        Assert.Contains("osgm tries its steps", Assert.Throws<InvalidOperationException>(() => new GuidedRun(new Osgm<double>(), [1, 1], 2, (x, g) => g[0] = g[1] = 1)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "osgm has no derivative: it learns its rates", Assert.Throws<NotSupportedException>(() => new Osgm<double>().Jvp(default, default, [], default)).Message, StringComparison.Ordinal);
        foreach (OsgmOptions options in new OsgmOptions[] { new() { LearningRate = 0 }, new() { MomentumRate = -1 }, new() { InitialMomentum = 1.5 } })
            Assert.Contains("of osgm must be", Assert.Throws<ArgumentOutOfRangeException>(() => new Osgm<double>(options)).Message, StringComparison.Ordinal);
    }

    /// <summary>The trial step of the second step leads to where the loss has no gradient.</summary>
    [Fact]
    public void A_trial_step_that_is_not_finite_is_seen_as_divergence()
    {
        var rule = new Osgm<double>(new() { LearningRate = 1e200 });
        Descent<double> descent = Descent(new QuarticObjective(TrialProblem.H2, [1, -1]), rule, fullBatch: true);
        descent.Start([.5, -.25], new MetaParameters<double>([], rule.MetaSpecs(descent.Layout), []), Run);
        Assert.True(descent.Run().Diverged);
        Assert.Equal([.5, -.25], descent.Theta.ToArray());
    }

    private static Descent<double> Descent(Objective<double> objective, UpdateRule<double> rule, bool fullBatch, int steps = Steps) => new(objective, rule, new Unroll(steps, fullBatch));

    private static void Near(double[] expected, ReadOnlySpan<double> found)
    {
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], found[i], Rounding * Math.Max(1, Math.Abs(expected[i])));
    }
}
