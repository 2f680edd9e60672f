using MetaMirror.Descents;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tests.Optimism;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Averaging;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Tests.UpdateRules.Online;

/// <summary>Recursions of the literature from the one wrapper, and what it refuses.</summary>
public sealed class OnlineRateTests
{
    /// <summary>Some hundred roundings of 1.1e-16 each.</summary>
    private const double Rounding = 1e-13;

    private const int Steps = 30;
    private static readonly double[] H = [2, .5, .5, 1];

    [Fact]
    public void Hypergradient_descent_is_Baydins_recursion()
    {
        const double alpha = .05, beta = .01;
        var run = new GuidedRun(new OnlineRate<double>(Unit(), new() { Rate = alpha, MetaRate = beta }), [1, 1], Steps, Quadratic);
        double[] x = [1, 1], g = new double[2], last = new double[2];
        double rate = alpha;
        for (int t = 0; t < Steps; t++)
        {
            Quadratic(x, g);
            rate += beta * Vectors.Dot<double>(g, last);
            x = [.. x.Zip(g, (a, b) => a - (rate * b))];
            last = [.. g];
        }

        Near(x, run.End);
    }

    [Fact]
    public void Hypergradient_descent_over_Adam_scales_Adams_direction()
    {
        const double alpha = .01, beta = 1e-3;
        AdamOptions adam = new() { LearningRate = 1 };
        var run = new GuidedRun(new OnlineRate<double>(new Adam<double>(adam), new() { Rate = alpha, MetaRate = beta }), [1, 1], Steps, Quadratic);
        double[] x = [1, 1], g = new double[2], m = new double[2], v = new double[2], u = new double[2];
        double rate = alpha;
        for (int t = 1; t <= Steps; t++)
        {
            Quadratic(x, g);
            rate += beta * Vectors.Dot<double>(g, u);
            for (int i = 0; i < 2; i++)
            {
                m[i] = (adam.Beta1 * m[i]) + ((1 - adam.Beta1) * g[i]);
                v[i] = (adam.Beta2 * v[i]) + ((1 - adam.Beta2) * g[i] * g[i]);
                u[i] = m[i] / (1 - Math.Pow(adam.Beta1, t)) / (Math.Sqrt(v[i] / (1 - Math.Pow(adam.Beta2, t))) + adam.Epsilon);
                x[i] -= rate * u[i];
            }
        }

        Near(x, run.End);
    }

    /// <summary>PAPERS 3.4 (no hint) and 3.5: w += beta g_{t-1} (g_t + y_{t+1} - y_t), with the last gradient, or the one ahead, for y_{t+1}.</summary>
    [Theory]
    [InlineData(RateHint.None)]
    [InlineData(RateHint.LastGradient)]
    [InlineData(RateHint.LookAhead)]
    public void Element_wise_rates_follow_the_printed_recursion(RateHint hint)
    {
        const double alpha = .05, beta = .01;
        var objective = new QuadraticObjective();
        var rule = new OnlineRate<double>(Unit(), new() { Rate = alpha, MetaRate = beta, Granularity = RateGranularity.Element, Hint = hint });
        var descent = new Descent<double>(objective, rule, new Unroll(Steps, FullBatch: true));
        descent.Start([1, 1], new MetaParameters<double>([], rule.MetaSpecs(descent.Layout), []), default);
        descent.Run();

        double[] x = [1, 1], g = new double[2], last = new double[2], y = new double[2], w = [alpha, alpha];
        for (int t = 0; t < Steps; t++)
        {
            Quadratic(x, g);
            double[] next = hint == RateHint.None || t == 0 ? [0, 0] : [.. g];
            if (hint == RateHint.LookAhead && t > 0)
                Quadratic([x[0] - (w[0] * g[0]), x[1] - (w[1] * g[1])], next);
            for (int i = 0; i < 2; i++)
            {
                w[i] += beta * last[i] * (g[i] + next[i] - y[i]);
                x[i] -= w[i] * g[i];
            }

            (last, y) = ([.. g], next);
        }

        Near(x, descent.Theta.ToArray());
        Near(w, rule.Rates(descent.Layout, descent.State).ToArray());
        Assert.Equal(hint == RateHint.LookAhead ? (2 * Steps) - 1 : Steps, descent.GradientCount);
    }

