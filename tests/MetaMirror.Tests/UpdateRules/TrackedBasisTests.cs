using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

public sealed class TrackedBasisTests
{
    private static readonly ParameterLayout Layout = new(("0.weight", [6, 9]), ("0.bias", [6]), ("1.weight", [3, 6]));

    private static readonly TrackedBasisOptions Options = new() { LearningRate = .05, LargestColumns = 7, Rank = 3, RotateVectors = true };

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void Over_a_window_without_refresh_the_derivative_is_that_of_differences(int residualEvery)
    {
        // From age 7 to 9: bases were set at 6. Along t, theta, gradients (of a quartic), moments and all meta-parameters move.
        RandomStream stream = Stream();
        var rule = new TrackedBasis<double>(BasisCases.Statistics(Layout), Options with { PriorWeight = .5, ResidualEvery = residualEvery });
        RuleRun<double> run = RuleRun<double>.At(7, rule, Layout, ref stream);
        Arrays<double> d = run.Direction(ref stream);
        double[] dMeta = run.MetaDirection(ref stream);
        Array.Clear(d.State);
        Arrays<double> tangent = d.Copy();
        double[] meta = [.. run.Meta];
        Arrays<double> start = run.Values.Copy();

        double[] End(double h, bool withTangent)
        {
            Arrays<double> x = start.Copy();
            for (int i = 0; i < x.Theta.Length; i++)
                x.Theta[i] += h * d.Theta[i];
            double[] mu = [.. meta.Zip(dMeta, (m, dm) => m + (1e-2 * h * dm))], scratch = new double[rule.ScratchLength(Layout)];
            double[] muTangent = [.. dMeta.Select(m => 1e-2 * m)];
            for (int age = 7; age < 10; age++)
            {
                for (int i = 0; i < x.Theta.Length; i++)
                {
                    x.Gradient[i] = Math.Pow(x.Theta[i], 3) + (i % 3);
                    tangent.Gradient[i] = 3 * Math.Pow(x.Theta[i], 2) * tangent.Theta[i];
                }

                (x.Scale[0], tangent.Scale[0]) = (1, 0);
                var context = new StepContext<double> { Step = age, Steps = 20, Age = age, Layout = Layout, Meta = mu, Scratch = scratch };
                if (withTangent)
                    rule.Jvp(context, x.Iterate, muTangent, tangent.Iterate);
                rule.Step(context, x.Iterate);
            }

            return x.Theta;
        }

        End(0, withTangent: true);

        // Central differences: truncation h^2 times third derivatives, rounding u / h; both below 1e-8 here.
        const double h = 1e-5;
        double[] up = End(h, false), down = End(-h, false);
        for (int i = 0; i < up.Length; i++)
            Assert.Equal((up[i] - down[i]) / (2 * h), tangent.Theta[i], 1e-6 * (1 + Math.Abs(tangent.Theta[i])));
    }

    /// <summary>
    /// The deployed rules: bases follow their factors, and averages skip gradients. After the first ten: factors from even ages, the tracked average from every third, bases at 14, 21 and 28, at each of which one of
    /// the two is skipped.
    /// </summary>
    [Theory, InlineData(true, true, 1), InlineData(false, true, 1), InlineData(true, false, 1), InlineData(true, true, 4), InlineData(false, true, 4)]
    public void A_run_with_bases_that_follow_is_that_of_the_scalar_loop(bool rotateTracked, bool rotateResidual, int residualEvery)
    {
        var options = new TrackedBasisOptions
        {
            LearningRate = .05, Rank = 5, LargestColumns = 7, LargestRows = 8, LargestAspect = 2, RotateTracked = rotateTracked, RotateResidual = rotateResidual, ResidualEvery = residualEvery,
            FactorEvery = 2, TrackEvery = 3, RefreshEvery = 7, PriorWeight = 2,
        };
        Assert.Equal(BasisRefresh.Following, options.Refresh);
        ParameterLayout layout = TrackedCases.Network;
        RandomStream stream = Stream();
        RuleRun<double> run = RuleRun<double>.At(0, new TrackedBasis<double>(BasisCases.Statistics(layout), options), layout, ref stream);
        Complex[] theta = [.. run.Values.Theta.Select(v => (Complex)v)], state = new Complex[run.Values.State.Length];
        ReferenceStep reference = TrackedCases.Reference(options);
        for (int age = 0; age < 30; age++)
        {
            stream.FillNormal<double>(run.Values.Gradient);
            reference(new ReferenceIterate
            {
                Step = age, Steps = RuleRun<double>.Steps, Age = age, Theta = theta, Gradient = [.. run.Values.Gradient.Select(v => (Complex)v)], State = state, Scale = 1,
                Meta = run.MetaByName([.. run.Meta.Select(v => (Complex)v)]),
            });
            run.Step();
            Near($"theta at age {age}", theta, run.Values.Theta);
            Near($"state at age {age}", state, run.Values.State);
        }

        // 30 steps of some thousand roundings of 1.1e-16; bases, conditioned by gaps of random spectra, are up to some hundred times worse.
        static void Near(string what, Complex[] expected, double[] found)
        {
            double size = Math.Sqrt(expected.Sum(v => v.Real * v.Real)), error = Math.Sqrt(expected.Zip(found, (e, f) => (e.Real - f) * (e.Real - f)).Sum());
            Assert.True(error <= 1e-9 * size, $"{what}: error {error}, size {size}");
        }
    }

