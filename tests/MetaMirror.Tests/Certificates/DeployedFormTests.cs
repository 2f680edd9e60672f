using System.Collections.Immutable;
using MetaMirror.Certificates;
using MetaMirror.Datasets;
using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.InitialPoints;
using MetaMirror.Networks;
using MetaMirror.Optimism;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Certificates;

/// <summary>Rules of the library as formulas, replayed beside real runs: read right, or refused.</summary>
public sealed class DeployedFormTests
{
    private const int Steps = 30;

    /// <summary>A rule, and the names of certificates that have to hold. A new rule that can be certified joins in one line.</summary>
    public static TheoryData<string> Certified { get; } = [.. Rules.Keys];

    private static Dictionary<string, (Func<UpdateRule<double>> Rule, string[] Holds)> Rules => new(StringComparer.Ordinal)
    {
        ["diagonal"] = (() => Diagonal(), ["linearized-regret", "regret", "average-iterate", "last-iterate", "everything-measured", "universal"]),
        ["scaled identity"] = (() => new MirrorDescent<double>(new ScaledIdentity<double>(2), .3), ["regret", "last-iterate"]),
        ["exact maximum"] = (() => new MirrorDescent<double>(new MaxOfDiagonals<double>(3), .3), ["linearized-regret", "regret", "average-iterate"]),
        ["sgd"] = (() => new Sgd<double>(new SgdOptions { LearningRate = .2 }), ["regret", "universal-last-iterate"]),
        ["heavy ball"] = (() => new Sgd<double>(new SgdOptions { LearningRate = .05, Momentum = .8 }), ["heavy-ball-regret", "momentum-regret", "everything-measured"]),
        ["nesterov"] = (() => new Sgd<double>(new SgdOptions { LearningRate = .05, Momentum = .8, Nesterov = true }), ["momentum-regret", "everything-measured"]),
        ["linear decay"] = (() => new Chain<double>(new LinearSchedule<double>(.05), Diagonal()), ["regret", "linear-decay", "last-iterate"]),
        ["warm-up, cosine, momentum"] = (
            () => new Chain<double>(new Warmup<double>(5), new CosineSchedule<double>(0), new Sgd<double>(new SgdOptions { LearningRate = .05, Momentum = .8 })), ["everything-measured"]),
        ["clipped sgd"] = (
            () => new Chain<double>(new ClipByNorm<double>(.1), new Sgd<double>(new SgdOptions { LearningRate = .2 })), ["regret", "trust-region-in-advance", "everything-in-advance"]),
        ["trust region"] = (() => new TrustRegion<double>(.1, Diagonal()), ["regret", "average-iterate", "trust-region-in-advance", "last-iterate", "everything-in-advance"]),
        ["predictable trust region"] = (() => new PredictableTrustRegion<double>(.1, Diagonal()), ["regret", "average-iterate", "last-iterate", "everything-measured"]),
        ["normalized"] = (() => new NormalizedGradient<double>(.05, Diagonal()), ["regret", "average-iterate", "normalized-steps"]),
        ["last gradient"] = (() => new Chain<double>(new LastGradientHint<double>(), Diagonal()), ["regret", "everything-measured"]),
        ["half the last gradient"] = (() => new Chain<double>(new LastGradientHint<double>(.5), Diagonal()), ["regret", "everything-measured"]),
        ["average of gradients, cosine"] = (() => new Chain<double>(new CosineSchedule<double>(.1), new AverageHint<double>(), Diagonal()), ["regret", "everything-measured"]),
        ["omega"] = (() => new Chain<double>(new OmegaHint<double>(.5, .5), Diagonal()), ["regret", "everything-measured"]),
        ["omega with momentum"] = (() => new Chain<double>(new OmegaMomentumHint<double>(.5, .5), Diagonal()), ["regret", "everything-measured"]),
        ["supplied"] = (
            () => new TrustRegion<double>(.2, new Chain<double>(new LinearSchedule<double>(.1), new SuppliedHint<double>((t, h) => h.Fill(.01 * (t % 3))), Diagonal())),
            ["regret", "everything-measured"]),
        ["total heavy ball"] = (() => new Chain<double>(new HeavyBallHint<double>(.8, RateMeaning.Total), Diagonal()), ["heavy-ball-regret", "momentum-regret"]),
        ["total nesterov, decay"] = (
            () => new Chain<double>(new LinearSchedule<double>(.1), new NesterovHint<double>(.8, RateMeaning.Total), Diagonal()), ["regret", "everything-measured"]),
        ["heavy ball, cosine, full matrix"] = (
            () => new Chain<double>(new CosineSchedule<double>(.1), new HeavyBallHint<double>(.8), new MirrorDescent<double>(new FullMatrixDivergence<double>(), .02)), ["everything-measured"]),
        ["nesterov, trust region, kronecker"] = (
            () => new Chain<double>(
                new LinearSchedule<double>(.1), new TrustRegion<double>(.2, new Chain<double>(new NesterovHint<double>(.8), new MirrorDescent<double>(new KroneckerDivergence<double>(), .05)))),
            ["everything-measured", "everything-in-advance"]),
        ["nesterov, predictable, exact maximum"] = (
            () => new PredictableTrustRegion<double>(.2, new Chain<double>(new NesterovHint<double>(.8), new MirrorDescent<double>(new MaxOfDiagonals<double>(3), .05))), ["everything-measured"]),
        ["last gradient, exact maximum"] = (() => new Chain<double>(new LastGradientHint<double>(), new MirrorDescent<double>(new MaxOfDiagonals<double>(2), .1)), ["regret"]),
        ["adagrad"] = (() => new AdaGrad<double>(new AdaGradOptions { LearningRate = .1 }), ["changing-metric-regret", "adagrad-regret", "universal"]),
        ["adagrad, falling rate"] = (
            () => new Chain<double>(new LinearSchedule<double>(.1), new AdaGrad<double>(new AdaGradOptions { LearningRate = .1, LearningRateDecay = .1, InitialAccumulator = .01 })),
            ["changing-metric-regret", "adagrad-regret"]),
        ["clipped diagonal"] = (() => new Chain<double>(new ClipByNorm<double>(.1), Diagonal()), ["regret", "average-iterate", "last-iterate"]),
    };

