using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.Objectives;
using MetaMirror.Storage;
using MetaMirror.Tests.Cases;
using MetaMirror.Tests.Hypergradients;
using MetaMirror.Tests.Optimism;
using MetaMirror.Tests.Storage;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules.Online;

/// <summary>OSGM-Best against its authors' lines, written as a scalar loop; what it is good for, and what it refuses.</summary>
public sealed class OsgmTests
{
    /// <summary>With so few planned steps L is known after more than 20 accepted ones.</summary>
    private const int Planned = 80;

    /// <summary>Some hundred roundings of 1.1e-16 a step, carried through up to 2,000 steps of a descent that contracts.</summary>
    private const double Rounding = 1e-10;

    /// <summary>The authors' decay of the guess's step after every 50 steps, and its floor.</summary>
    private const double Decay = .8, LeastShare = 1e-3;

    private static readonly BatchKey Run = new(3, 0, 1, 2);

    /// <summary>L is known at the accepted step after the 20th, a quarter of the run, or the 200th; by then the guess has decayed so many times.</summary>
    [Theory]
    [InlineData(.1, 1, .95, true, Planned, 21, 0)]
    [InlineData(3, 1, .95, true, Planned, 21, 0)]
    [InlineData(.2, .1, .8, true, Planned, 21, 0)]
    [InlineData(.3, 1, .5, false, Planned, 21, 0)]
    [InlineData(.5, 0, 0, false, Planned, 21, 0)]
    [InlineData(.02, 1, .95, true, 400, 101, 2)]
    [InlineData(.01, .1, .5, true, 400, 101, 3)]
    [InlineData(.02, 1, .95, true, 2000, 201, 4)]
    public void Steps_equal_the_authors_loop(double rate, double momentumRate, double momentum, bool looksAhead, int planned, int accepted, int decays)
    {
        var options = new OsgmOptions { LearningRate = rate, MomentumRate = momentumRate, InitialMomentum = momentum };
        DelegateObjective<double> objective = Disagreeing(1);
        Descent<double> descent = Begin(objective, new Osgm<double>(options), [.5, -.25], fullBatch: false, planned);
        OsgmReference expected = OsgmReference.At([.5, -.25], options, planned);
        int decayed = 0;
        for (int t = 0; t < planned; t++)
        {
            Assert.True(descent.Evaluate());
            descent.Advance();
            expected.Step((x, g) => objective.Evaluate(x, [], Run.At(t), g));
            Near(expected.X, descent.Theta);
            Near(expected.P, Osgm<double>.Rates(descent.State));
            Near(expected.G, descent.State.Slice(2, 2));
            Assert.Equal(expected.Beta, Osgm<double>.Momentum(descent.State), Rounding);
            Near([expected.IsLEstDynamic ? 0 : expected.LEst], [Osgm<double>.Smoothness(descent.State)]);
            Near([expected.LrP], [StepOf(descent)]);
            if (!expected.IsLEstDynamic)
                continue;
            decayed = (t + 2) / 50;
            Assert.Equal(rate * Math.Pow(Decay, decayed), StepOf(descent), Rounding * rate);
        }

        // Both times, null steps and line searches of several trials were among them.
        Assert.False(expected.IsLEstDynamic);
        Assert.Equal((accepted, decays), ((int)descent.State[^2], decayed));
        Assert.InRange(expected.NullSteps, 1, planned / 2);
        Assert.Equal(looksAhead, expected.LookAheads > 0);
        Assert.Equal(looksAhead, expected.Gradients > (2 * planned) + expected.LookAheads);
        Assert.Equal(expected.Gradients, descent.GradientCount);
    }

    /// <summary>Curvatures of 1 and .01: one rate of 1 takes hundreds of steps, two rates some tens. Losses end at the rounding of terms of 1/2.</summary>
    [Fact]
    public void Full_batches_never_go_up_and_rates_follow_the_curvature()
    {
        double slow = .5 * .01 * Math.Pow(1 - .01, 200);
        Assert.InRange(Valley<double>(), -1e-15, .01 * slow);
        Assert.InRange(Valley<float>(), -1e-6, .01 * slow);
    }

