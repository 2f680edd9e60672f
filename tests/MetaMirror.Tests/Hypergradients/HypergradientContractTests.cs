using MetaMirror.Divergences;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaLearners;
using MetaMirror.MetaObjectives;
using MetaMirror.Objectives;
using MetaMirror.Optimism;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Neural;

namespace MetaMirror.Tests.Hypergradients;

/// <summary>Every rule and meta-objective: forward = reverse = any checkpointing, and equal to differences. A new rule is one line.</summary>
public sealed class HypergradientContractTests
{
    /// <summary>Rounding of two different summation orders over 12 steps.</summary>
    private const double ForwardReverse = 1e-12;

    /// <summary>Richardson differences (TrialProblem.Differences): about 1e-10 of the largest entry, with a margin for Adam's curvature.</summary>
    private const double Difference = 1e-7;

    private static readonly Dictionary<string, Func<UpdateRule<double>>> Rules = new(StringComparer.Ordinal)
    {
        ["sgd"] = () => new Sgd<double>(new SgdOptions { LearningRate = 0.1 }),
        ["sgd-everything"] = () => new Sgd<double>(new SgdOptions
        {
            LearningRate = 0.05, Momentum = 0.8, Dampening = 0.1, WeightDecay = 0.02, Learn = ["learning_rate", "momentum", "dampening", "weight_decay"],
        }),
        ["nesterov"] = () => new Sgd<double>(new SgdOptions { LearningRate = 0.05, Momentum = 0.8, Nesterov = true, Learn = ["learning_rate", "momentum"] }),
        ["adam"] = () => new Adam<double>(new AdamOptions { LearningRate = 0.05, WeightDecay = 0.01, Learn = ["learning_rate", "beta1", "beta2", "weight_decay"] }),
        ["nadam"] = () => new NAdam<double>(new NAdamOptions { LearningRate = 0.02 }),
        ["rmsprop-centered"] = () => new RmsProp<double>(new RmsPropOptions { LearningRate = 0.02, Momentum = 0.5, Centered = true }),
        ["adagrad"] = () => new AdaGrad<double>(new AdaGradOptions { LearningRate = 0.2 }),
        ["powersign"] = () => new PowerSign<double>(new SignAgreementOptions { LearningRate = 0.05, Learn = ["learning_rate", "alpha"] }),
        ["addsign"] = () => new AddSign<double>(new SignAgreementOptions { LearningRate = 0.05, Decay = SignDecay.Cosine, Learn = ["learning_rate", "alpha"] }),
        ["fds"] = () => new Chain<double>(new ClipByValue<double>(1), new ScheduledSgd<double>(new ScheduledSgdOptions { LearningRate = 0.1, Momentum = 0.5, WeightDecay = 0.02, MomentumValues = 2, WeightDecayValues = 3 })),
        ["meta-curvature"] = () => new MetaCurvature<double>(0.05),
        ["warp-grad"] = () => new WarpGrad<double>(0.05),
        ["lstm-rule"] = () => new LstmRule<double>(new LstmRuleOptions { LearningRate = 0.02, Units = 2, Layers = 2, OutputDeviation = 0.3 }),
        ["mlp-rule"] = () => new MlpRule<double>(new MlpRuleOptions { LearningRate = 0.02, Units = 3, Layers = 1, Decays = [0.5, 0.9], OutputDeviation = 0.3 }),
        ["chain"] = () => new Chain<double>(
            new ClipByNorm<double>(0.9), new WeightDecay<double>(0.05), new Warmup<double>(5), new LinearSchedule<double>(0.05), new AdamW<double>(new AdamOptions { LearningRate = 0.05 })),
        ["mirror-scaled"] = () => new MirrorDescent<double>(new ScaledIdentity<double>(2), 0.2, learnRate: true),
        ["mirror-diagonal"] = () => new MirrorDescent<double>(new DiagonalQuadratic<double>([2.25, 0.64]), 0.1, learnRate: true),
        ["mirror-full-matrix"] = () => new MirrorDescent<double>(FullMatrixDivergence<double>.FromMetric([2.25, 0.4, 0.4, 0.64], 2), 0.1, learnRate: true),
        ["mirror-max1"] = () => new MirrorDescent<double>(new MaxOfDiagonals<double>(1, [2.25, 0.64]), 0.1, learnRate: true),
        ["mirror-max3-exact"] = () => new MirrorDescent<double>(new MaxOfDiagonals<double>(3, [1, 4, 4, 1.1, 2.89, 2.7225]), 0.3),
        ["mirror-max3-printed"] = () => new MirrorDescent<double>(
            new MaxOfDiagonals<double>(3, [1, 4, 4, 1.1, 2.89, 2.7225], Center.Origin, MaxStep.Printed), 0.3),
        ["region-nesterov"] = () => new Chain<double>(
            new LinearSchedule<double>(0.05), new TrustRegion<double>(0.9, new Chain<double>(new NesterovHint<double>(0.7, learn: true), new MirrorDescent<double>(new DiagonalQuadratic<double>([2.25, 0.64]), 0.1, learnRate: true)), learn: true)),
        ["region-predictable-max3"] = () => new PredictableTrustRegion<double>(0.9, new Chain<double>(new OmegaHint<double>(0.7, 0.8, learn: true), new MirrorDescent<double>(new MaxOfDiagonals<double>(3, [1, 4, 4, 1.1, 2.89, 2.7225]), 0.3)), learn: true),
        ["normalized-heavy-ball"] = () => new NormalizedGradient<double>(0.9, new Chain<double>(new HeavyBallHint<double>(0.7, RateMeaning.Total, learn: true), new MirrorDescent<double>(new ScaledIdentity<double>(2), 0.1)), learn: true),
        ["optimistic-sgd"] = () => new Chain<double>(new LastGradientHint<double>(0.8, learn: true), new Sgd<double>(new SgdOptions { LearningRate = 0.1 })),
        ["learned-basis"] = () => new LearnedBasis<double>(
            Statistics(), 1, new LearnedBasisOptions { LearningRate = 0.05, Learn = ["learning_rate", "momentum", "averaging", "prior_weight", "scales"] }),
        ["tracked-basis"] = Tracked,
        ["optimistic-tracked-basis"] = () => new Chain<double>(new LastGradientHint<double>(0.8, learn: true), new LinearSchedule<double>(0.05), Tracked()),
    };

