using MetaMirror.Descents;
using MetaMirror.Objectives;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Bootstrapping;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Tests.UpdateRules.Bootstrapping;

/// <summary>Rates and paths against the scalar loop, with their cost.</summary>
public sealed class BootstrappedMetaGradientTests
{
    /// <summary>The imaginary step has no truncation error; a run of 14 steps on 7 coordinates of size 1 rounds some thousand times by 1.1e-16, and the quartic amplifies little.</summary>
    private const double Tolerance = 1e-10;

    private const int Steps = 14;
    private const double Rate = 0.02;

    public static TheoryData<string, string?, int, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, string?, int, int>();
            foreach (string rule in new[] { "sgd", "momentum", "adam" })
            {
                for (int k = 1; k <= 5; k++)
                    cases.Add(rule, null, k, 1);
                cases.Add(rule, "sgd", 1, 1);
                cases.Add(rule, "sgd", 3, 2);
                cases.Add(rule, "momentum", 2, 3);
                cases.Add(rule, "adam", 1, 2);
                cases.Add(rule, "optimistic", 4, 1);
            }

            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Rates_and_path_are_those_of_the_scalar_loop(string rule, string? target, int k, int l)
    {
        foreach (RateGranularity granularity in Enum.GetValues<RateGranularity>())
        {
            foreach (RateForm form in new[] { RateForm.Additive, RateForm.Multiplicative })
            {
                // The same size of change for both forms, and with or without the target's factor alpha.
                double beta = (target is null ? 5e-5 : 5e-4) / (form == RateForm.Additive ? 1 : Rate * Rate);
                BootstrapOptions options = Options(k, l) with { Granularity = granularity, Form = form, MetaRate = beta };
                var f = new DriftingQuartic(BootstrapRun.Layout);
                BootstrappedMetaGradient<double> made = BootstrapRun.Of(rule, target, 0.02, options);
                Descent<double> descent = BootstrapRun.Begin(f, made, Steps);
                var scalar = new ScalarBootstrap(f, rule, target, 0.02, options);
                List<double[]> path = scalar.Run(BootstrapRun.Start(f.Layout.Length), Steps);
                for (int t = 0; t < Steps; t++)
                {
                    BootstrapRun.Advance(descent, 1);
                    double error = BootstrapRun.Distance(descent.Theta, path[t + 1]);
                    Assert.True(error <= Tolerance, $"{granularity}, {form}, step {t}: error {error}");
                }

                double[] rates = [.. made.Rates(f.Layout, descent.State)];
                Assert.True(BootstrapRun.Distance(rates, scalar.Rates) <= Tolerance, $"{granularity}, {form}: {string.Join(' ', rates)} for {string.Join(' ', scalar.Rates)}");
                Assert.Contains(rates, w => Math.Abs(w - Rate) > 1e-3 * Rate);

                // One gradient a step, and a product for each learned step but the first of a cycle.
                Assert.Equal(Steps, descent.GradientCount);
                Assert.Equal((Steps - 1) / made.Cycle * (k - 1), descent.HessianVectorCount);
            }
        }
    }

    [Theory]
    [InlineData("sgd", 1, 1)]
    [InlineData("adam", 3, 2)]
    [InlineData("momentum", 2, 3)]
    public void A_run_goes_on_bit_for_bit_from_any_step(string rule, int k, int l)
    {
        var f = new DriftingQuartic(BootstrapRun.Layout);
        BootstrapOptions options = Options(k, l) with { Granularity = RateGranularity.Element, Normalization = RateNormalization.RunningRms };
        Descent<double> whole = BootstrapRun.Begin(f, BootstrapRun.Of(rule, "momentum", 0.02, options), Steps);
        var points = new List<(double[] Theta, double[] Memory)>();
        for (int t = 0; t < Steps; t++)
        {
            points.Add(([.. whole.Theta], [.. whole.Memory]));
            BootstrapRun.Advance(whole, 1);
        }

        for (int t = 0; t < Steps; t++)
        {
            Descent<double> again = BootstrapRun.Begin(f, BootstrapRun.Of(rule, "momentum", 0.02, options), Steps);
            again.Restore(t, points[t].Theta, points[t].Memory);
            BootstrapRun.Advance(again, Steps - t);
            Assert.Equal(whole.Theta.ToArray(), again.Theta.ToArray());
            Assert.Equal(whole.State.ToArray(), again.State.ToArray());
        }
    }

    [Fact]
    public void A_run_with_a_carried_state_keeps_the_rates_and_begins_a_cycle()
    {
        var f = new DriftingQuartic(BootstrapRun.Layout);
        BootstrappedMetaGradient<double> rule = BootstrapRun.Of("sgd", "sgd", 0.02, Options(3, 1));
        Descent<double> descent = BootstrapRun.Begin(f, rule, Steps, carry: StateCarry.CarryDetached);
        BootstrapRun.Advance(descent, 6);
        double[] rates = [.. rule.Rates(f.Layout, descent.State)];
        descent.Start(BootstrapRun.Start(f.Layout.Length), new MetaParameters<double>([], rule.MetaSpecs(f.Layout), []), new BatchKey(6, 0, 0, 0));
        long products = descent.HessianVectorCount;
        BootstrapRun.Advance(descent, 3);
        Assert.Equal(rates, rule.Rates(f.Layout, descent.State).ToArray());
        Assert.Equal(products, descent.HessianVectorCount);
        BootstrapRun.Advance(descent, 1);
        Assert.NotEqual(rates, rule.Rates(f.Layout, descent.State).ToArray());
        Assert.Equal(products + 2, descent.HessianVectorCount);
    }

    [Fact]
    public void A_schedule_in_front_acts_as_one_inside()
    {
        var f = new DriftingQuartic(BootstrapRun.Layout);
        BootstrapOptions options = Options(3, 1) with { MetaRate = 0.1, Granularity = RateGranularity.Block };
        var schedule = new LinearSchedule<double>(0.05);
        UpdateRule<double> front = new Chain<double>(schedule, BootstrapRun.Of("momentum", null, 0, options));
        UpdateRule<double> inside = new BootstrappedMetaGradient<double>(new Chain<double>(schedule, BootstrapRun.Rule("momentum", 1)), null, options);
        Descent<double> a = BootstrapRun.Begin(f, front, Steps), b = BootstrapRun.Begin(f, inside, Steps);
        BootstrapRun.Advance(a, Steps);
        BootstrapRun.Advance(b, Steps);
        Assert.Equal(b.Theta.ToArray(), a.Theta.ToArray());
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        var quadratic = new QuadraticObjective<double>(Matrix(7), Objectives.Draws.Normal<double>(7, 3), layout: BootstrapRun.Layout);
        foreach (RateGranularity granularity in Enum.GetValues<RateGranularity>())
        {
            BootstrapOptions options = Options(3, 2) with { Granularity = granularity, Normalization = RateNormalization.AdaGrad };
            Descent<double> descent = BootstrapRun.Begin(quadratic, BootstrapRun.Of("adam", "optimistic", 0.02, options), 10_000);
            Allocation.AssertNone(() => BootstrapRun.Advance(descent, 8), 5);
        }
    }

    private static BootstrapOptions Options(int k, int l) => new() { Rate = Rate, MetaRate = 0.01, LearnedSteps = k, TargetSteps = l };

    private static double[] Matrix(int n) => [.. Enumerable.Range(0, n * n).Select(i => i % (n + 1) == 0 ? 1.0 : 0.1)];
}
