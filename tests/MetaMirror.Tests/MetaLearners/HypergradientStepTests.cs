using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaLearners;
using MetaMirror.MetaObjectives;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.Tests.Cases;
using MetaMirror.Tests.Hypergradients;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.MetaLearners;

/// <summary>Case A42 and its kin: what can't be learned is refused with a plain message, and no NaN ever reaches mu.</summary>
public sealed class HypergradientStepTests
{
    [Fact]
    public void No_parameters_is_said_so()
    {
        var task = new ObjectiveTask<double>("empty", () => new QuadraticObjective<double>([], []));
        ArgumentException error = Assert.Throws<ArgumentException>(() => Learner(new TaskFamily<double>([task]), Families.Descent(), Reverse()));
        Assert.Contains("has no parameters.", error.Message, StringComparison.Ordinal);
        Assert.Contains("The network has no parameters.", Assert.Throws<ArgumentException>(() => new MetaMirror.Networks.NetworkBuilder().ReLU().Build()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_meta_parameters_is_said_so()
    {
        foreach (UpdateRule<double> rule in (UpdateRule<double>[])[new Identity<double>(), new Sgd<double>(new SgdOptions { LearningRate = .1, Learn = [] })])
        {
            ArgumentException error = Assert.Throws<ArgumentException>(() => Learner(Families.Quartics(2), rule, Reverse()));
            Assert.Contains($"'{rule.Name}' has no meta-parameters to learn", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_linear_solve_that_diverges_ends_learning_with_its_verdict()
    {
        // Step 1.9 over the curvature 1.1..2.2: the update is no contraction, so the series grows without bound.
        var step = new HypergradientStep<double>(new ImplicitMode<double>(ImplicitMethod.Neumann, 400, 1e-10), new ValidationLoss<double>(), Families.Descent());
        MetaLearner<double> learner = Learner(Penalized(), Families.Descent(1.9), step, new Unroll(1, FullBatch: true));
        double[] before = learner.Meta.Raw.ToArray();
        SolveFailedException error = Assert.Throws<SolveFailedException>(() => learner.Learn());
        Assert.Equal(SolveStatus.Diverged, error.Report.Status);
        Assert.Contains("diverged", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, learner.Meta.Raw.ToArray());
    }

    [Fact]
    public void A_linear_solve_that_is_not_finished_is_refused_unless_truncation_was_asked_for()
    {
        MetaStep<double> Step(double tolerance) =>
            new HypergradientStep<double>(new ImplicitMode<double>(ImplicitMethod.Neumann, 3, tolerance), new ValidationLoss<double>(), Families.Descent(.01));
        Assert.Throws<SolveFailedException>(() => Learner(Penalized(), Families.Descent(.1), Step(1e-10), new Unroll(50, FullBatch: true)).Learn());
        Assert.Equal(1, Learner(Penalized(), Families.Descent(.1), Step(0), new Unroll(50, FullBatch: true)).Learn().OuterSteps);
    }

    [Fact]
    public void Implicit_estimators_refuse_mini_batches_and_path_objectives()
    {
        var implicitMode = new ImplicitMode<double>(ImplicitMethod.Neumann, 3, 0);
        ArgumentException batches = Assert.Throws<ArgumentException>(
            () => Learner(Penalized(), Families.Descent(), new HypergradientStep<double>(implicitMode, new ValidationLoss<double>(), Families.Descent())).Learn());
        Assert.Contains("full batches", batches.Message, StringComparison.Ordinal);
        ArgumentException path = Assert.Throws<ArgumentException>(
            () => Learner(Penalized(), Families.Descent(), new HypergradientStep<double>(implicitMode, new TrajectoryLoss<double>(), Families.Descent()), new Unroll(3, FullBatch: true)).Learn());
        Assert.Contains("'trajectory-loss' has terms along the path", path.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hypergradient_that_overflows_counts_as_a_diverged_run_and_never_reaches_mu()
    {
        // The run settles on a limit cycle while its derivative grows by a factor every step, until it overflows.
        var rule = new Sgd<double>(new SgdOptions { LearningRate = 1.95 });
        TaskDistribution<double> tasks = new TaskFamily<double>([new ObjectiveTask<double>("chaotic", () => new SineObjective(), [.3])]);
        MetaLearner<double> learner = Learner(tasks, rule, Reverse(), new Unroll(3000, FullBatch: true));
        MetaLearningDivergedException error = Assert.Throws<MetaLearningDivergedException>(() => learner.Learn());
        Assert.Contains("'chaotic'", error.Message, StringComparison.Ordinal);
        Assert.Contains("hypergradient of Rule.learning_rate", error.Message, StringComparison.Ordinal);
        Assert.True(double.IsFinite(learner.Meta.Raw[0]));
    }

    [Fact]
    public void Measured_k_depends_on_the_learning_rate()
    {
        // k = eta^2 T L^2 / 2 with L held: dE/deta has eta T L^2 / lambda beside the part through the run.
        var rule = new MirrorDescent<double>(new DiagonalQuadratic<double>([2.0, .7]), .1, learnRate: true);
        var problem = new TrialProblem(rule, new RelaxedRegretBound<double>(null), 8, fullBatch: true, penalty: false);
        double[] total = problem.Compute(new ReverseMode<double>()).Total;

        // L is the first gradient's norm here, which no meta-parameter moves, so differences see the same derivative.
        TrialProblem.AssertClose(problem.Differences(total), total, 1e-7, "differences");
        TrialProblem.AssertClose(total, problem.Compute(new ForwardMode<double>()).Total, 1e-12, "forward mode");
    }

    [Fact]
    public void Diverged_tasks_do_not_enter_the_mean_of_the_direct_part_either()
    {
        MetaStep<double> Step() => new HypergradientStep<double>(new ReverseMode<double>(), new RegretBound<double>(), Families.Descent(.05), GradientPart.Direct);
        var rule = new MirrorDescent<double>(new DiagonalQuadratic<double>(2), .3);
        MetaLearner<double> with = Learner(Families.Faulty(null, 3), rule, Step()), without = Learner(Families.Faulty([null]), rule, Step());
        with.Learn();
        without.Learn();
        Assert.Equal(without.Meta.Raw.ToArray(), with.Meta.Raw.ToArray());
    }

    [Theory]
    [InlineData(null, 101)]
    [InlineData(3.0, 5)]
    [InlineData(1.0, 3)]
    public void A_run_with_a_long_hypergradient_is_shortened_to_a_multiple_of_the_median(double? clipping, double sum)
    {
        // Losses a theta, one step of size eta from anywhere: the final loss has the derivative -a^2 in eta. Slopes 1, 1 and sqrt(99) give 1, 1 and 99.
        var tasks = new TaskFamily<double>([Slope(1), Slope(1), Slope(Math.Sqrt(99))]);
        var rule = new Sgd<double>(new SgdOptions { LearningRate = .1 });
        var step = new HypergradientStep<double>(new ReverseMode<double>(), new FinalLoss<double>(), Families.Descent(1), clipping: clipping);
        MetaLearner<double> learner = Learner(tasks, rule, step, new Unroll(1, FullBatch: true));
        double before = learner.Meta.Raw[0];
        learner.Learn();

        // raw = log eta: its derivative is eta times that.
        Assert.Equal(sum / 3 * .1, learner.Meta.Raw[0] - before, 1e-9);
    }

    [Theory]
    [InlineData(.5)]
    [InlineData(double.NaN)]
    public void Clipping_below_the_median_is_refused(double clipping) => Assert.Throws<ArgumentOutOfRangeException>(
        () => new HypergradientStep<double>(new ReverseMode<double>(), new FinalLoss<double>(), Families.Descent(), clipping: clipping));

    private static ObjectiveTask<double> Slope(double a) => new(
        $"slope {a}", () => new DelegateObjective<double>(
            ParameterLayout.Vector(1),
            (theta, in batch, gradient) =>
            {
                if (!gradient.IsEmpty)
                    gradient[0] = a;
                return a * theta[0];
            }),
        [1]);

    private static HypergradientStep<double> Reverse() => new(new ReverseMode<double>(), new FinalLoss<double>(), Families.Descent());

    private static MetaLearner<double> Learner(TaskDistribution<double> tasks, UpdateRule<double> rule, MetaStep<double> step, Unroll? unroll = null) =>
        new(tasks, rule, new TaskInitialPoint<double>(), unroll ?? new Unroll(10), step, new MetaLearnerOptions { OuterSteps = 1 });

    private static TaskFamily<double> Penalized() => new([new ObjectiveTask<double>(
        "penalized", () => new Regularized<double>(new QuadraticObjective<double>(TrialProblem.H2, [1, -1]), new RegularizerWeight(.1)), [.5, -.25])
    {
        Validation = () => new QuadraticObjective<double>([1, 0, 0, 3], [.2, .4]),
    }]);
}
