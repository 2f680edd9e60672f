using System.Numerics;
using MetaMirror.Divergences;
using MetaMirror.Hypergradients;
using MetaMirror.MetaObjectives;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tests.Networks;
using MetaMirror.Tests.Objectives;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Hypergradients;

/// <summary>Whatever memory there is, hypergradients through networks have the same bits; and the memory is what the report says.</summary>
public sealed class MemoryBudgetTests
{
    private const int Steps = 13;

    /// <summary>Two orders of summation over 13 steps.</summary>
    private const double ForwardReverse = 1e-12;

    /// <summary>Networks of all kinds of layers: a perceptron, buffers that training moves, data that go through layers before any parameters.</summary>
    public static TheoryData<string, string> Cases => new()
    {
        { "relu", "mirror" },
        { "relu", "adam" },
        { "normalized, relu, biases that cancel", "mirror" },
        { "normalized, relu, biases that cancel", "clipped" },
        { "residual, normalized", "mirror" },
        { "data pooled before any parameters", "adam" },
        { "residual of the data", "clipped" },
    };

    public static TheoryData<string> Networks => [.. NetworkCases.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void No_budget_changes_a_bit(string network, string rule)
    {
        NoBudgetChangesABit<double>(network, rule);
        NoBudgetChangesABit<float>(network, rule);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Where_nothing_else_reads_theta_evaluations_stand_alone(string network)
    {
        // Of theta only what products read is there; the rest is NaN. One gradient is the final loss's.
        var trial = new NetworkTrial<double>(NetworkOf(network), RuleOf<double>("mirror"), new FinalLoss<double>(), Steps);
        double[] plain = trial.Of(new ReverseMode<double>(new ReverseOptions { StoredSteps = Steps, KeepEvaluations = false }));
        HypergradientReport report = trial.Compute(new ReverseMode<double>(Alone(Steps, 0)));
        Assert.Equal(plain, trial.Total);
        Assert.Equal((Steps + 1, Steps), (report.Gradients, report.HessianVectorProducts));
        Assert.InRange(report.RecalledGradients, 1, Steps);

        report = trial.Compute(new ReverseMode<double>(Alone(Steps, 5)));
        Assert.Equal(plain, trial.Total);
        Assert.Equal((Steps + 1, Steps), (report.Gradients, report.HessianVectorProducts));
        Assert.InRange(report.RecalledGradients, 1, Steps - 5);

        double[] last = trial.Of(new TruncatedReverseMode<double>(6, new ReverseOptions { StoredSteps = 6, KeepEvaluations = false }));
        Assert.Equal(last, trial.Of(new TruncatedReverseMode<double>(6, Alone(6, 2))));
    }

    [Fact]
    public void Evaluations_with_zeros_leave_room_for_gradients_and_no_run_takes_more_than_the_budget()
    {
        const int Many = 60;
        Network network = Network.Mlp(6, 200, 4, 3);
        NetworkTrial<double> Trial(double[]? initial) => new(network, RuleOf<double>("mirror"), new FinalLoss<double>(), Many, initial: initial);

        // With biases of 1 and weights near 0 all rectified units pass.
        double[] passing = Draws.Normal<double>(network.Layout.Length, 72, 0.004);
        foreach (ParameterBlock block in network.Layout.Blocks.Where(b => b.Name.EndsWith("bias", StringComparison.Ordinal)))
            passing.AsSpan(block.Offset, block.Length).Fill(1);
        NetworkTrial<double> sparse = Trial(null), dense = Trial(passing);
        ReverseSizes sizes = Trajectory<double>.Sizes(sparse.Inner.Descent, pathTerm: false);
        long budget = new ReversePlan(Many, 20, Many, Alone: true).Bytes(sizes);
        var mode = new ReverseMode<double>(Alone(Many, 20));
        HypergradientReport report = dense.Run(mode);
        foreach (NetworkTrial<double> trial in (NetworkTrial<double>[])[dense, sparse, dense, sparse])
        {
            report = trial.Compute(mode);
            double[] found = [.. trial.Total];
            int n = trial.Inner.Descent.Layout.Length;
            if (trial == dense)
                Assert.Equal(Many - 20, report.RecalledGradients);
            else
                Assert.InRange(report.RecalledGradients, 1, Many - 25);

            // Beside it, one theta and four cotangents.
            Assert.InRange(report.PeakBytes, 0.9 * budget, budget + (5 * n * sizeof(double)));
            Assert.Equal(trial.Of(new ReverseMode<double>(new ReverseOptions { StoredSteps = Many, KeepEvaluations = false })), found);
        }

        long reports = 2 * Allocation.Of(() => report = report with { Gradients = 1 }, 1);
        Assert.InRange(Allocation.Least(() => sparse.Run(mode), 1), 0, reports);
    }

    [Theory]
    [InlineData("LeNet-5", "mirror", 100)]
    [InlineData("LeNet-5", "adam", 100)]
    [InlineData("relu", "mirror", 100)]
    [InlineData("relu", "mirror", 500)]
    [InlineData("LeNet-5", "mirror", 500)]
    public void Long_runs_have_the_same_bits_in_memory_that_grows_with_the_root(string name, string rule, int steps)
    {
        Network network = NetworkOf(name);
        var trial = new NetworkTrial<float>(network, RuleOf<float>(rule), new FinalLoss<float>(), steps, initial: NetworkCases.Point<float>(network));
        ReverseSizes sizes = Trajectory<float>.Sizes(trial.Inner.Descent, pathTerm: false);
        HypergradientReport report = trial.Compute(new ReverseMode<float>());
        float[] found = [.. trial.Total];
        long root = (long)Math.Ceiling(Math.Sqrt(steps)) * (sizes.Checkpoint + sizes.Step + Math.Min(sizes.Evaluation, sizes.Step));
        Assert.InRange(report.PeakBytes, 1, (ReversePlan.Roots * root) + (5 * sizes.Step));
        Assert.InRange(report.Gradients, steps, (2 * steps) + 1);
        Assert.Equal(steps, report.HessianVectorProducts);
        Assert.Equal(trial.Of(new ReverseMode<float>(new ReverseOptions { StoredSteps = steps, KeepEvaluations = false })), found);
        Assert.Contains(found, h => h != 0);
    }

    [Fact]
    public void Theta_comes_back_for_rules_paths_and_regularizers_that_read_it()
    {
        ReverseSizes Sizes(string rule, bool pathTerm, bool regularized)
        {
            var trial = new NetworkTrial<double>(Network.Mlp(6, 8, 3), RuleOf<double>(rule), new FinalLoss<double>(), Steps, regularized);
            return Trajectory<double>.Sizes(trial.Inner.Descent, pathTerm);
        }

        Assert.Equal(0, Sizes("mirror", pathTerm: true, regularized: false).Alone);
        Assert.Equal(0, Sizes("mirror", pathTerm: false, regularized: true).Alone);
        Assert.Equal(0, Sizes("adam", pathTerm: false, regularized: false).Alone);

        // The second layer's 8 x 3 weights and 3 biases; no number beside the evaluation.
        ReverseSizes sizes = Sizes("mirror", pathTerm: false, regularized: false);
        Assert.Equal(sizes.Evaluation + (27 * sizeof(double)) - sizeof(int), sizes.Alone);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Forward_mode_agrees(string network, string rule)
    {
        // Few meta-parameters for the forward mode: one metric for all.
        UpdateRule<double> Rule() => rule == "mirror" ? new MirrorDescent<double>(new ScaledIdentity<double>(1.5), 0.2, learnRate: true) : RuleOf<double>(rule);
        var trial = new NetworkTrial<double>(NetworkOf(network), Rule(), new TrajectoryLoss<double>(), Steps, regularized: true);
        double[] reverse = trial.Of(new ReverseMode<double>());
        TrialProblem.AssertClose(reverse, trial.Of(new ForwardMode<double>()), ForwardReverse, "forward");
        Assert.Equal(reverse, trial.Of(new ReverseMode<double>(new ReverseOptions { StoredSteps = 3 })));
    }

    [Fact]
    public void Evaluations_are_kept_and_gradients_recalled_from_them()
    {
        var trial = new NetworkTrial<double>(Network.Mlp(6, 8, 3), RuleOf<double>("mirror"), new FinalLoss<double>(), Steps);

        // All evaluations, three steps: of the other ten, gradients need the parameters' part only. One gradient more is the final loss's.
        HypergradientReport report = trial.Compute(new ReverseMode<double>(new ReverseOptions { StoredSteps = 3, Budget = 1 << 20 }));
        Assert.Equal((Steps + 1, 10, Steps), (report.Gradients, report.RecalledGradients, report.HessianVectorProducts));

        report = trial.Compute(new ReverseMode<double>(new ReverseOptions { StoredSteps = 3, KeepEvaluations = false }));
        Assert.Equal((Steps + 11, 0, Steps), (report.Gradients, report.RecalledGradients, report.HessianVectorProducts));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(160_000L)]
    [InlineData(400_000L)]
    public void The_report_says_what_is_allocated_and_a_second_run_allocates_reports_only(long? budget)
    {
        var trial = new NetworkTrial<double>(Network.Mlp(6, 40, 3), RuleOf<double>("adam"), new FinalLoss<double>(), 50);
        trial.Compute(new ReverseMode<double>());
        var mode = new ReverseMode<double>(new ReverseOptions { Budget = budget });
        HypergradientReport report = trial.Run(mode);

        // The least of a few: pools that a collection has emptied in between are filled again at the cost of one.
        long allocated = Enumerable.Range(0, 3).Min(_ =>
        {
            mode = new ReverseMode<double>(new ReverseOptions { Budget = budget });
            return Allocation.Of(() => trial.Run(mode), 1);
        });

        // An array costs 24 bytes besides its numbers, a row of them 8 in the list of rows; then the lists, and the reports.
        Assert.InRange(allocated, report.PeakBytes, report.PeakBytes + (3 * 50 * 32) + 1024);
        if (budget is { } bytes)
            Assert.InRange(report.PeakBytes, bytes / 2, bytes + (sizeof(double) * 6 * trial.Inner.Task.Layout.Length));

        // Made once, and once more with its costs.
        long reports = 2 * Allocation.Of(() => report = report with { Gradients = 1 }, 1);
        Assert.Equal(reports, Allocation.Least(() => trial.Run(mode), 1));
    }

    [Fact]
    public void Cancellation_works_within_a_replay_and_leaves_the_run_at_its_end()
    {
        using var source = new CancellationTokenSource();
        int evaluations = 0;
        NetworkTrial<double> Trial(Action count) =>
            new(Network.Mlp(6, 8, 3), RuleOf<double>("adam"), new FinalLoss<double>(), Steps, around: loss => new Counting(loss, count));
        NetworkTrial<double> trial = Trial(() =>
        {
            if (++evaluations == Steps + 4)
                source.Cancel();
        });
        var mode = new ReverseMode<double>(new ReverseOptions { StoredSteps = 4 });
        Assert.Throws<OperationCanceledException>(() => trial.Compute(mode, source.Token));
        Assert.Equal(Steps + 4, evaluations);
        Assert.Equal(Steps, trial.Inner.Descent.Position);
        Assert.Equal(Trial(() => { }).Of(new ReverseMode<double>()), trial.Of(mode));
    }

    [Fact]
    public void Objectives_that_ask_beside_theta_get_no_names_and_keep_nothing()
    {
        NetworkTrial<double> Trial() => new(
            Network.Mlp(new Tanh(), 6, 8, 3), RuleOf<double>("mirror"), new TrajectoryLoss<double>(), Steps, around: loss => new KeptEvaluationTests.Perturbed(loss));
        double[] plain = Trial().Of(new ReverseMode<double>(new ReverseOptions { StoredSteps = 13 }));
        Assert.Equal(plain, Trial().Of(new ReverseMode<double>()));
        TrialProblem.AssertClose(plain, Trial().Of(new ForwardMode<double>()), ForwardReverse, "forward");
    }

    /// <summary>Evaluations that stand alone, and some gradients.</summary>
    private static ReverseOptions Alone(int steps, int gradients) => new() { Plan = new ReversePlan(steps, gradients, steps, Alone: true) };

    private static void NoBudgetChangesABit<T>(string network, string rule)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        NetworkTrial<T> Trial(MetaObjective<T> objective) => new(NetworkOf(network), RuleOf<T>(rule), objective, Steps, regularized: true);
        foreach (MetaObjective<T> objective in (MetaObjective<T>[])[new TrajectoryLoss<T>(), new FinalLoss<T>()])
        {
            NetworkTrial<T> trial = Trial(objective);
            var everything = new ReverseOptions { StoredSteps = Steps, KeepEvaluations = false };
            T[] plain = trial.Of(new ReverseMode<T>(everything));
            T[] state = trial.Inner.Descent.Memory.ToArray();
            foreach (int stored in (int[])[1, 2, 3, 5, 12])
            {
                Assert.Equal(plain, trial.Of(new ReverseMode<T>(new ReverseOptions { StoredSteps = stored, KeepEvaluations = false })));
                Assert.Equal(plain, trial.Of(new ReverseMode<T>(new ReverseOptions { StoredSteps = stored, Budget = 1 << 24 })));
                Assert.Equal(state, trial.Inner.Descent.Memory.ToArray());
            }

            long least = trial.Compute(new ReverseMode<T>(new ReverseOptions { StoredSteps = 4, KeepEvaluations = false })).PeakBytes;
            for (long budget = least; budget < 8 * least; budget += least / 4)
            {
                Assert.Equal(plain, trial.Of(new ReverseMode<T>(new ReverseOptions { Budget = budget })));
                Assert.Equal(plain, trial.Of(new TruncatedReverseMode<T>(Steps, new ReverseOptions { Budget = budget })));
            }

            trial.Inner.Descent.Objective.Team = new WorkerTeam(2);
            Assert.Equal(plain, trial.Of(new ReverseMode<T>()));
            T[] last = trial.Of(new TruncatedReverseMode<T>(6, everything));
            Assert.Equal(last, trial.Of(new TruncatedReverseMode<T>(6)));
            Assert.NotEqual(plain, last);
        }
    }

    private static Network NetworkOf(string name) => name == "relu" ? Network.Mlp(6, 8, 5, 3) : NetworkCases.Named(name).Network;

    private static UpdateRule<T> RuleOf<T>(string name)
        where T : unmanaged, IFloatingPointIeee754<T> => name switch
        {
            "mirror" => new MirrorDescent<T>(new DiagonalQuadratic<T>(1.5), 0.2, learnRate: true),
            "adam" => new Adam<T>(new AdamOptions { LearningRate = 0.02, Learn = ["learning_rate", "beta1", "beta2"] }),
            _ => new Chain<T>(new ClipByNorm<T>(0.5), new WeightDecay<T>(0.03), new Sgd<T>(new SgdOptions { LearningRate = 0.1, Momentum = 0.8, Learn = ["learning_rate", "momentum"] })),
        };

    private sealed class Counting(Objective<double> inner, Action count) : Objective<double>
    {
        public override ParameterLayout Layout => inner.Layout;

        protected override Objective<double> Inner => inner;

        protected override bool AsksInnerAtTheta => true;

        public override double Evaluate(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, Span<double> gradient)
        {
            count();
            return inner.Evaluate(theta, meta, batch, gradient);
        }

        public override void HessianVectorProducts(
            ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, int k, ReadOnlySpan<double> tangents, Span<double> products) =>
            inner.HessianVectorProducts(theta, meta, batch, k, tangents, products);
    }
}