    private static readonly Dictionary<string, Func<MetaObjective<double>>> Objectives = new(StringComparer.Ordinal)
    {
        ["trajectory"] = () => new TrajectoryLoss<double>(),
        ["final"] = () => new FinalLoss<double>(),
        ["final-gradient-norm"] = () => new FinalGradientNorm<double>(),
        ["validation"] = () => new ValidationLoss<double>(),
        ["regret-bound"] = () => new RegretBound<double>(),
        ["relaxed"] = () => new RelaxedRegretBound<double>(0.2),
    };

    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        foreach (string rule in Rules.Keys)
        {
            foreach (string objective in Objectives.Keys)
            {
                // The un-relaxed bound refuses the printed step.
                if (rule == "mirror-max3-printed" && objective == "regret-bound")
                    continue;
                if (rule.StartsWith("mirror", StringComparison.Ordinal) || objective is not ("regret-bound" or "relaxed"))
                    data.Add(rule, objective);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Forward_reverse_and_differences_agree(string rule, string objective)
    {
        var problem = new TrialProblem(Rules[rule](), Objectives[objective](), steps: 12, start: [0.3, 1.2], objective: () => new QuarticObjective(TrialProblem.H2, [2, -1], true));
        (double[] reverse, double[] direct, HypergradientReport report) = problem.Compute(new ReverseMode<double>());
        (double[] forward, double[] forwardDirect, _) = problem.Compute(new ForwardMode<double>());
        TrialProblem.AssertClose(reverse, forward, ForwardReverse, "forward against reverse");
        TrialProblem.AssertClose(direct, forwardDirect, ForwardReverse, "direct part");
        Assert.Equal(problem.Value(problem.Meta.Natural), report.Value, 1e-13 * Math.Abs(report.Value));
        Assert.Contains(reverse, g => g != 0);
        TrialProblem.AssertClose(problem.Differences(reverse), reverse, Difference, "differences");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Checkpointing_does_not_change_a_bit(string rule, string objective)
    {
        var problem = new TrialProblem(Rules[rule](), Objectives[objective](), steps: 11);
        (double[] plain, _, _) = problem.Compute(new ReverseMode<double>(new ReverseOptions { StoredSteps = 11 }));
        foreach (int segment in (int[])[1, 2, 5, 100])
            Assert.Equal(plain, problem.Compute(new ReverseMode<double>(new ReverseOptions { StoredSteps = segment })).Total);
        Assert.Equal(plain, problem.Compute(new TruncatedReverseMode<double>(11)).Total);
    }

    [Fact]
    public void Learned_initial_point_gets_the_gradient_of_theta_1()
    {
        var problem = new TrialProblem(Rules["adam"](), new TrajectoryLoss<double>(), 9, initialPoint: new LearnedInitialPoint<double>([0.5, -0.25]));
        (double[] reverse, _, _) = problem.Compute(new ReverseMode<double>());
        TrialProblem.AssertClose(reverse, problem.Compute(new ForwardMode<double>()).Total, ForwardReverse, "forward against reverse");
        TrialProblem.AssertClose(problem.Differences(reverse), reverse, Difference, "differences");
    }

    [Fact]
    public void Truncation_sees_only_the_last_steps()
    {
        var problem = new TrialProblem(Rules["sgd"](), new FinalLoss<double>(), 10);
        (double[] all, _, _) = problem.Compute(new ReverseMode<double>());
        (double[] last, _, HypergradientReport report) = problem.Compute(new TruncatedReverseMode<double>(3));
        Assert.NotEqual(all, last);

        // All three are stored; one more gradient is that of the final loss.
        Assert.Equal(10 + 1, report.Gradients);
        Assert.Equal(3, report.HessianVectorProducts);
    }

    [Fact]
    public void Reverse_costs_a_product_a_step_and_a_gradient_for_each_step_not_stored_and_memory_grows_with_the_root()
    {
        HypergradientReport At(int steps) => new TrialProblem(Rules["sgd"](), new TrajectoryLoss<double>(), steps).Compute(new ReverseMode<double>()).Report;
        HypergradientReport small = At(100);
        HypergradientReport large = At(2500);

        // 10 x 2.65 x (16 + 48) bytes hold 34 steps of 48 bytes and 2 checkpoints of 16.
        Assert.Equal(100 + 100 - 34, small.Gradients);
        Assert.Equal(100, small.HessianVectorProducts);
        Assert.True(large.PeakBytes < 6 * small.PeakBytes, $"{large.PeakBytes} bytes at T = 2500 against {small.PeakBytes} at T = 100: expected about 5 times");
    }

    [Fact]
    public void A_run_that_diverges_gives_no_gradient_and_says_where()
    {
        var problem = new TrialProblem(new Sgd<double>(new SgdOptions { LearningRate = 50 }), new FinalLoss<double>(), 40);
        (double[] total, _, HypergradientReport report) = problem.Compute(new ReverseMode<double>());
        Assert.True(report.Inner.Diverged);
        Assert.False(report.Succeeded);
        Assert.Equal("theta", report.Inner.Tensor);
        Assert.All(total, g => Assert.Equal(0, g));
        Assert.Contains("diverged at step", report.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_to_learn_is_refused()
    {
        var problem = new TrialProblem(new Identity<double>(), new FinalLoss<double>(), 3, penalty: false);
        ArgumentException error = Assert.Throws<ArgumentException>(() => problem.Compute(new ReverseMode<double>()));
        Assert.Contains("no meta-parameters", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bounds_refuse_steps_they_do_not_speak_of()
    {
        ArgumentException printed = Assert.Throws<ArgumentException>(() => new TrialProblem(Rules["mirror-max3-printed"](), new RegretBound<double>(), 3));
        Assert.Contains("exact mirror steps", printed.Message, StringComparison.Ordinal);
        UpdateRule<double> scheduled = new Chain<double>(new LinearSchedule<double>(0.05), new MirrorDescent<double>(new DiagonalQuadratic<double>(), 0.1));
        foreach (MetaObjective<double> bound in (MetaObjective<double>[])[new RegretBound<double>(), new RelaxedRegretBound<double>(0.2)])
        {
            ArgumentException error = Assert.Throws<ArgumentException>(() => new TrialProblem(scheduled, bound, 3));
            Assert.Contains("one constant step", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Bounds_need_a_divergence()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new TrialProblem(Rules["adam"](), new RegretBound<double>(), 3));
        Assert.Contains("'adam' has no divergence", error.Message, StringComparison.Ordinal);
    }

    private static TrackedBasis<double> Tracked() => new(Statistics(), new TrackedBasisOptions
    {
        LearningRate = 0.05, RotateVectors = false, PriorWeight = 0.5, Learn = ["learning_rate", "momentum", "averaging", "exponent", "prior_weight", "scales"],
    });

    private static BoundStatistics Statistics()
    {
        var statistics = new BoundStatistics(ParameterLayout.Vector(2));
        statistics.AddGradient<double>([1, -0.4]);
        statistics.AddGradient<double>([0.3, 0.8]);
        return statistics;
    }
}