    [Theory]
    [MemberData(nameof(Certified))]
    public void Rules_Are_Read_As_They_Run(string name)
    {
        (Func<UpdateRule<double>> rule, string[] holds) = Rules[name];
        RunCertificationResult result = Run(rule(), batches: null);
        Assert.Equal(result.Deployed.Obstacle is null, result.Deployed.Changing is null);
        Assert.All(result.Certificates, c => Assert.False(c.IsExceeded, c.Verdict));
        Assert.Equal(result.IsWeighted, result.Certificates.Single(c => c.Name == "regret").Statement.Contains(CertifiedRun.WeightedRegretName, StringComparison.Ordinal));
        foreach (string certificate in holds)
        {
            Certificate found = Assert.Single(result.Certificates, c => c.Name == certificate);
            Assert.False(found.IsRefused || found.IsExceeded || found.Bound is null || found.Measured is null, found.Verdict);
        }
    }

    [Fact]
    public void Momentum_Weighs_Steps_Of_One_Size_Differently()
    {
        Assert.True(Run(new Sgd<double>(new SgdOptions { LearningRate = .05, Momentum = .8 }), batches: null).IsWeighted);
        Assert.False(Run(Diagonal(), batches: null).IsWeighted);
    }

    [Fact]
    public void Mini_Batches_Have_Their_Regret_And_A_Certificate_Of_The_Full_Loss_All_The_Same()
    {
        RunCertificationResult result = Run(Diagonal(), batches: 5);
        Assert.Equal(
            ["linearized-regret", "regret", "population-average", "population-with-probability", "universal", "universal-last-iterate", "gradient-at-end"], result.Certificates.Select(c => c.Name));
        Assert.All(result.Certificates, c => Assert.False(c.IsRefused || c.IsExceeded, c.Verdict));
        Assert.Contains("mini-batches seen", result.Certificates[1].Verdict, StringComparison.Ordinal);
        Assert.Contains(result.Certificates[2].Premises, p => p is { Status: PremiseStatus.Checked } && p.Text.Contains("with replacement", StringComparison.Ordinal));
        Certificate epochs = Run(Diagonal(), batches: 5, BatchOrder.Epochs).Certificates[2];
        Assert.Contains("with replacement", epochs.Verdict, StringComparison.Ordinal);
        Assert.True(epochs.IsRefused, epochs.Verdict);
    }