    /// <summary>At ages 0 and 2; a wrong length is named beside the expected one, and nothing moves.</summary>
    [Theory, InlineData(0), InlineData(2)]
    public void Lengths_other_than_declared_are_refused_and_nothing_changes(int age)
    {
        RandomStream stream = Stream();
        RuleRun<double> run = RuleRun<double>.At(age, TrackedBasis<double>.Unlearned(Layout, Options), Layout, ref stream);
        Arrays<double> x = run.Values, d = run.Direction(ref stream);
        double[] meta = run.Meta, scratch = new double[run.Rule.ScratchLength(Layout)];
        foreach ((Arrays<double> values, double[] metas, double[] work) in new[]
                 {
                     (x with { Theta = x.Theta[1..] }, meta, scratch), (x with { Gradient = x.Gradient[1..] }, meta, scratch), (x with { State = x.State[1..] }, meta, scratch),
                     (x with { State = [.. x.State, 0] }, meta, scratch), (x, meta[1..], scratch), (x, meta, scratch[1..]),
                 })
        {
            double[] before = values.Flat, direction = d.Flat;
            Refuses(() => run.Rule.Step(run.Context.For(metas, work), values.Iterate));
            Refuses(() => run.Rule.Jvp(run.Context.For(metas, work), values.Iterate, meta, d.Iterate));
            Refuses(() => run.Rule.Vjp(run.Context.For(metas, work), values.Iterate, d.Iterate, new double[meta.Length]));
            Assert.Equal(before, values.Flat);
            Assert.Equal(direction, d.Flat);
        }

        Refuses(() => run.Rule.Jvp(run.Context, x.Iterate, meta.AsSpan(1), d.Iterate));
        Refuses(() => run.Rule.Vjp(run.Context, x.Iterate, (d with { State = d.State[1..] }).Iterate, new double[meta.Length]));
    }

    private static void Refuses(Action step) => Assert.Contains("expected", Assert.Throws<ArgumentException>(step).Message, StringComparison.Ordinal);

    [Theory, InlineData(1), InlineData(2)]
    public void With_rotated_vectors_the_cotangent_map_is_the_transpose_also_where_bases_turn(int residualEvery)
    {
        RandomStream stream = Stream();
        foreach (int age in (int[])[1, 2, 6, 10])
        {
            RuleRun<double> run = RuleRun<double>.At(age, TrackedBasis<double>.Unlearned(Layout, Options with { ResidualEvery = residualEvery }), Layout, ref stream);
            Arrays<double> t = run.Direction(ref stream), jt = t.Copy(), a = run.Direction(ref stream), ja = a.Copy();
            double[] tMeta = run.MetaDirection(ref stream), aMeta = new double[tMeta.Length];
            run.Rule.Jvp(run.Context, run.Values.Iterate, tMeta, jt.Iterate);
            run.Rule.Vjp(run.Context, run.Values.Iterate, ja.Iterate, aMeta);
            double forward = Vectors.Dot<double>(a.Flat, jt.Flat), backward = Vectors.Dot<double>(ja.Flat, t.Flat) + Vectors.Dot<double>(aMeta, tMeta);
            double size = Math.Sqrt(Vectors.SquaredNorm<double>(a.Flat) * Vectors.SquaredNorm<double>(jt.Flat)) + Math.Sqrt(Vectors.SquaredNorm<double>(ja.Flat) * Vectors.SquaredNorm<double>(t.Flat));
            Assert.True(Math.Abs(forward - backward) <= 1e-12 * size, $"age {age}: {forward} and {backward}, size {size}");
        }
    }

    [Fact]
    public void A_tensor_too_wide_for_statistics_starts_at_random_columns_like_the_control()
    {
        var layout = new ParameterLayout(("w", [3, 12]));
        var block = new BasisBlock<double>(layout.Blocks[0], [], [], [], new double[3]);
        var options = new TrackedBasisOptions { Rank = 4, LargestColumns = 6 };
        var rule = new TrackedBasis<double>([block], options);
        Assert.Equal(4, rule.Start[0].Rank);
        Assert.Equal(TrackedBasis<double>.Unlearned(layout, options).Start[0].Right.ToArray(), rule.Start[0].Right.ToArray());
        Assert.Equal(0, new TrackedBasis<double>([block], options with { LargestColumns = 12 }).Start[0].Rank);
    }

