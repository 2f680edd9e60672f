using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaObjectives;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules.Rivals;

/// <summary>The hand-designed rivals beyond the contract: whole runs on tensors of all kinds, hypergradients, memory.</summary>
public sealed class RivalTests
{
    private const int Steps = 12;

    /// <summary>12 steps of some thousand roundings of 1.1e-16 each; bases and orthogonal factors are conditioned by gaps of random spectra, up to some hundred times worse.</summary>
    private const double Tolerance = 1e-10;

    public static TheoryData<string> Names => [.. RivalCases.All.Select(c => c.Name)];

    [Theory, MemberData(nameof(Names))]
    public void A_run_on_a_network_is_that_of_the_authors_algorithm(string name)
    {
        RuleCase c = RuleCases.Named(name);
        ParameterLayout layout = c.Double() is Soap<double> { Options.LargestDimension: > 5 } ? RivalCases.NearlySquare : RivalCases.Network;
        var stream = new RandomStream(new StreamKey(71, 0, 0, StreamPurpose.Test, 0));
        var run = new RuleRun<double>(c.Double(), layout);
        stream.FillNormal<double>(run.Values.Theta);
        Complex[] theta = [.. run.Values.Theta.Select(v => (Complex)v)], state = new Complex[run.Values.State.Length];
        for (int t = 0; t < Steps; t++)
        {
            stream.FillNormal<double>(run.Values.Gradient);
            var reference = new ReferenceIterate
            {
                Step = t, Steps = RuleRun<double>.Steps, Age = t, Theta = theta, Gradient = [.. run.Values.Gradient.Select(v => (Complex)v)], State = state, Scale = 1,
                Meta = run.MetaByName([.. run.Meta.Select(v => (Complex)v)]),
            };
            c.Reference(reference);
            run.Step();
            Near($"theta at step {t}", theta, run.Values.Theta);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Hypergradients_refuse_it_by_name(string name)
    {
        UpdateRule<double> rule = RuleCases.Named(name).Double();
        var task = new ObjectiveTask<double>("bowl", () => new QuadraticObjective<double>([1, 0, 0, 1], [1, 1]), [1, 1]);
        var problem = new InnerProblem<double>(task, new Chain<double>(new LinearSchedule<double>(.05, learn: true), rule), new TaskInitialPoint<double>(), new Unroll(3, FullBatch: true));
        MetaParameters<double> meta = problem.CreateMetaParameters();
        var error = Assert.ThrowsAny<Exception>(() => new ReverseMode<double>().Compute(problem, new FinalLoss<double>(), meta, default, new double[meta.Length], new double[meta.Length]));
        Assert.Contains(rule.Name, error.Message, StringComparison.Ordinal);
    }

    /// <summary>Refreshes of bases and roots included: more steps than lie between two.</summary>
    [Theory, MemberData(nameof(Names))]
    public void Steps_allocate_nothing_on_matrices_of_several_tiles(string name)
    {
        var layout = new ParameterLayout(("0.weight", [40, 96]), ("0.bias", [40]), ("1.weight", [40, 40]), ("2.weight", [10, 40]), ("2.bias", [10]));
        var stream = new RandomStream(new StreamKey(72, 0, 0, StreamPurpose.Test, 0));
        RuleRun<float> run = RuleRun<float>.At(1, RuleCases.Named(name).Single(), layout, ref stream);
        Allocation.AssertNone(run.Step, 25);
        Assert.True(Vectors.AllFinite<float>(run.Values.Theta));
    }

    [Theory, MemberData(nameof(Names))]
    public void Zero_gradients_leave_theta_where_decay_alone_brings_it(string name)
    {
        DecaysAlone(RuleCases.Named(name).Single(), 6e-8);
        DecaysAlone(RuleCases.Named(name).Double(), 1.1e-16);
    }

    /// <summary>A dead unit and a dead input: rows and columns without gradients. Their parameters are 0, which decay leaves alone.</summary>
    [Theory, MemberData(nameof(Names))]
    public void Entries_without_gradients_stay_where_they_are(string name)
    {
        StaysDead(RuleCases.Named(name).Single());
        StaysDead(RuleCases.Named(name).Double());
    }

    /// <summary>From 1e-6 the estimate grows to the size of the largest coordinate's way, 4, and no further than the bound of the theory, and the bowl's bottom is reached.</summary>
    [Fact]
    public void Prodigy_finds_its_rate()
    {
        var f = new QuadraticObjective<double>([1, 0, 0, 3], [4, 3]);
        var rule = new Prodigy<double>();
        var descent = new Descent<double>(f, rule, new Unroll(400, FullBatch: true));
        descent.Start([0, 0], new MetaParameters<double>([], rule.MetaSpecs(f.Layout), []), default);
        Assert.Equal(1e-6, new ProdigyOptions().InitialDistance);
        Assert.False(descent.Run().Diverged);

        // <g, theta_0 - theta> <= ||g||_1 max |theta_0 - theta|: on the way to (4, 1) estimates stay below the longest way, which momentum at most doubles.
        Assert.InRange(Prodigy<double>.Distance(descent.State), 0.1, 8);
        Assert.Equal(4, descent.Theta[0], 0.05);
        Assert.Equal(1, descent.Theta[1], 0.05);
    }

    [Fact]
    public void Options_out_of_their_range_are_named()
    {
        Refused("beta1", () => _ = new Lion<double>(new() { Beta1 = 1 }));
        Refused("momentum", () => _ = new Muon<double>(new() { Momentum = -1 }));
        Refused("Iterations", () => _ = new Muon<double>(new() { Iterations = 0 }));
        Refused("adam_rate", () => _ = new Muon<double>(new() { AdamLearningRate = 0 }));
        Refused("epsilon", () => _ = new Muon<float>(new() { AdamEpsilon = 1e-60 }));
        Refused("shampoo_beta", () => _ = new Soap<double>(new() { ShampooBeta = 1 }));
        Refused("RefreshEvery", () => _ = new Soap<double>(new() { RefreshEvery = 0 }));
        Refused("LargestDimension", () => _ = new Soap<double>(new() { LargestDimension = -1 }));
        Refused("epsilon", () => _ = new Shampoo<double>(new() { Epsilon = 0 }));
        Refused("RootEvery", () => _ = new Shampoo<double>(new() { RootEvery = 0 }));
        Refused("Grafting", () => _ = new Shampoo<double>(new() { Grafting = (ShampooGrafting)7 }));
        Refused("initial distance", () => _ = new Prodigy<double>(new() { InitialDistance = 0 }));
        Refused("growth rate", () => _ = new Prodigy<double>(new() { GrowthRate = 0.5 }));
        Refused("distance_factor", () => _ = new Prodigy<double>(new() { DistanceFactor = -1 }));
        Refused("WarmupShare", () => _ = new ScheduleFreeAdamW<double>(new() { WarmupShare = 2 }));
        Refused("RatePower", () => _ = new ScheduleFreeAdamW<double>(new() { RatePower = -1 }));
        Refused("StepPower", () => _ = new ScheduleFreeAdamW<double>(new() { StepPower = double.NaN }));

        static void Refused(string name, Action make) => Assert.Contains(name, Assert.ThrowsAny<ArgumentException>(make).Message, StringComparison.Ordinal);
    }

    /// <summary>Momentum as an average or as a sum: the orthogonalized step is the same, but for what is added to the norm.</summary>
    [Fact]
    public void Muons_step_does_not_see_the_scale_of_gradients()
    {
        var stream = new RandomStream(new StreamKey(73, 0, 0, StreamPurpose.Test, 0));
        var options = new MuonOptions { AdamForOutput = false };
        var layout = new ParameterLayout(("0.weight", [6, 9]));
        RuleRun<double> one = new(new Muon<double>(options), layout), scaled = new(new Muon<double>(options), layout);
        for (int t = 0; t < Steps; t++)
        {
            stream.FillNormal<double>(one.Values.Gradient);
            for (int i = 0; i < layout.Length; i++)
                scaled.Values.Gradient[i] = one.Values.Gradient[i] / (1 - options.Momentum);
            one.Step();
            scaled.Step();
        }

        // 1e-7 beside norms above 0.1, in 12 steps of 0.02 whose slope is at most 485.
        for (int i = 0; i < layout.Length; i++)
            Assert.Equal(one.Values.Theta[i], scaled.Values.Theta[i], 12 * .02 * 485 * 1e-6);
    }

    /// <summary>Squares of gradients that overflow: what would stand still, its basis or root left as it was, is NaN, and the run has diverged.</summary>
    [Theory]
    [InlineData("soap")]
    [InlineData("soap-one-sided")]
    [InlineData("shampoo")]
    [InlineData("shampoo-diagonal")]
    [InlineData("shampoo-grafted")]
    public void Factors_that_overflow_show_as_a_run_that_diverged(string name)
    {
        // Both bases are taken at the first step; shampoo-diagonal has a whole and a diagonal side.
        var layout = new ParameterLayout(("0.weight", [3, 5]));
        UpdateRule<float> rule = RuleCases.Named(name).Single();
        var run = new RuleRun<float>(rule, layout);
        run.Values.Gradient.AsSpan().Fill(1e20f);
        run.Step();
        run.Step();
        Assert.All(run.Values.Theta, v => Assert.Equal(float.NaN, v));

        var f = new QuadraticObjective<float>([1e19f, 0, 0, 1e19f], [1, 1], 0, new ParameterLayout(("0.weight", [1, 2])));
        var descent = new Descent<float>(f, rule, new Unroll(40, FullBatch: true));
        descent.Start([30, 30], new MetaParameters<float>([], rule.MetaSpecs(f.Layout), []), default);
        Assert.True(descent.Run().Diverged);
    }

    /// <summary>The same of tracked bases: a small factor, the output side, a basis of two columns that follows its average.</summary>
    [Theory]
    [InlineData(200, 1200)]
    [InlineData(200, 0)]
    [InlineData(2, 0)]
    public void Tracked_bases_of_factors_that_overflow_show_as_a_run_that_diverged(int largestColumns, int largestRows)
    {
        var layout = new ParameterLayout(("0.weight", [3, 5]));
        var run = new RuleRun<float>(TrackedBasis<float>.Unlearned(layout, new TrackedBasisOptions { LargestColumns = largestColumns, LargestRows = largestRows, Rank = 2 }), layout);
        run.Values.Gradient.AsSpan().Fill(1e20f);
        run.Step();
        run.Step();
        Assert.All(run.Values.Theta, v => Assert.Equal(float.NaN, v));
    }

    /// <summary>A refresh of overflowed factors after finite ones: NaN from the next step on.</summary>
    [Fact]
    public void Soaps_refresh_shows_factors_that_overflowed()
    {
        var run = new RuleRun<float>(new Soap<float>(new SoapOptions { RefreshEvery = 2 }), new ParameterLayout(("0.weight", [3, 5])));
        foreach (float g in (float[])[1, 1, 1e20f, 1])
        {
            Assert.True(Vectors.AllFinite<float>(run.Values.Theta));
            run.Values.Gradient.AsSpan().Fill(g);
            run.Step();
        }

        Assert.All(run.Values.Theta, v => Assert.Equal(float.NaN, v));
    }

    /// <summary>Muon's state of a matrix is half of Adam's: its length says who trains it.</summary>
    [Fact]
    public void Muon_keeps_one_matrix_for_itself()
    {
        var rule = new Muon<double>();
        Assert.Equal(6, rule.StateLength(new ParameterLayout(("0.weight", [2, 3]))));
        Assert.Equal(6 + (2 * 2), rule.StateLength(new ParameterLayout(("0.weight", [2, 3]), ("0.bias", [2]))));
        Assert.Equal(16, rule.StateLength(new ParameterLayout(("0.weight", [2, 2, 2, 2]))));
        Assert.Equal((2 * 16) + 6, rule.StateLength(new ParameterLayout(("0.weight", [2, 2, 2, 2]), ("1.weight", [2, 3]))));
        Assert.Equal(6 + (2 * 8), rule.StateLength(new ParameterLayout(("0.weight", [2, 3]), ("1.weight", [4, 2]))));
        Assert.Equal((2 * 16) + 6 + (2 * 8), rule.StateLength(new ParameterLayout(("0.weight", [2, 2, 2, 2]), ("1.weight", [2, 3]), ("2.weight", [4, 2]))));

        // The first step of a single matrix is orthogonal, not signs: its spectral norm is about the rate, the same for all matrices.
        var run = new RuleRun<double>(rule, new ParameterLayout(("0.weight", [2, 2])));
        ((double[])[3, 0, 0, 3]).CopyTo(run.Values.Gradient, 0);
        run.Step();
        Assert.InRange(-run.Values.Theta[0] / .02, 0.6, 1.25);
        Assert.Equal(0, run.Values.Theta[1]);
    }

    [Fact]
    public void Prodigy_stands_still_at_a_scale_of_zero()
    {
        RuleCase c = RuleCases.Named("prodigy-all-on");
        var run = new RuleRun<double>(c.Double(), ParameterLayout.Vector(4));
        double[] scratch = new double[run.Rule.ScratchLength(run.Layout)];
        var stream = new RandomStream(new StreamKey(74, 0, 0, StreamPurpose.Test, 0));
        stream.FillNormal<double>(run.Values.Theta);
        Complex[] theta = [.. run.Values.Theta.Select(v => (Complex)v)], state = new Complex[run.Values.State.Length];
        for (int t = 0; t < Steps; t++)
        {
            stream.FillNormal<double>(run.Values.Gradient);
            run.Values.Scale[0] = t % 3 == 0 ? 0 : 1;
            c.Reference(new ReferenceIterate
            {
                Step = t, Steps = RuleRun<double>.Steps, Age = t, Theta = theta, Gradient = [.. run.Values.Gradient.Select(v => (Complex)v)], State = state, Scale = run.Values.Scale[0],
                Meta = run.MetaByName([.. run.Meta.Select(v => (Complex)v)]),
            });
            double[] before = [.. run.Values.Theta, .. run.Values.State];
            run.Rule.Step(new() { Step = t, Steps = RuleRun<double>.Steps, Age = t, Layout = run.Layout, Meta = run.Meta, Scratch = scratch }, run.Values.Iterate);
            if (t > 0 && t % 3 == 0)
                Assert.Equal<double[]>(before, [.. run.Values.Theta, .. run.Values.State]);
            Near($"theta at step {t}", theta, run.Values.Theta);
            Near($"state at step {t}", state, run.Values.State);
        }
    }

    [Theory]
    [InlineData("prodigy")]
    [InlineData("muon")]
    [InlineData("soap")]
    [InlineData("shampoo")]
    public void Too_little_scratch_is_refused_by_name(string name)
    {
        UpdateRule<double> rule = RuleCases.Named(name).Double();
        var layout = new ParameterLayout(("0.weight", [2, 3]));
        RuleRun<double> run = new(rule, layout);
        var error = Assert.Throws<ArgumentException>(() => rule.Step(new() { Step = 0, Steps = 1, Age = 0, Layout = layout, Meta = run.Meta, Scratch = new double[1] }, run.Values.Iterate));
        Assert.Contains($"{rule.Name} was given 1 scratch entries, expected {rule.ScratchLength(layout)}", error.Message, StringComparison.Ordinal);
    }

    private static void DecaysAlone<T>(UpdateRule<T> rule, double rounding)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var stream = new RandomStream(new StreamKey(75, 0, 0, StreamPurpose.Test, 0));
        RuleRun<T> run = RuleRun<T>.At(0, rule, RivalCases.Network, ref stream);
        double[] start = Arrays<T>.To<double>(run.Values.Theta);
        Array.Clear(run.Values.Gradient);
        for (int t = 0; t < Steps; t++)
            run.Step();
        double[] end = Arrays<T>.To<double>(run.Values.Theta);
        foreach (ParameterBlock block in run.Layout.Blocks)
        {
            // A step of decay has at most ten roundings, those of its factor included.
            double factor = DecayOf(rule, block);
            for (int i = block.Offset; i < block.Offset + block.Length; i++)
                Assert.Equal(factor * start[i], end[i], 10 * Steps * rounding * Math.Abs(start[i]));
        }

        Assert.True(Vectors.AllFinite<T>(run.Values.State));
    }

    /// <summary>What all steps' decay leaves of a tensor: the product of 1 - eta lambda.</summary>
    private static double DecayOf<T>(UpdateRule<T> rule, ParameterBlock block)
        where T : unmanaged, IFloatingPointIeee754<T> => rule switch
        {
            Lion<T> { Options: var o } => Math.Pow(1 - (o.LearningRate * o.WeightDecay), Steps),

            // The case with decay leaves only vectors to Adam.
            Muon<T> { Options: var o } => Math.Pow(1 - ((block.IsMatrix ? o.LearningRate : o.AdamLearningRate) * o.WeightDecay), Steps),

            // The step at age 0 sets bases only.
            Soap<T> { Options: var o } => Math.Pow(1 - (o.LearningRate * o.WeightDecay), Steps - 1),
            ScheduleFreeAdamW<T> { Options: var o } => AverageOf(o),

            // Shampoo has no decay; Prodigy returns before its own where gradients were always zero, as its authors' code does.
            _ => 1,
        };

    /// <summary>x after all steps from x = z = 1: z decays by what y is, x is its weighted average.</summary>
    private static double AverageOf(ScheduleFreeOptions o)
    {
        double x = 1, z = 1, sum = 0, largest = 0, warmup = Math.Max(1, Math.Ceiling(o.WarmupShare * RuleRun<double>.Steps));
        for (int t = 1; t <= Steps; t++)
        {
            double gamma = o.LearningRate * Math.Min(1, t / warmup) * Math.Sqrt(1 - Math.Pow(o.Beta2, t));
            largest = Math.Max(largest, gamma);
            double weight = Math.Pow(t, o.StepPower) * Math.Pow(largest, o.RatePower);
            sum += weight;
            z -= gamma * o.WeightDecay * (((1 - o.Beta1) * z) + (o.Beta1 * x));
            x += weight / sum * (z - x);
        }

        return x;
    }

    private static void StaysDead<T>(UpdateRule<T> rule)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Square, so that dead directions are the only null ones of the live part's factors.
        var layout = new ParameterLayout(("0.weight", [6, 6]), ("0.bias", [6]), ("1.weight", [4, 4, 1, 1]), ("2.weight", [5, 5]), ("2.bias", [5]));
        bool[] isDead = [.. layout.Blocks.SelectMany(b => Enumerable.Range(0, b.Length).Select(i => i / b.Columns == 1 || (b.IsMatrix && i % b.Columns == 2)))];
        var stream = new RandomStream(new StreamKey(76, 0, 0, StreamPurpose.Test, 0));
        RuleRun<T> run = RuleRun<T>.At(0, rule, layout, ref stream);
        ClearDead(run.Values.Theta);
        T[] start = [.. run.Values.Theta];

        // An odd number of steps: those of Lion can't end where they began.
        for (int t = 0; t < Steps - 1; t++)
        {
            stream.FillNormal<T>(run.Values.Gradient);
            ClearDead(run.Values.Gradient);
            run.Step();
        }

        // Elementwise rules and Newton-Schulz keep zeros. Shampoo's roots have 1e-16 times the size of 6 where they should have zeros, and gradients' sums below 100. SOAP's null directions are the dead ones to 1e-16
        // times the ratio of a factor's eigenvalues, below 1e4; their coordinates of gradients below 10 are divided by eps = 1e-8 or more: a thousandth of a step.
        double bound = rule switch
        {
            Shampoo<T> { Options: var o } => Steps * o.LearningRate * 1e-13,
            Soap<T> { Options: var o } => Steps * o.LearningRate * 1e-3,
            _ => 0,
        };
        for (int i = 0; i < layout.Length; i++)
        {
            if (isDead[i])
                Assert.InRange(Math.Abs(double.CreateTruncating(run.Values.Theta[i])), 0, bound);
            else
                Assert.NotEqual(start[i], run.Values.Theta[i]);
        }

        Assert.True(Vectors.AllFinite<T>(run.Values.Theta) && Vectors.AllFinite<T>(run.Values.State));

        void ClearDead(T[] values)
        {
            for (int i = 0; i < values.Length; i++)
                values[i] = isDead[i] ? T.Zero : values[i];
        }
    }

    private static void Near(string what, Complex[] expected, double[] found)
    {
        double size = Math.Sqrt(expected.Sum(v => v.Real * v.Real)), error = Math.Sqrt(expected.Zip(found, (e, f) => (e.Real - f) * (e.Real - f)).Sum());
        Assert.True(error <= Tolerance * size, $"{what}: error {error}, size {size}");
    }
}