    [Fact]
    public void Mini_Batches_With_Momentum_Hints_And_Predictable_Steps_Speak_Of_The_Full_Loss()
    {
        Holds(new Chain<double>(new LinearSchedule<double>(.1), new NesterovHint<double>(.8), Diagonal()), "population-average", "population-with-probability");
        Holds(new Chain<double>(new AverageHint<double>(), Diagonal()), "regret", "population-average", "population-with-probability");
        Holds(new PredictableTrustRegion<double>(.1, Diagonal()), "regret", "population-regret");
        Holds(new AdaGrad<double>(new AdaGradOptions { LearningRate = .1 }), "changing-metric-regret", "adagrad-regret");
        Assert.All(
            Run(new TrustRegion<double>(.1, Diagonal()), batches: 5).Certificates.Where(c => c.Name.StartsWith("population", StringComparison.Ordinal)),
            c => Assert.True(c.IsRefused, c.Verdict));

        static void Holds(UpdateRule<double> rule, params string[] names)
        {
            RunCertificationResult result = Run(rule, batches: 5);
            foreach (string name in names)
            {
                Certificate found = Assert.Single(result.Certificates, c => c.Name == name);
                Assert.False(found.IsRefused || found.IsExceeded || found.Bound is null, found.Verdict);
            }
        }
    }

    [Fact]
    public void Any_Optimizer_Has_The_Universal_Certificate_And_Nothing_More()
    {
        RunCertificationResult result = Run(new Adam<double>(new AdamOptions { LearningRate = .1 }), batches: null);
        Assert.All(result.Certificates, c => Assert.Equal(c.Name is not ("universal" or "universal-last-iterate" or "gradient-at-end"), c.IsRefused));
        Assert.All(result.Certificates, c => Assert.False(c.IsExceeded, c.Verdict));
        Assert.Contains("'adam' is no step in one fixed metric", result.Certificates[0].Verdict, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Center.Start)]
    [InlineData(Center.Origin)]
    public void The_Printed_Step_Of_A_Maximum_Is_Refused(Center center)
    {
        RunCertificationResult result = Run(new MirrorDescent<double>(new MaxOfDiagonals<double>(3, center: center, step: MaxStep.Printed), .3), batches: null);
        Assert.All(result.Certificates.Where(c => c.Level is CertificateLevel.L0 or CertificateLevel.L1), c => Assert.True(c.IsRefused, c.Verdict));
    }

    [Fact]
    public void R6_The_Counterexample_Is_Certified_With_The_Exact_Step_And_Refused_With_The_Printed_One()
    {
        ImmutableArray<double> metrics = [8, .75, .9, 6.7];
        (Certificate exact, double exactRegret) = Counterexample(MaxStep.Exact);
        Assert.False(exact.IsRefused || exact.IsExceeded, exact.Verdict);
        Assert.Equal(.202509118994, exactRegret, 1e-11);
        Assert.Equal(2000 * exactRegret, exact.Measured!.Value, 1e-8);
        (Certificate printed, double printedRegret) = Counterexample(MaxStep.Printed);
        Assert.True(printed.IsRefused, printed.Verdict);
        Assert.Contains("exact mirror step", printed.Verdict, StringComparison.Ordinal);

        // What is refused would have been wrong by far.
        Assert.Equal(9.02170677697, printedRegret, 1e-10);
        Assert.True(2000 * printedRegret > 10 * exact.Bound);

        (Certificate Certificate, double Regret) Counterexample(MaxStep step)
        {
            var objective = new DelegateObjective<double>(ParameterLayout.Vector(2), Kinks);
            var rule = new MirrorDescent<double>(new MaxOfDiagonals<double>(2, metrics, Center.Origin, step), .1);
            var descent = new Descent<double>(objective, rule, new Unroll(2000, FullBatch: true));
            var meta = new MetaParameters<double>([], rule.MetaSpecs(objective.Layout), []);
            var deployed = DeployedForm.Of(rule, objective.Layout, meta.Of(MetaPlace.Rule), 2000);
            var observer = new CertificateObserver<double>(deployed.Geometry, deployed.Form, 2000);
            descent.Start([-1.785, .357], meta, BatchKey.Full);
            descent.Run(observer, TestContext.Current.CancellationToken);
            CertifiedRun run = new()
            {
                Sums = observer.Sums, Curvature = LossCurvature.Convex, Comparator = Comparator.Minimizer([1.11, 1.225]), ComparatorLoss = 0, Obstacle = deployed.Obstacle,
            };
            return (new WeightedRegret().Certify(run), run.WeightedRegret / observer.Sums.WeightSum);
        }
    }