    [Fact]
    public void A_seldom_residual_waits_and_then_moves_by_the_mean_gradient()
    {
        // Right basis e_0, left none: columns 1 and 2 are residual. Gradients g and 3 g at ages 1 and 2: the entry moves at age 2 alone, by the mean 2 g over its own size.
        var layout = new ParameterLayout(("w", [2, 3]));
        var options = new TrackedBasisOptions { LearningRate = 1, LargestColumns = 2, LargestRows = 0, Rank = 1, ResidualEvery = 2, Momentum = 0, Averaging = 0, EarlyRefreshes = [] };
        var rule = new TrackedBasis<double>([new BasisBlock<double>(layout.Blocks[0], [], [1.0, 0, 0], new double[2], new double[2])], options);
        var run = new RuleRun<double>(rule, layout);
        run.Step();
        double[] start = [.. run.Values.Theta];
        for (int age = 1; age <= 2; age++)
        {
            double g = age == 1 ? 1 : 3;
            Array.Fill(run.Values.Gradient, g);
            run.Step();
            Assert.Equal(start[0] - age, run.Values.Theta[0], 1e-7);
            Assert.Equal(start[1] - (age == 2 ? Math.Sqrt(2) : 0), run.Values.Theta[1], 1e-7);
        }

        // v of the residual is the square of the mean: the last entries of the state but the sum, which is zero again.
        Assert.Equal(4, run.Values.State[^7], 1e-12);
        Assert.All(run.Values.State[^6..], x => Assert.Equal(0, x));
    }

    [Fact]
    public void The_first_step_sets_bases_and_moves_nothing()
    {
        RandomStream stream = Stream();
        RuleRun<double> run = RuleRun<double>.At(0, TrackedBasis<double>.Unlearned(Layout, Options), Layout, ref stream);
        double[] theta = [.. run.Values.Theta];
        run.Step();
        Assert.Equal(theta, run.Values.Theta);
        Assert.Contains(run.Values.State, x => x != 0);
    }

    [Fact]
    public void Random_starts_are_orthonormal_and_those_of_their_seed()
    {
        BasisBlock<double> start = TrackedBasis<double>.Unlearned(Layout, Options, seed: 5).Start[0], same = TrackedBasis<double>.Unlearned(Layout, Options, seed: 5).Start[0];
        Assert.Equal(3, start.Rank);
        for (int i = 0; i < 9; i++)
            Assert.InRange(Math.Abs(Enumerable.Range(0, 9).Sum(k => start.Right[(k * 3) + (i / 3)] * start.Right[(k * 3) + (i % 3)]) - (i / 3 == i % 3 ? 1 : 0)), 0, 1e-14);
        Assert.Equal(start.Right.ToArray(), same.Right.ToArray());
        Assert.NotEqual(start.Right.ToArray(), TrackedBasis<double>.Unlearned(Layout, Options, seed: 6).Start[0].Right.ToArray());
        Assert.Equal(0, TrackedBasis<double>.Unlearned(Layout, Options).Start[2].Rank);
    }

    [Fact]
    public void No_step_leaves_the_trust_region_and_zero_gradients_move_nothing()
    {
        RandomStream stream = Stream();
        var rule = TrackedBasis<double>.Unlearned(new ParameterLayout(("w", [4, 4])), new TrackedBasisOptions { LearningRate = 1, TrustRegion = .25 });
        RuleRun<double> run = RuleRun<double>.At(12, rule, new ParameterLayout(("w", [4, 4])), ref stream);
        double[] before = [.. run.Values.Theta];
        run.Step();

        // 16 entries of at most 0.25 in an orthonormal basis: a Frobenius norm of at most 1.
        Assert.InRange(Math.Sqrt(before.Zip(run.Values.Theta, (a, b) => (a - b) * (a - b)).Sum()), 0.1, 1 + 1e-12);

        var still = new RuleRun<float>(TrackedBasis<float>.Unlearned(Layout, Options), Layout);
        for (int i = 0; i < 12; i++)
            still.Step();
        Assert.All(still.Values.Theta, x => Assert.Equal(0, x));
    }

    [Fact]
    public void Options_out_of_range_and_other_layouts_are_refused()
    {
        Refused("RefreshEvery", Options with { RefreshEvery = 0 });
        Refused("ResidualEvery", Options with { ResidualEvery = 0 });
        Refused("rank", Options with { Rank = -1 });
        Refused("exponent", Options with { Exponent = 1 });
        Refused("largest aspect", Options with { LargestAspect = 0 });
        Refused("largest aspect", Options with { LargestAspect = double.NaN });
        Refused("trust region", Options with { TrustRegion = 0 });
        Refused("factor averaging", Options with { FactorAveraging = 1 });
        Refused("prior_weight", Options with { PriorWeight = -1 });
        Refused("'rank'", Options with { Learn = ["rank"] });
        ArgumentException error = Assert.Throws<ArgumentException>(() => TrackedBasis<double>.Unlearned(Layout, Options).StateLength(ParameterLayout.Vector(3)));
        Assert.Contains("not for theta [3]", error.Message, StringComparison.Ordinal);

        static void Refused(string what, TrackedBasisOptions options) =>
            Assert.Contains(what, Assert.ThrowsAny<ArgumentException>(() => new TrackedBasis<double>(BasisCases.Statistics(Layout), options)).Message, StringComparison.Ordinal);
    }

    private static RandomStream Stream() => new(new StreamKey(404, 0, 0, StreamPurpose.Test, 0));
}
