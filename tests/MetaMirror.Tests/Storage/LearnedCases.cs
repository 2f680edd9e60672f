using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Divergences;
using MetaMirror.MetaLearners;
using MetaMirror.Numerics;
using MetaMirror.Optimism;
using MetaMirror.Storage;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Averaging;
using MetaMirror.UpdateRules.Bootstrapping;
using MetaMirror.UpdateRules.Neural;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Tests.Storage;

/// <summary>Every rule that a file can hold: a new kind joins the storage tests by one line here.</summary>
internal static class LearnedCases
{
    public static ParameterLayout Layout { get; } = new(("0.weight", [3, 4]), ("0.bias", [3]));

    public static string[] Names { get; } = [.. Rules<double>().Keys];

    /// <summary>Those that take gradients from outside: all but what tries its steps.</summary>
    public static string[] Applicable { get; } = [.. Names.Except(["osgm"])];

    public static LearnedOptimizer<T> Learned<T>(string name, int steps = 10)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        UpdateRule<T> rule = Rules<T>()[name];
        return new LearnedOptimizer<T>(name, rule, Values(rule), Layout, steps)
        {
            Recipe = """{"plan":"cases","seed":1,"text":"é \"quoted\""}""",
            LearnedFrom = "generated tasks",
            License = "CC0-1.0",
            Certificate = "L0",
        };
    }

    /// <summary>Values that differ from the starts and lie in their ranges.</summary>
    public static ImmutableArray<T> Values<T>(UpdateRule<T> rule)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var meta = new MetaParameters<T>([], rule.MetaSpecs(Layout), []);
        return
        [
            .. meta.Entries.SelectMany(e => meta.Natural.Slice(e.Offset, e.Spec.Length).ToArray().Select((v, i) => e.Spec.Transform switch
            {
                MetaTransform.Log => v * T.CreateChecked(1 + (0.1 * (i + 1))),
                MetaTransform.Logit => v * T.CreateChecked(0.95),
                _ => v,
            })),
        ];
    }

    /// <summary>Gradients of step t, the same for every precision.</summary>
    public static T[] Gradient<T>(int step)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var stream = new RandomStream(new StreamKey(7, (uint)step, 0, StreamPurpose.Test, 0));
        var gradient = new T[Layout.Length];
        for (int i = 0; i < gradient.Length; i++)
            gradient[i] = T.CreateChecked(stream.NextNormal());
        return gradient;
    }

    /// <summary>Parameters on the simplex of each tensor, which every rule can start from.</summary>
    public static T[] Start<T>()
        where T : unmanaged, IFloatingPointIeee754<T> =>
        [.. Layout.Blocks.SelectMany(b => Enumerable.Repeat(T.One / T.CreateChecked(b.Length), b.Length))];

    public static BoundStatistics Statistics(bool withFactors = true, int largestFactor = 1024)
    {
        var statistics = new BoundStatistics(Layout, withFactors, largestFactor);
        for (int t = 0; t < 20; t++)
            statistics.AddGradient<double>(Gradient<double>(t));
        statistics.AddRun<double>(Start<double>(), Gradient<double>(100));
        return statistics;
    }

    private static Dictionary<string, UpdateRule<T>> Rules<T>()
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var basis = new LearnedBasis<T>(Statistics(), 2, new LearnedBasisOptions { LearningRate = 0.02, Learn = ["averaging", "scales"] });
        var tracked = new TrackedBasis<T>(Statistics(), new TrackedBasisOptions { LargestColumns = 3, Rank = 2, PriorWeight = 0.5, ResidualEvery = 3, FactorEvery = 2, Learn = ["exponent", "scales"] });
        return new(StringComparer.Ordinal)
        {
            ["identity"] = new Identity<T>(),
            ["sgd"] = new Sgd<T>(new SgdOptions { LearningRate = 0.1, WeightDecay = 0.01 }),
            ["sgd-momentum"] = new Sgd<T>(new SgdOptions { LearningRate = 0.1, Momentum = 0.9, Dampening = 0.1, Maximize = true, Learn = ["momentum", "dampening"] }),
            ["sgd-learned-momentum"] = new Sgd<T>(new SgdOptions { LearningRate = 0.1, Learn = ["momentum"] }),
            ["nesterov"] = new Sgd<T>(new SgdOptions { LearningRate = 0.1, Momentum = 0.8, Nesterov = true }),
            ["adam"] = new Adam<T>(new AdamOptions { LearningRate = 0.01, Learn = ["learning_rate", "beta1", "beta2"] }),
            ["adamw"] = new AdamW<T>(new AdamOptions { WeightDecay = 0.02, Beta1 = 0 }),
            ["nadam"] = new NAdam<T>(new NAdamOptions { Epsilon = 1e-6 }),
            ["rmsprop"] = new RmsProp<T>(new RmsPropOptions { Momentum = 0.5, Centered = true }),
            ["adagrad"] = new AdaGrad<T>(new AdaGradOptions { InitialAccumulator = 0.5, LearningRateDecay = 0.1 }),
            ["lion"] = new Lion<T>(new LionOptions { LearningRate = 0.02, Beta1 = 0.8, Beta2 = 0, WeightDecay = 0.1 }),
            ["muon"] = new Muon<T>(new MuonOptions { Momentum = 0.8, Nesterov = false, Iterations = 3, WeightDecay = 0.1, AdamForOutput = false, AdamLearningRate = 0.01, AdamBeta1 = 0.7, AdamEpsilon = 1e-8 }),
            ["soap"] = new Soap<T>(new SoapOptions { LearningRate = 0.02, Beta1 = 0.8, Beta2 = 0.9, ShampooBeta = 0.7, Epsilon = 1e-6, WeightDecay = 0, RefreshEvery = 3, LargestDimension = 3 }),
            ["shampoo"] = new Shampoo<T>(new ShampooOptions { LearningRate = 0.02, Momentum = 0, Epsilon = 0.01, RootEvery = 3, LargestDimension = 3, Grafting = ShampooGrafting.AdaGrad }),
            ["prodigy"] = new Prodigy<T>(new ProdigyOptions { InitialDistance = 0.01, UseBiasCorrection = true, GrowthRate = 1.5, WeightDecay = 0.1 }),
            ["prodigy-safeguarded"] = new Prodigy<T>(new ProdigyOptions { InitialDistance = 0.1, SafeguardWarmup = true, Beta3 = 0.9, DistanceFactor = 2 }),
            ["schedule-free"] = new ScheduleFreeAdamW<T>(new ScheduleFreeOptions { LearningRate = 0.05, Beta1 = 0.8, Beta2 = 0.9, WeightDecay = 0.1, WarmupShare = 0.3, RatePower = 1, StepPower = 0.5 }),
            ["scheduled-schedule-free"] = new Chain<T>(new LinearSchedule<T>(0.05), new ScheduleFreeAdamW<T>()),
            ["averaged-iterates"] = new AveragedIterates<T>(new Chain<T>(new LinearSchedule<T>(0.05), new AdamW<T>()), 2.5),
            ["powersign"] = new PowerSign<T>(new SignAgreementOptions { Alpha = 2.5, Decay = SignDecay.Restart, Periods = 3, Learn = ["alpha"] }),
            ["addsign"] = new AddSign<T>(new SignAgreementOptions { LearningRate = 0.02, Beta = 0.8, Decay = SignDecay.Linear }),
            ["meta-curvature"] = new MetaCurvature<T>(0.02),
            ["fds"] = new Chain<T>(new ClipByValue<T>(3), new ScheduledSgd<T>(new ScheduledSgdOptions { LearningRate = 0.1, Momentum = 0.5, WeightDecay = 0.01, LearningRateValues = 4, MomentumValues = 2, WeightDecayValues = 3 })),
            ["warp-grad"] = new WarpGrad<T>(0.02),
            ["lstm-rule"] = new LstmRule<T>(new LstmRuleOptions { LearningRate = 0.02, Units = 3, Layers = 2, Range = 7, OutputDeviation = 0.1, Seed = ulong.MaxValue }),
            ["mlp-rule"] = new MlpRule<T>(new MlpRuleOptions { LearningRate = 0.02, Units = 3, Layers = 1, Decays = [0, 0.7], Magnitude = 0.2, Epsilon = 1e-8, OutputDeviation = 0.1, Seed = 7 }),
            ["aruba-plus"] = new ArubaPlus<T>(new ArubaPlusOptions { LearningRate = 0.02, Zeta = 0.5, Coefficient = 0 }),
            ["scaled-identity"] = new MirrorDescent<T>(new ScaledIdentity<T>(2, StrongConvexityEstimate.PNorm(3)), 0.1),
            ["block-scaled"] = new MirrorDescent<T>(new BlockScaled<T>(3), 0.1, learnRate: true),
            ["diagonal"] = new MirrorDescent<T>(new DiagonalQuadratic<T>(0.5, StrongConvexityEstimate.PrintedMinimum), 0.1),
            ["max-exact"] = new MirrorDescent<T>(new MaxOfDiagonals<T>(3, seed: 5), 0.1),
            ["max-origin"] = new MirrorDescent<T>(new MaxOfDiagonals<T>(2, center: Center.Origin), 0.1),
            ["max-printed"] = new MirrorDescent<T>(new MaxOfDiagonals<T>(2, step: MaxStep.Printed, center: Center.Origin, lambda: StrongConvexityEstimate.SoftMin(4)), 0.1),
            ["max-printed-start"] = new MirrorDescent<T>(new MaxOfDiagonals<T>(2, step: MaxStep.Printed), 0.1),
            ["kronecker"] = new MirrorDescent<T>(new KroneckerDivergence<T>(), 0.1),
            ["kronecker-low-rank"] = new MirrorDescent<T>(new KroneckerDivergence<T>(new KroneckerOptions { Left = FactorKind.Diagonal, Right = FactorKind.LowRank, Rank = 2, LargestDense = 7, Seed = 3 }), 0.1),
            ["kronecker-right"] = new MirrorDescent<T>(new KroneckerDivergence<T>(new KroneckerOptions { Left = FactorKind.Identity, LargestDense = 3 }), 0.1),
            ["full-matrix"] = new MirrorDescent<T>(new FullMatrixDivergence<T>(2), 0.1),
            ["entropy"] = new MirrorDescent<T>(new NegativeEntropy<T>(), 0.2),
            ["trust-region"] = new TrustRegion<T>(0.7, new MirrorDescent<T>(new DiagonalQuadratic<T>(2), 0.1), learn: true),
            ["normalized-nesterov"] = new Chain<T>(new LinearSchedule<T>(0.05), new NormalizedGradient<T>(0.7, new Chain<T>(new NesterovHint<T>(0.8, RateMeaning.Total, learn: true), new MirrorDescent<T>(new BlockScaled<T>(3), 0.1)))),
            ["predictable-heavy-ball"] = new PredictableTrustRegion<T>(0.7, new Chain<T>(new HeavyBallHint<T>(0.8), new MirrorDescent<T>(new MaxOfDiagonals<T>(2), 0.1, learnRate: true)), learn: true),
            ["last-gradient"] = new Chain<T>(new LastGradientHint<T>(0.9, learn: true), new MirrorDescent<T>(new ScaledIdentity<T>(2), 0.1)),
            ["average-hint"] = new Chain<T>(new AverageHint<T>(0.9, 0.8, learn: true), new MirrorDescent<T>(new NegativeEntropy<T>(), 0.1)),
            ["omega"] = new Chain<T>(new OmegaHint<T>(), new Sgd<T>(new SgdOptions { LearningRate = 0.1 })),
            ["omega-momentum"] = new Chain<T>(new OmegaMomentumHint<T>(0.5, 0.8), new Sgd<T>(new SgdOptions { LearningRate = 0.1 })),
            ["basis"] = basis,
            ["unlearned-basis"] = LearnedBasis<T>.Unlearned(Layout),
            ["deployed-basis"] = new Chain<T>(new Warmup<T>(3), new LinearSchedule<T>(0.05), basis),
            ["tracked"] = tracked,
            ["unlearned-tracked"] = TrackedBasis<T>.Unlearned(Layout, new TrackedBasisOptions { LargestColumns = 2, Rank = 2, RotateTracked = false, LargestAspect = 1.25, TrustRegion = double.PositiveInfinity, Refresh = BasisRefresh.Eigenvectors }),
            ["deployed-tracked"] = new Chain<T>(new Warmup<T>(3), new LinearSchedule<T>(0.05), tracked),
            ["optimistic-tracked"] = new Chain<T>(new LastGradientHint<T>(0.9, learn: true), new LinearSchedule<T>(0.05), tracked),
            ["two-bases"] = new Chain<T>(basis, new CosineSchedule<T>(0.1, learn: true), LearnedBasis<T>.Unlearned(Layout)),
            ["clipped"] = new Chain<T>(new ClipByNorm<T>(1.5, learn: true), new WeightDecay<T>(0.01), new ConstantSchedule<T>(0.5), new Adam<T>()),
            ["polynomial"] = new Chain<T>(new PolynomialSchedule<T>(0.1, 2, 1, 5), new Sgd<T>(new SgdOptions { LearningRate = 0.1 })),
            ["linear"] = new Chain<T>(new LinearSchedule<T>(0, 2, 6, learn: true), new Sgd<T>(new SgdOptions { LearningRate = 0.1 })),
            ["exponential"] = new Chain<T>(new ExponentialSchedule<T>(0.9, 2, 1, staircase: true, endFraction: 0.5, learn: true), new Sgd<T>(new SgdOptions { LearningRate = 0.1 })),
            ["exponential-endless"] = new Chain<T>(new ExponentialSchedule<T>(0.9, 3), new Sgd<T>(new SgdOptions { LearningRate = 0.1 })),
            ["inverse-time"] = new Chain<T>(new InverseTimeSchedule<T>(3, learn: true), new Sgd<T>(new SgdOptions { LearningRate = 0.1 })),
            ["hypergradient-descent"] = new OnlineRate<T>(new Sgd<T>(new SgdOptions { LearningRate = 1 }), new OnlineRateOptions { Rate = 0.1, MetaRate = 0.001, Learn = ["online_rate", "meta_rate"] }),
            ["online-element"] = new OnlineRate<T>(new Adam<T>(), new OnlineRateOptions
            {
                MetaRate = 0.02, Granularity = RateGranularity.Element, Form = RateForm.Multiplicative, Normalization = RateNormalization.RunningRms, NormAveraging = 0.95, Hint = RateHint.LastGradient,
            }),
            ["online-tracked"] = new OnlineRate<T>(new Chain<T>(new LinearSchedule<T>(0.05), tracked), new OnlineRateOptions
            {
                MetaRate = 0.3, Granularity = RateGranularity.Block, Form = RateForm.Anchored, Normalization = RateNormalization.AdaGrad, Hint = RateHint.AverageHypergradient, HintAveraging = 0.8, Memory = 0.75, Budget = 0.25, DeadZone = 1.5, Lowest = 0.5, Highest = 2,
            }),
            ["osgm"] = new Osgm<T>(new OsgmOptions { LearningRate = 0.02, MomentumRate = 1, InitialMomentum = 0.5 }),
            ["online-look-ahead"] = new OnlineRate<T>(new Sgd<T>(new SgdOptions { LearningRate = 1 }), new OnlineRateOptions { MetaRate = 0, Normalization = RateNormalization.Cosine, Hint = RateHint.AverageGradient, HintAtPresentStep = true }),
            ["bootstrapped"] = new BootstrappedMetaGradient<T>(
                new Adam<T>(new AdamOptions { LearningRate = 1 }), new Chain<T>(new LastGradientHint<T>(), LearnedBasis<T>.Unlearned(Layout)),
                new BootstrapOptions { Rate = 0.02, MetaRate = 0.1, TargetSteps = 3, Granularity = RateGranularity.Element, Form = RateForm.Additive, Normalization = RateNormalization.RunningRms, NormAveraging = 0.8, Lowest = 0.001, Highest = 10 }),
            ["meta-gradient"] = new Chain<T>(new LinearSchedule<T>(0.05), new BootstrappedMetaGradient<T>(basis, null, new BootstrapOptions { MetaRate = 0.01, Granularity = RateGranularity.Block, Normalization = RateNormalization.Cosine })),
            ["averaged-rate"] = new AveragedRate<T>(new Adam<T>(), new AveragedRateOptions { Rate = 0.02, MetaRate = 0.1, ShareRate = 0.05, ShareRange = 5, Power = 2, Interpolation = 0.8, Memory = 0.99 }),
            ["averaged-scale"] = new AveragedRate<T>(new Sgd<T>(new SgdOptions { LearningRate = 1 }), new AveragedRateOptions { Granularity = RateGranularity.Scalar, IsOptimistic = false }),
            ["empty-chain"] = new Chain<T>(),
        };
    }
}