    [Fact]
    public void Two_Steps_In_A_Chain_And_Decay_Beside_The_Loss_Are_Obstacles()
    {
        foreach (UpdateRule<double> rule in (UpdateRule<double>[])
                 [
                     new Chain<double>(Diagonal(), Diagonal()),
                     new Sgd<double>(new SgdOptions { LearningRate = .1, WeightDecay = .1 }),
                     new Chain<double>(new WeightDecay<double>(.1), Diagonal()),
                     new Chain<double>(new HeavyBallHint<double>(.5), new LastGradientHint<double>(), Diagonal()),
                     new Chain<double>(new LastGradientHint<double>(), new LinearSchedule<double>(.1), Diagonal()),
                     new TrustRegion<double>(1, new Chain<double>(new ClipByNorm<double>(1), Diagonal())),
                     new AdaGrad<double>(new AdaGradOptions { WeightDecay = .1 }),
                     new Sgd<double>(new SgdOptions { LearningRate = .1, Momentum = .5, Dampening = .5 }),
                 ])
        {
            ParameterLayout layout = ParameterLayout.Vector(4);
            var meta = new MetaParameters<double>([], rule.MetaSpecs(layout), []);
            var deployed = DeployedForm.Of(rule, layout, meta.Of(MetaPlace.Rule), 4);
            Assert.NotNull(deployed.Obstacle);
            Assert.Null(deployed.Form);
            Assert.Null(deployed.Changing);
        }
    }

    [Fact]
    public void What_Acts_Beside_The_Step_Is_Named()
    {
        ParameterLayout layout = ParameterLayout.Vector(4);
        var decayed = new Chain<double>(new WeightDecay<double>(.1), Diagonal());
        Assert.Contains("'weight-decay'", Obstacle(decayed), StringComparison.Ordinal);
        var basis = new LearnedBasis<double>([.. layout.Blocks.Select(BasisBlock<double>.Identity)]);
        Assert.Contains("averages squared gradients", Obstacle(basis), StringComparison.Ordinal);
        Assert.EndsWith("changes with every gradient", Obstacle(new AdaGrad<double>()), StringComparison.Ordinal);
        Assert.Contains("the rate of step 4 is 0", Obstacle(new Chain<double>(new LinearSchedule<double>(0, transitionSteps: 3), new AdaGrad<double>())), StringComparison.Ordinal);
        Assert.Contains("clipped gradients", Obstacle(new Chain<double>(new ClipByNorm<double>(1), new AdaGrad<double>())), StringComparison.Ordinal);

        string Obstacle(UpdateRule<double> rule) =>
            DeployedForm.Of(rule, layout, new MetaParameters<double>([], rule.MetaSpecs(layout), []).Of(MetaPlace.Rule), 4).Obstacle!;
    }