    [Fact]
    public void A_run_with_a_carried_state_begins_at_the_first_rate_and_its_regret_keeps_its_bound()
    {
        foreach (RateGranularity granularity in Enum.GetValues<RateGranularity>())
        {
            var rule = new OnlineRate<double>(Unit(), OnlineRateOptions.Safeguarded(granularity));
            var objective = new QuadraticObjective();
            var meta = new MetaParameters<double>([], rule.MetaSpecs(objective.Layout), []);
            Descent<double> carried = new(objective, rule, new Unroll(Steps, FullBatch: true, Carry: StateCarry.CarryDetached)), fresh = new(objective, rule, new Unroll(Steps, FullBatch: true));
            carried.Start([1, 1], meta, default);
            carried.Run();
            var regret = new OnlineRegret<double>(rule, objective.Layout);
            Assert.Equal(double.PositiveInfinity, regret.Bound);
            carried.Start([-3, 2], meta, default);
            carried.Run(regret);
            fresh.Start([-3, 2], meta, default);
            fresh.Run();
            Assert.Equal(fresh.Theta.ToArray(), carried.Theta.ToArray());
            Assert.Equal(fresh.State.ToArray(), carried.State.ToArray());
            Assert.InRange(regret.LinearRegret, double.NegativeInfinity, regret.Bound);
        }
    }

    [Fact]
    public void A_rule_that_sets_theta_itself_is_refused_inside() => Assert.Contains(
        "averaged-rate", Assert.Throws<ArgumentException>(() => new OnlineRate<double>(new AveragedRate<double>(Unit(), new()), new() { MetaRate = .1 })).Message, StringComparison.Ordinal);

    [Fact]
    public void Rates_stay_in_their_bounds_and_at_one_the_step_is_the_rules_own()
    {
        var adam = new Adam<double>(new() { LearningRate = .1 });
        foreach (RateGranularity granularity in Enum.GetValues<RateGranularity>())
        {
            OnlineRateOptions o = new() { MetaRate = 1e3, Granularity = granularity, Lowest = 1, Highest = 1 };
            Assert.Equal(new GuidedRun(adam, [1, 1], Steps, Quadratic).End, new GuidedRun(new OnlineRate<double>(adam, o), [1, 1], Steps, Quadratic).End);
            foreach (RateForm form in new[] { RateForm.Additive, RateForm.Multiplicative, RateForm.Anchored })
            {
                var rule = new OnlineRate<double>(adam, o with { Lowest = .5, Highest = 3, Form = form });
                var layout = ParameterLayout.Vector(2);
                double[] x = [1, 1], g = new double[2], state = new double[rule.StateLength(layout)], meta = [.. new MetaParameters<double>([], rule.MetaSpecs(layout), []).Natural];
                for (int t = 0; t < Steps; t++)
                {
                    Quadratic(x, g);
                    rule.Step(new() { Step = t, Steps = Steps, Age = t, Layout = layout, Meta = meta, Scratch = new double[rule.ScratchLength(layout)] }, new(x, g, [1.0], state));
                    foreach (double w in rule.Rates(layout, state))
                        Assert.InRange(w, .5, 3);
                }
            }
        }
    }

    /// <summary>Losses times 1,000, steps divided by it: normalized meta-updates move rates by the same factors.</summary>
    [Theory]
    [InlineData(RateForm.Multiplicative, RateNormalization.RunningRms)]
    [InlineData(RateForm.Multiplicative, RateNormalization.AdaGrad)]
    [InlineData(RateForm.Anchored, RateNormalization.AdaGrad)]
    public void Normalized_meta_rates_need_no_scale(RateForm form, RateNormalization normalization)
    {
        // Powers of two: no other rounding.
        const double factor = 1024;
        OnlineRateOptions o = new() { MetaRate = .05, Granularity = RateGranularity.Element, Form = form, Normalization = normalization, Hint = RateHint.LastHypergradient };
        double[] plain = new GuidedRun(new OnlineRate<double>(new Sgd<double>(new() { LearningRate = .125 }), o), [1, 1], Steps, Quadratic).End;
        double[] steep = new GuidedRun(new OnlineRate<double>(new Sgd<double>(new() { LearningRate = .125 / factor }), o), [1, 1], Steps, (x, g) =>
        {
            double loss = factor * Quadratic(x, g);
            Vectors.Scale(factor, g);
            return loss;
        }).End;
        Near(plain, steep);
    }