    /// <summary>f c and rate / c with c a power of 2 and L above 1: the same path, but for the two 1e-12 beside squares and sums of about 1e-3 or more, in 80 steps.</summary>
    [Fact]
    public void Scaled_losses_with_rates_scaled_back_give_the_same_path()
    {
        const double factor = 16, tolerance = 1e-6;
        Descent<double> one = Begin(Disagreeing(1), new Osgm<double>(new() { LearningRate = .25 }), [.5, -.25], fullBatch: false);
        Descent<double> other = Begin(Disagreeing(factor), new Osgm<double>(new() { LearningRate = .25 / factor }), [.5, -.25], fullBatch: false);
        for (int t = 0; t < Planned; t++)
        {
            Assert.True(one.Evaluate() && other.Evaluate());
            one.Advance();
            other.Advance();
            for (int i = 0; i < 2; i++)
            {
                Assert.Equal(one.Theta[i], other.Theta[i], tolerance);
                Assert.Equal(Osgm<double>.Rates(one.State)[i], factor * Osgm<double>.Rates(other.State)[i], tolerance);
            }
        }

        double l = Osgm<double>.Smoothness(one.State);
        Assert.InRange(l, 1, 10);
        Assert.Equal(l, Osgm<double>.Smoothness(other.State) / factor, tolerance);
    }

    [Fact]
    public void A_saved_rule_goes_on_from_a_kept_state_with_the_same_bits()
    {
        Resumed<double>();
        Resumed<float>();
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
        Assert.Equal([0, 1], descent.Theta.ToArray());
        Assert.Equal([.1, .1], Osgm<double>.Rates(descent.State).ToArray().Select(r => Math.Round(r, 9)));
        descent.Start([-1, 2], meta, Run);
        descent.Run();
        Assert.Equal([-1 + (.1 * 2), 2 - (.1 * .2)], descent.Theta.ToArray().Select(r => Math.Round(r, 9)));
    }

    [Fact]
    public void Zero_gradients_change_nothing()
    {
        var flat = new QuadraticObjective<double>([0], [0]);
        Descent<double> descent = Begin(flat, new Osgm<double>(), [3], fullBatch: true);
        descent.Run();
        Assert.Equal([3], descent.Theta.ToArray());
        Assert.Equal(0, Osgm<double>.Rates(descent.State)[0]);
        Assert.Equal(.95, Osgm<double>.Momentum(descent.State));
    }

    /// <summary>A loss that is linear shows a curvature of exactly 0: L stays a guess, where the inverse of a mean would be infinite.</summary>
    [Fact]
    public void Without_curvature_L_stays_a_guess()
    {
        Descent<double> descent = Begin(new QuadraticObjective<double>([0], [1]), new Osgm<double>(), [0], fullBatch: true);
        Assert.False(descent.Run().Diverged);
        Assert.Equal(0, Osgm<double>.Smoothness(descent.State));
        Assert.True(descent.Theta[0] > 1);
    }

    /// <summary>
    /// There u = -1 and G = t, so that p is the sum of steps over roots of t: 0.8^31 is the first power below 1e-3, after step 1,549. The two 1e-12 stand beside 1 and beside roots of at least 1;
    /// 1,700 sums round by 1.1e-16 each.
    /// </summary>
    [Fact]
    public void The_step_of_a_guess_decays_to_a_thousandth()
    {
        const int steps = 1700;
        const double rate = .25, tolerance = 2e-12 + (steps * 1.1e-16);
        Descent<double> descent = Begin(new QuadraticObjective<double>([0], [1]), new Osgm<double>(new() { LearningRate = rate }), [0], fullBatch: true, steps);
        double p = 0, step = rate;
        for (int t = 1; t <= steps; t++)
        {
            Next(descent);
            p += step / Math.Sqrt(t);
            step = rate * Math.Max(Math.Pow(Decay, (t + 1) / 50), LeastShare);
            Assert.Equal(p, Osgm<double>.Rates(descent.State)[0], tolerance * p);
            Assert.Equal(step, StepOf(descent), tolerance * step);
            Assert.Equal(t >= 1549, StepOf(descent) == LeastShare * rate);
        }

        Assert.Equal(0, Osgm<double>.Smoothness(descent.State));
    }

    /// <summary>Feedback beyond all numbers and below all: u, its square and the sum of squares would be infinite, products of gradients 0.</summary>
    [Fact]
    public void Gradients_of_any_size_leave_numbers()
    {
        Sizes<float>(1e-12, 3e38);
        Sizes<float>(-1e-12, 3e38);
        Sizes<float>(3e38, -3e38);
        Sizes<float>(1e-44, 1e-44);
        Sizes<double>(1e-160, 1e308);
        Sizes<double>(1e300, -1e300);
        Sizes<double>(1e-310, 1e-310);
    }

