using MetaMirror.Descents;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaObjectives;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Averaging;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Tests.UpdateRules.Averaging;

/// <summary>Averaged iterates whose rate is learned: formulas, what is left at rate 0, robustness, refusals.</summary>
public sealed class AveragedRateTests
{
    /// <summary>40 steps, each of some ten roundings of 1.1e-16, on numbers of size 1; cosines of 1,500 numbers add up to 40 more.</summary>
    private const double Rounding = 1e-12;

    private const int Steps = 40;

    public static TheoryData<int, RateGranularity, bool> Cases
    {
        get
        {
            var cases = new TheoryData<int, RateGranularity, bool>();
            foreach (int n in new[] { 1, 2, 5, 8, 1024, 1500 })
            {
                foreach (bool optimistic in new[] { true, false })
                {
                    cases.Add(n, RateGranularity.Scalar, optimistic);
                    cases.Add(n, RateGranularity.Element, optimistic);
                }
            }

            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_run_is_that_of_the_scalar_loop(int n, RateGranularity granularity, bool optimistic)
    {
        // A large share rate and a small range: clipping is met as well.
        AveragedRateOptions o = new() { Rate = 0.05, Granularity = granularity, IsOptimistic = optimistic, ShareRate = 0.4, ShareRange = 2, Memory = 0.97, Power = 1.5 };
        QuadraticObjective<double> f = Bowl(n);
        Descent<double> descent = Begin(f, Over(o), Steps);
        var scalar = new ScalarAverage(o, [.. descent.Theta]);
        for (int t = 0; t < Steps; t++)
        {
            Assert.True(descent.Evaluate());
            scalar.Step([.. descent.Gradient]);
            descent.Advance();
            Near(scalar.Theta, descent.Theta);
        }

        Assert.Equal(scalar.LogScale, descent.State[0], Rounding);
        Near(scalar.Mean, Over(o).Average(descent.Layout, descent.State));
        if (granularity == RateGranularity.Element)
            Near(scalar.Share, descent.State.Slice(2 + (4 * n), n));
        Assert.True(Math.Abs(scalar.LogScale) > 0.1, $"scale {scalar.LogScale}");
        Assert.Equal(Steps, descent.GradientCount);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void With_meta_rates_of_zero_it_averages_gradient_descent_with_weights_t_to_the_p(int power)
    {
        const double rate = 0.2;
        AveragedRateOptions o = new() { Rate = rate, MetaRate = 0, ShareRate = 0, Power = power, Interpolation = 0 };
        QuadraticObjective<double> f = Bowl(3);
        AveragedRate<double> rule = Over(o);
        Descent<double> averaged = Begin(f, rule, Steps), plain = Begin(f, new Sgd<double>(new SgdOptions { LearningRate = rate }), Steps);
        double[] sum = new double[3];
        double weights = 0;
        for (int t = 1; t <= Steps; t++)
        {
            Advance(averaged);
            Advance(plain);
            Near([.. plain.Theta], averaged.Theta);
            double alpha = Math.Pow(t, power);
            weights += alpha;
            Vectors.AddScaled(alpha, plain.Theta, sum);
            Near([.. sum.Select(s => s / weights)], rule.Average(averaged.Layout, averaged.State));
        }
    }

    [Fact]
    public void From_any_rate_to_start_from_it_comes_close_on_a_bowl()
    {
        // Curvatures 1 to 100: gradient descent diverges with a rate above .02, and with 1e-6 nearly the whole gap along curvature 1 is left after 1,000 steps.
        var f = new QuadraticObjective<double>([1, 0, 0, 0, 10, 0, 0, 0, 100], [1, 1, 1]);
        foreach (RateGranularity granularity in new[] { RateGranularity.Scalar, RateGranularity.Element })
        {
            foreach (double rate in new[] { 1e-6, 1e-4, 1e-2, 1e-1 })
            {
                Descent<double> descent = Begin(f, Over(new AveragedRateOptions { Rate = rate, Granularity = granularity }), 1000);
                double first = Gap(descent);
                for (int t = 0; t < 1000; t++)
                    Advance(descent);
                Assert.True(Gap(descent) < 1e-6 * first, $"{granularity}, {rate}: {Gap(descent)} of {first}");
            }
        }

        // The minimum is -(1 + 1/10 + 1/100)/2.
        static double Gap(Descent<double> descent)
        {
            Assert.True(descent.Evaluate());
            return descent.Loss + 0.555;
        }
    }

    [Fact]
    public void A_run_goes_on_bit_for_bit_and_a_carried_one_keeps_its_scale()
    {
        AveragedRate<float> rule = new(new Adam<float>(new AdamOptions { LearningRate = 1 }), new AveragedRateOptions());
        var f = new QuadraticObjective<float>([2, 0.5f, 0.5f, 1], [1, -1]);
        Descent<float> whole = Begin(f, rule, Steps);
        for (int t = 0; t < Steps / 2; t++)
            Advance(whole);
        (float[] theta, float[] memory) = ([.. whole.Theta], [.. whole.Memory]);
        for (int t = Steps / 2; t < Steps; t++)
            Advance(whole);
        Descent<float> again = Begin(f, rule, Steps);
        again.Restore(Steps / 2, theta, memory);
        for (int t = Steps / 2; t < Steps; t++)
            Advance(again);
        Assert.Equal(whole.Theta.ToArray(), again.Theta.ToArray());
        Assert.Equal(whole.State.ToArray(), again.State.ToArray());

        var carried = new Descent<float>(f, rule, new Unroll(Steps, FullBatch: true, Carry: StateCarry.CarryDetached));
        var meta = new MetaParameters<float>([], rule.MetaSpecs(f.Layout), []);
        carried.Start([3, 3], meta, default);
        carried.Run();
        float scale = carried.State[0];
        carried.Start([1, 2], meta, default);
        Advance(carried);
        Assert.NotEqual(0, scale);
        Assert.Equal(scale, carried.State[0]);

        // One step into a run the average is the only iterate there is.
        Assert.Equal(carried.State.Slice(2, 2).ToArray(), rule.Average(f.Layout, carried.State).ToArray());
    }

    [Fact]
    public void Zero_gradients_move_nothing()
    {
        var flat = new QuadraticObjective<double>(new double[4], [0, 0]);
        Descent<double> descent = Begin(flat, Over(new AveragedRateOptions()), Steps);
        double[] start = [.. descent.Theta];
        Assert.False(descent.Run().Diverged);
        Near(start, descent.Theta);
        Assert.Equal(0, descent.State[0]);
    }

    /// <summary>In float: products that leave its range, squares that do, and a direction without gradient.</summary>
    [Theory]
    [InlineData(1e-42f)]
    [InlineData(1e-30f)]
    [InlineData(1e25f)]
    public void Gradients_near_the_ends_of_their_range_leave_no_trace(float size)
    {
        AveragedRate<float> rule = new(new Sgd<float>(new SgdOptions { LearningRate = 1 }), new AveragedRateOptions());
        var layout = ParameterLayout.Vector(9);
        float[] theta = new float[9], state = new float[rule.StateLength(layout)], meta = [.. new MetaParameters<float>([], rule.MetaSpecs(layout), []).Natural];
        for (int t = 0; t < Steps; t++)
        {
            // One step of such gradients among ordinary ones.
            float[] g = [.. Enumerable.Range(0, 9).Select(i => i == 0 ? 0 : t == 5 ? size * (i % 2) : MathF.Sin(i + t))];
            rule.Step(new() { Step = t, Steps = Steps, Age = t, Layout = layout, Meta = meta, Scratch = new float[rule.ScratchLength(layout)] }, new(theta, g, [1f], state));
            Assert.True(Vectors.AllFinite<float>(state), $"state at step {t}");
            Assert.True(Vectors.AllFinite<float>(theta), $"theta at step {t}");
        }

        float[] shares = state[^27..^18];
        Assert.Contains(shares, s => s != 1);
    }

    [Fact]
    public void A_rate_that_grew_while_gradients_were_small_makes_no_long_step()
    {
        AveragedRate<double> rule = Over(new AveragedRateOptions { IsOptimistic = false, Granularity = RateGranularity.Scalar });
        var layout = ParameterLayout.Vector(1);
        double[] theta = [0], state = new double[rule.StateLength(layout)], meta = [.. new MetaParameters<double>([], rule.MetaSpecs(layout), []).Natural];
        double last = 0, longest = 0;
        for (int t = 0; t < 30; t++)
        {
            double z = state[2];
            rule.Step(new() { Step = t, Steps = 30, Age = t, Layout = layout, Meta = meta, Scratch = new double[rule.ScratchLength(layout)] }, new(theta, [t == 29 ? 1e6 : 1e-3], [1.0], state));
            last = Math.Abs(state[2] - z);
            if (t < 29)
                longest = Math.Max(longest, last);
        }

        // Always downhill: the scale grew by e^.2 a step, and the moves with it.
        Assert.True(state[0] > 5, $"ln scale {state[0]}");
        Assert.InRange(last, 0, 3 * longest);
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        foreach (RateGranularity granularity in new[] { RateGranularity.Scalar, RateGranularity.Element })
        {
            Descent<double> descent = Begin(Bowl(5), Over(new AveragedRateOptions { Granularity = granularity }), 100_000);
            Allocation.AssertNone(() => Advance(descent), 20);
        }
    }

    [Fact]
    public void Hypergradients_refuse_it_by_name()
    {
        var task = new ObjectiveTask<double>("bowl", () => Bowl(2), [1, 1]);
        var problem = new InnerProblem<double>(task, Over(new AveragedRateOptions()), new TaskInitialPoint<double>(), new Unroll(3, FullBatch: true));
        MetaParameters<double> meta = problem.CreateMetaParameters();
        var error = Assert.ThrowsAny<Exception>(() => new ReverseMode<double>().Compute(problem, new FinalLoss<double>(), meta, default, new double[meta.Length], new double[meta.Length]));
        Assert.Contains("averaged-rate(sgd)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_their_range_are_named()
    {
        Refused("rate", new() { Rate = 0 });
        Refused("meta_rate", new() { MetaRate = -1 });
        Refused("ShareRate", new() { ShareRate = 2 });
        Refused("ShareRange", new() { ShareRange = 1 });
        Refused("ShareRange", new() { ShareRange = 1e7 });
        Refused("Power", new() { Power = -1 });
        Refused("Interpolation", new() { Interpolation = 1 });
        Refused("Memory", new() { Memory = double.NaN });
        Refused("Block", new() { Granularity = RateGranularity.Block });

        static void Refused(string name, AveragedRateOptions options) =>
            Assert.Contains(name, Assert.ThrowsAny<ArgumentException>(() => Over(options)).Message, StringComparison.Ordinal);
    }

    private static AveragedRate<double> Over(AveragedRateOptions options) => new(new Sgd<double>(new SgdOptions { LearningRate = 1 }), options);

    private static QuadraticObjective<double> Bowl(int n)
    {
        var h = new double[n * n];
        for (int i = 0; i < n; i++)
            h[(i * n) + i] = 1 + (i % 7 / 7.0);
        return new QuadraticObjective<double>(h, [.. Enumerable.Range(0, n).Select(i => Math.Sin(i + 1.0))]);
    }

    private static Descent<T> Begin<T>(QuadraticObjective<T> f, UpdateRule<T> rule, int steps)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        var descent = new Descent<T>(f, rule, new Unroll(steps, FullBatch: true));
        T[] start = [.. Enumerable.Range(0, f.Layout.Length).Select(i => T.CreateChecked(Math.Cos(i)))];
        descent.Start(start, new MetaParameters<T>([], rule.MetaSpecs(f.Layout), []), default);
        return descent;
    }

    private static void Advance<T>(Descent<T> descent)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        descent.Evaluate();
        descent.Advance();
    }

    private static void Near(double[] expected, ReadOnlySpan<double> found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - found[i]) <= Rounding * Math.Max(1, Math.Abs(expected[i])), $"entry {i}: {found[i]} for {expected[i]}");
    }
}