    [Fact]
    public void What_does_not_fit_is_refused_in_words()
    {
        OnlineRateOptions o = new() { MetaRate = .1 };
        Refused("bounds", o with { Lowest = 0 });
        Refused("bounds", o with { Highest = double.PositiveInfinity });
        Refused("bounds", o with { Rate = 2, Highest = 1 });
        Refused("meta_rate", o with { MetaRate = -1 });
        Refused("meta_rate", o with { MetaRate = double.NaN });
        Refused("NormAveraging", o with { NormAveraging = 1 });
        Refused("HintAveraging", o with { HintAveraging = double.NaN });
        Refused("learning_rate", o with { Learn = ["learning_rate"] });
        Refused("cosine", o with { Granularity = RateGranularity.Element, Normalization = RateNormalization.Cosine });
        Refused("AdaGrad", o with { Form = RateForm.Anchored, Normalization = RateNormalization.RunningRms });
        Refused("found Additive", o with { Memory = .5 });
        Refused("guessed gradients", o with { Form = RateForm.Anchored, Memory = .5, Hint = RateHint.LastGradient, HintAtPresentStep = true });
        Refused("shared rates", o with { Form = RateForm.Anchored, Memory = .5, Granularity = RateGranularity.Element });
        Refused("Budget", o with { Budget = double.NaN });
        Refused("dead zone", o with { Form = RateForm.Anchored, DeadZone = 1 });
        Refused("DeadZone", o with { DeadZone = -1 });
        Refused("Memory", o with { Memory = 1 });
        Refused("HintAtPresentStep", o with { Form = RateForm.Anchored, Hint = RateHint.LastGradient });

        static void Refused(string what, OnlineRateOptions options) =>
            Assert.Contains(what, Assert.ThrowsAny<ArgumentException>(() => new OnlineRate<double>(Unit(), options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Looking_ahead_needs_a_probe_and_has_no_derivative()
    {
        var rule = new OnlineRate<double>(Unit(), new() { MetaRate = .1, Hint = RateHint.LookAhead });
        Assert.False(rule.IsDifferentiable);
        Assert.Contains("gradients come from outside", Assert.Throws<InvalidOperationException>(() => new GuidedRun(rule, [1, 1], 2, Quadratic)).Message, StringComparison.Ordinal);
        var layout = ParameterLayout.Vector(1);
        string message = Assert.Throws<NotSupportedException>(() => rule.Jvp(
            new() { Step = 0, Steps = 1, Age = 0, Layout = layout, Meta = [1, 0, 1, .1], Scratch = new double[9] }, new([1], [1], [1], new double[9]), [0, 0, 0, 0], new([1], [1], [1], new double[9]))).Message;
        Assert.Contains("online-rate(sgd)", message, StringComparison.Ordinal);
        Assert.Contains("looks ahead", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hint_that_is_not_finite_is_seen_as_divergence()
    {
        var rule = new OnlineRate<double>(Unit(), new() { Rate = .1, MetaRate = .1, Hint = RateHint.LookAhead });
        var descent = new Descent<double>(new QuadraticObjective { Cliff = true }, rule, new Unroll(Steps, FullBatch: true));
        descent.Start([1, 1], new MetaParameters<double>([], rule.MetaSpecs(descent.Layout), []), default);
        DescentResult result = descent.Run();
        Assert.True(result.Diverged);
        Assert.Equal("theta", result.Tensor);
    }

    private static Sgd<double> Unit() => new(new() { LearningRate = 1 });

    private static double Quadratic(double[] x, double[] g)
    {
        (g[0], g[1]) = ((H[0] * x[0]) + (H[1] * x[1]) - 1, (H[2] * x[0]) + (H[3] * x[1]) + 1);
        return ((x[0] * (g[0] - 1)) + (x[1] * (g[1] + 1))) / 2;
    }

    private static void Near(double[] expected, double[] found)
    {
        double size = Math.Sqrt(Vectors.SquaredNorm<double>(expected));
        Assert.True(Math.Sqrt(Vectors.SquaredNorm<double>(GuidedRun.Difference(expected, found))) <= Rounding * size, $"expected {string.Join(' ', expected)}, found {string.Join(' ', found)}");
    }

    /// <summary>The quadratic as an objective; with a cliff its gradients at points a rule looks at are not numbers.</summary>
    private sealed class QuadraticObjective : Objective<double>
    {
        private int _evaluations;

        public bool Cliff { get; init; }

        public override ParameterLayout Layout { get; } = ParameterLayout.Vector(2);

        public override double Evaluate(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, Span<double> gradient)
        {
            double[] g = new double[2];
            double loss = Quadratic([theta[0], theta[1]], g);
            if (Cliff && ++_evaluations == 3)
                g[0] = double.NaN;
            g.CopyTo(gradient);
            return loss;
        }

        public override void HessianVectorProducts(
            ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, int count, ReadOnlySpan<double> tangents, Span<double> products) =>
            throw new NotSupportedException("No rule here asks for curvature.");
    }
}