    /// <summary>L = 1 known, no last move, g = g': u = -1 however small they are, so that p is the first step of AdaGrad, eta; with products g g' it would stay 0 in float.</summary>
    [Theory]
    [InlineData(1), InlineData(1e-10f), InlineData(1e-25f), InlineData(1e-36f), InlineData(1e15f)]
    public void Feedback_does_not_depend_on_the_size_of_gradients(float size)
    {
        float[] theta = [1], state = [0, 0, 1, .5f, 0, .25f, 0, 0, 30, 1];
        Take(new Osgm<float>(), theta, [size], state, new Fixed<float>(-1, size));
        Assert.Equal(.25f, Osgm<float>.Rates(state)[0], 1e-6f);
    }

    [Fact]
    public void Steps_allocate_nothing_in_both_times()
    {
        foreach (int steps in (int[])[2000, Planned])
        {
            Descent<double> descent = Begin(new QuarticObjective(TrialProblem.H2, [1, -1]), new Osgm<double>(), [.5, -.25], fullBatch: false, steps);
            for (int t = 0; t < 70; t++)
                Next(descent);
            Assert.Equal(steps == Planned, Osgm<double>.Smoothness(descent.State) > 0);
            Allocation.AssertNone(() => Next(descent), 50);
        }
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
    public void A_trial_step_that_is_not_finite_is_seen_as_divergence_and_changes_nothing()
    {
        Descent<double> descent = Begin(new QuarticObjective(TrialProblem.H2, [1, -1]), new Osgm<double>(new() { LearningRate = 1e200 }), [.5, -.25], fullBatch: true);
        Next(descent);
        double[] state = [.. descent.State];
        Assert.True(descent.Run().Diverged);
        Assert.Equal([.5, -.25], descent.Theta.ToArray());
        Assert.Equal(state, descent.State.ToArray());
    }

    /// <summary>A quartic whose batches, from step 40 on, disagree so much that trial steps overshoot; times a factor.</summary>
    private static DelegateObjective<double> Disagreeing(double factor)
    {
        var quartic = new QuarticObjective(TrialProblem.H2, [1, -1]);
        return new DelegateObjective<double>(quartic.Layout, (ReadOnlySpan<double> theta, in BatchKey batch, Span<double> gradient) =>
        {
            double shift = batch.InnerStep < Planned / 2 ? 0 : Math.Sin(2 * batch.InnerStep), loss = quartic.Evaluate(theta, [], batch, gradient) - (shift * (theta[0] - theta[1]));
            for (int i = 0; i < gradient.Length; i++)
                gradient[i] = factor * (gradient[i] - (i == 0 ? shift : -shift));
            return factor * loss;
        });
    }

    private static void Sizes<T>(double gradient, double ahead)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T g = T.CreateTruncating(gradient), there = T.CreateTruncating(ahead);
        foreach (double known in (double[])[0, 1, 1e30])
        {
            var rule = new Osgm<T>();
            T[] theta = [T.One, T.One], state = new T[rule.StateLength(ParameterLayout.Vector(2))];
            T[] before = [T.CreateTruncating(.1), T.CreateTruncating(.1), T.Zero, T.Zero, T.Zero, T.One, T.CreateTruncating(.5), T.Zero, T.CreateTruncating(.1), T.Zero, T.Zero, T.Zero, T.CreateTruncating(known)];
            before.CopyTo(state, 0);
            for (int t = 0; t < 3; t++)
                Take(rule, theta, [g, T.Zero], state, new Fixed<T>(-1, there));
            Assert.All(state, v => Assert.True(T.IsFinite(v), $"{v} among {string.Join(' ', state)} with gradients {gradient} and {ahead}, L {known}"));
            Assert.All(Osgm<T>.Rates(state).ToArray(), p => Assert.True(p >= T.Zero));
            Assert.InRange(double.CreateTruncating(Osgm<T>.Momentum(state)), 0, .9996);
        }
    }