    [Fact]
    public void Hints_Of_Unscaled_Gradients_Cannot_Be_Replayed()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new HintDirections<double>(new HeavyBallHint<double>(.5), ParameterLayout.Vector(2), [.5], 1, [1]));
        Assert.Contains("'heavy-ball' leaves the scale to the step", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_Momentum_Of_One_Or_More_Is_An_Obstacle()
    {
        // Values of a file need not be those of the options: rate, decay, momentum, dampening.
        var rule = new Sgd<double>(new SgdOptions { LearningRate = .1, Momentum = .5 });
        Assert.Contains("momentum 1.2", DeployedForm.Of(rule, ParameterLayout.Vector(4), [.1, 0, 1.2, 0], 4).Obstacle, StringComparison.Ordinal);
        Assert.Contains("rate -0.1", DeployedForm.Of(rule, ParameterLayout.Vector(4), [-.1, 0, .5, 0], 4).Obstacle, StringComparison.Ordinal);
    }

    [Fact]
    public void L0_Holds_On_Networks_With_Mini_Batches_In_Both_Precisions()
    {
        CheckNetwork<double>();
        CheckNetwork<float>();
    }

    [Fact]
    public void Observing_Allocates_Nothing()
    {
        var observer = new CertificateObserver<float>(DiagonalGeometry.Euclidean(40), new DescentForm([.. Enumerable.Repeat(.1, 8)]) { Momentum = MomentumForm.Nesterov, Mu = .9 }, 8);
        float[] theta = Objectives.Draws.Normal<float>(40, 1), gradient = Objectives.Draws.Normal<float>(40, 2);
        Allocation.AssertNone(() =>
        {
            for (int t = 0; t < 8; t++)
                observer.Visit(new PathPoint<float> { Step = t, Steps = 8, Theta = theta, Gradient = gradient, Loss = 1 }, []);
            observer.Finish(theta, theta);
        });
        Assert.True(observer.Sums.IsFinished);
        var layout = ParameterLayout.Vector(40);
        var directions = new HintDirections<float>(new AverageHint<float>(), layout, [1, .5f], .1, [1, 1, 1, 1, 1, 1, 1, 1]);
        var hints = new CertificateObserver<float>(
            new DivergenceGeometry<float>(new KroneckerDivergence<float>(), layout, new MetaParameters<float>([], new KroneckerDivergence<float>().MetaSpecs(layout), []).Of(MetaPlace.Rule)),
            new DescentForm([.. Enumerable.Repeat(.1, 8)]) { Momentum = MomentumForm.Hints, Directions = directions }, 8);
        var changing = new CertificateObserver<float>(DiagonalGeometry.Euclidean(40), null, 8, new AccumulatedSquares(40, [.. Enumerable.Repeat(.1, 8)], 1e-8));
        Allocation.AssertNone(() =>
        {
            for (int t = 0; t < 8; t++)
            {
                var point = new PathPoint<float> { Step = t, Steps = 8, Theta = theta, Gradient = gradient, Loss = 1 };
                hints.Visit(point, []);
                changing.Visit(point, []);
            }

            hints.Finish(theta, theta);
            changing.Finish(theta, theta);
        });
        Assert.Equal(8, changing.Changing!.Count);
    }

    private static MirrorDescent<double> Diagonal() => new(new DiagonalQuadratic<double>([.. Enumerable.Range(0, 4).Select(i => .5 + i)]), .3);

    private static double Kinks(ReadOnlySpan<double> x, in BatchKey batch, Span<double> g)
    {
        double v = 1.09 * (x[0] - 1.11), w = .99 * (x[1] - 1.225), s = v + w > 0 ? .337 : -.337, r = v - w > 0 ? 1 : -1;
        if (!g.IsEmpty)
            (g[0], g[1]) = (1.09 * (s + r), .99 * (s - r));
        return (.337 * Math.Abs(v + w)) + Math.Abs(v - w);
    }

    private static RunCertificationResult Run(UpdateRule<double> rule, int? batches, BatchOrder order = BatchOrder.WithReplacement)
    {
        Dataset<double> data = Objectives.Draws.Classification<double>(40, 3, 2);
        var options = new SupervisedOptions(batches ?? 1) { Regularizer = RegularizerWeight.Fixed(.02), Order = order };
        var task = new SupervisedTask<double>(new TaskData<double>("drawn", DataSplit<double>.Of("drawn", data)), Network.Mlp(3, 1), options);
        return Certify(task, rule, batches is null);
    }

    private static RunCertificationResult Certify<T>(LearningTask<T> task, UpdateRule<T> rule, bool full)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        var problem = new InnerProblem<T>(task, rule, new TaskInitialPoint<T>(), new Unroll(Steps, full));
        return new RunCertification<T>(problem, problem.CreateMetaParameters()).Run(new BatchKey(7, 0, 0, 0), TestContext.Current.CancellationToken);
    }

    private static void CheckNetwork<T>()
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        Dataset<T> data = Objectives.Draws.Classification<T>(40, 3, 2);
        var task = new SupervisedTask<T>(new TaskData<T>("drawn", DataSplit<T>.Of("drawn", data)), Network.Mlp(3, 5, 1), new SupervisedOptions(8));
        foreach (UpdateRule<T> rule in (UpdateRule<T>[])
                 [
                     new MirrorDescent<T>(new DiagonalQuadratic<T>(1.5), .2),
                     new TrustRegion<T>(.1, new MirrorDescent<T>(new KroneckerDivergence<T>(), .2)),
                     new Chain<T>(new LinearSchedule<T>(.1), new NesterovHint<T>(.9), new MirrorDescent<T>(new KroneckerDivergence<T>(), .02)),
                     new Chain<T>(new LinearSchedule<T>(.1), new PredictableTrustRegion<T>(.1, new MirrorDescent<T>(new FullMatrixDivergence<T>(), .2))),
                 ])
        {
            RunCertificationResult result = Certify(task, rule, full: false);
            Assert.Equal(["linearized-regret", "regret", "universal"], result.Certificates.Select(c => c.Name));
            Assert.All(result.Certificates, c => Assert.Equal(c.Level != CertificateLevel.L0, c.IsRefused));
            Assert.False(result.Certificates[0].IsExceeded, result.Certificates[0].Verdict);
            Assert.Null(result.Reference);
        }
    }
}