    private static void Take<T>(Osgm<T> rule, T[] theta, T[] gradient, T[] state, ObjectiveProbe<T> probe)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ParameterLayout layout = ParameterLayout.Vector(theta.Length);
        T[] meta = [.. new MetaParameters<T>([], rule.MetaSpecs(layout), []).Natural];
        rule.Step(
            new() { Step = 40, Steps = Planned, Age = 40, Layout = layout, Meta = meta, Scratch = new T[rule.ScratchLength(layout)], Probe = probe }, new Iterate<T>(theta, gradient, [T.One], state));
    }

    private static double Valley<T>()
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] a = [T.One, T.Zero, T.Zero, T.CreateTruncating(.01)], b = [T.One, T.CreateTruncating(.01)];
        Descent<T> descent = Begin(new QuadraticObjective<T>(a, b, .5 + .005), new Osgm<T>(new() { LearningRate = 1 }), [T.Zero, T.Zero], fullBatch: true);
        double last = double.PositiveInfinity;
        for (int t = 0; t < Planned; t++)
        {
            Assert.True(descent.Evaluate());
            Assert.True(descent.Loss <= last);
            last = descent.Loss;
            descent.Advance();
        }

        Assert.True(Osgm<T>.Rates(descent.State)[1] > Osgm<T>.Rates(descent.State)[0]);
        return last;
    }

    private static void Resumed<T>()
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] a = [.. new[] { 2, .5, .5, .1 }.Select(T.CreateTruncating)], b = [T.One, -T.One], start = [T.CreateTruncating(.5), T.CreateTruncating(-.25)];
        var rule = new Osgm<T>(new() { LearningRate = .2, MomentumRate = .7, InitialMomentum = .8 });
        Descent<T> whole = Begin(new QuadraticObjective<T>(a, b), rule, start, fullBatch: true);
        foreach (int rest in (int[])[10, 50])
        {
            while (whole.Position < Planned - rest)
                Next(whole);
            ParameterLayout layout = whole.Layout;
            var learned = new LearnedOptimizer<T>("osgm", rule, [.. new MetaParameters<T>([], rule.MetaSpecs(layout), []).Natural], layout, Planned);
            Descent<T> resumed = Begin(new QuadraticObjective<T>(a, b), LearnedOptimizerTests.Again(learned).Rule, start, fullBatch: true);
            resumed.Restore(whole.Position, [.. whole.Theta], [.. whole.Memory]);
            Next(whole);
            Next(resumed);
            Assert.Equal(whole.Theta.ToArray(), resumed.Theta.ToArray());
            Assert.Equal(whole.State.ToArray(), resumed.State.ToArray());
        }
    }

    private static void Next<T>(Descent<T> descent)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        descent.Evaluate();
        descent.Advance();
    }

    private static Descent<T> Begin<T>(Objective<T> objective, UpdateRule<T> rule, T[] start, bool fullBatch, int steps = Planned)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var descent = new Descent<T>(objective, rule, new Unroll(steps, fullBatch));
        descent.Start(start, new MetaParameters<T>([], rule.MetaSpecs(descent.Layout), []), Run);
        return descent;
    }

    /// <summary>AdaGrad's step on the rates: behind p, G and theta_before the third of seven numbers.</summary>
    private static double StepOf(Descent<double> descent) => descent.State[^5];

    private static void Near(double[] expected, ReadOnlySpan<double> found)
    {
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], found[i], Rounding * Math.Max(1, Math.Abs(expected[i])));
    }

    /// <summary>The same loss and gradient everywhere.</summary>
    private sealed class Fixed<T>(double loss, T slope) : ObjectiveProbe<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public override string ObjectiveName => "fixed";

        public override bool MatchesOutputs => false;

        public override double Evaluate(ReadOnlySpan<T> point, Span<T> gradient)
        {
            gradient.Fill(slope);
            return loss;
        }

        public override double Evaluate(int stepsBack, ReadOnlySpan<T> point, Span<T> gradient) => Evaluate(point, gradient);

        public override void HessianVector(ReadOnlySpan<T> point, ReadOnlySpan<T> v, Span<T> product) => product.Clear();

        public override void HessianVector(int stepsBack, ReadOnlySpan<T> point, ReadOnlySpan<T> v, Span<T> product) => product.Clear();

        public override double MatchOutputs(int stepsBack, ReadOnlySpan<T> point, ReadOnlySpan<T> target, Span<T> gradient, double share = 1) => loss;
    }
}
