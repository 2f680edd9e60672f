using MetaMirror.Datasets;
using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaObjectives;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Optimism;
using MetaMirror.Tasks;
using MetaMirror.Tests.Divergences;
using MetaMirror.Tests.Hypergradients;
using MetaMirror.Tests.UpdateRules;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Averaging;
using MetaMirror.UpdateRules.Bootstrapping;
using MetaMirror.UpdateRules.Neural;
using MetaMirror.UpdateRules.Online;
using Draws = MetaMirror.Tests.Objectives.Draws;

namespace MetaMirror.Tests.Cases;

/// <summary>
/// Case A10 as it is stated, for every rule there is: the gradient of the last loss in the initial weights through five steps, float64, against central
/// differences, all of 50 trials at 1e-5. A rule or divergence without a line is found by name. <see cref="UnrollSweepTests"/> has the classic rules against exact derivatives besides.
/// </summary>
public sealed class UnrollDifferencesTests
{
    private const int Trials = 50;
    private const int Steps = 5;
    private const double Tolerance = 1e-5;

    /// <summary>Step of the central differences: 1e-16 / H of rounding, H^2 times third derivatives of truncation.</summary>
    private const double H = 1e-6;

    /// <summary>
    /// Steps tried where that is not enough, each a quarter of the one before: a rule divides by a root of small squares (third derivatives of 1e8 and more), or a
    /// ReLU switches within H.
    /// </summary>
    private const double Largest = 4 * H;
    private const int Refinements = 7;

    /// <summary>What a quotient cannot tell from zero: some roundings of a loss of order 1.</summary>
    private const double Rounding = 1e-15 / H;

    private static readonly Dictionary<string, Func<UpdateRule<double>>> Rules = new(StringComparer.Ordinal)
    {
        ["sgd"] = () => new Sgd<double>(new() { LearningRate = .1 }),
        ["momentum"] = () => new Sgd<double>(new() { LearningRate = .1, Momentum = .1 }),
        ["nesterov"] = () => new Sgd<double>(new() { LearningRate = .1, Momentum = .1, Nesterov = true }),
        ["weight decay"] = () => new Sgd<double>(new() { LearningRate = .1, WeightDecay = .1 }),
        ["rmsprop"] = () => new RmsProp<double>(new() { LearningRate = .1 }),
        ["adam"] = () => new Adam<double>(new() { LearningRate = .1 }),
        ["nadam"] = () => new NAdam<double>(new() { LearningRate = .1 }),
        ["adamw"] = () => new AdamW<double>(new() { LearningRate = .1, WeightDecay = .1 }),
        ["powersign"] = () => new PowerSign<double>(new() { LearningRate = .1 }),
        ["addsign"] = () => new AddSign<double>(new() { LearningRate = .1 }),
        ["meta-curvature"] = () => new MetaCurvature<double>(.1),
        ["warp-grad"] = () => new WarpGrad<double>(.1),
        ["lstm"] = () => new LstmRule<double>(new() { LearningRate = .02, Units = 2, Layers = 2, OutputDeviation = .3 }),
        ["network of momenta"] = () => new MlpRule<double>(new() { LearningRate = .02, Units = 3, Decays = [.5, .9], OutputDeviation = .3 }),
        ["adagrad"] = () => new AdaGrad<double>(new() { LearningRate = .1 }),
        ["mirror, scaled identity"] = () => Mirror(new ScaledIdentity<double>(2)),
        ["mirror, per tensor"] = () => Mirror(new BlockScaled<double>(2)),
        ["mirror, diagonal"] = Diagonal,
        ["mirror, max of three, exact"] = () => Mirror(new MaxOfDiagonals<double>(3, 2, .3, 5)),
        ["mirror, max of three, printed"] = () => Mirror(new MaxOfDiagonals<double>(3, 2, .3, 5, Center.Origin, MaxStep.Printed)),
        ["mirror, Kronecker"] = Kronecker,
        ["mirror, full matrix"] = () => new PerLayout<double>(l => Mirror(FullMatrixDivergence<double>.FromMetric(Spd(l.Length, 90), l.Length))),
        ["basis and prior"] = () => new PerLayout<double>(l => new LearnedBasis<double>(BasisCases.Statistics(l), 2, new LearnedBasisOptions { LearningRate = .05 })),
        ["tracked basis"] = () => new PerLayout<double>(l => new TrackedBasis<double>(BasisCases.Statistics(l), Constant)),
        ["optimistic, last gradient, tracked basis"] = () => new PerLayout<double>(l => Hinted(new LastGradientHint<double>(.7), new TrackedBasis<double>(BasisCases.Statistics(l), Constant))),
        ["optimistic, last gradient"] = () => Hinted(new LastGradientHint<double>(.7), Diagonal()),
        ["optimistic, average"] = () => Hinted(new AverageHint<double>(.7, .8), Diagonal()),
        ["optimistic, omega"] = () => Hinted(new OmegaHint<double>(), Diagonal()),
        ["optimistic, omega with momentum"] = () => Hinted(new OmegaMomentumHint<double>(), Diagonal()),
        ["optimistic, last gradient in a Kronecker metric"] = () => Hinted(new LastGradientHint<double>(), Kronecker()),
        ["heavy ball in a Kronecker metric"] = () => Hinted(new HeavyBallHint<double>(.8), Kronecker()),
        ["trust region"] = () => new TrustRegion<double>(.3, Diagonal()),
        ["predictable trust region"] = () => new PredictableTrustRegion<double>(.3, Diagonal()),
        ["normalized"] = () => new NormalizedGradient<double>(.3, Diagonal()),
        ["schedule, trust region and Nesterov"] = () =>
            new Chain<double>(new LinearSchedule<double>(.05), new TrustRegion<double>(.3, Hinted(new NesterovHint<double>(.8), Diagonal()))),
        ["mirror, entropy"] = () => Mirror(new NegativeEntropy<double>()),
        ["mirror, any potential"] = () => Mirror(new NumericalMirrorStep<double>(new QuarticPotential<double>())),
        ["mirror, Kronecker of low rank"] = () => Mirror(new KroneckerDivergence<double>(new() { Left = FactorKind.LowRank, Right = FactorKind.LowRank, Rank = 1 })),
        ["optimistic, supplied"] = () => Hinted(new SuppliedHint<double>((t, h) => h.Fill(.01 * t)), Diagonal()),
        ["clipped entries"] = () => new Chain<double>(new ClipByValue<double>(.1), Plain()),
        ["scheduled momentum"] = () => new ScheduledSgd<double>(new() { LearningRate = .1, Momentum = .1, WeightDecay = .1 }),
        ["clipped"] = () => new Chain<double>(new ClipByNorm<double>(.1), Plain()),
        ["decayed"] = () => new Chain<double>(new WeightDecay<double>(.1), Plain()),
        ["nothing"] = () => new Identity<double>(),
        ["a constant factor"] = () => new Chain<double>(new ConstantSchedule<double>(.7), Plain()),
        ["warm-up and cosine"] = () => new Chain<double>(new Warmup<double>(3), new CosineSchedule<double>(.1), Plain()),
        ["inverse time"] = () => new Chain<double>(new InverseTimeSchedule<double>(), Plain()),
        ["exponential"] = () => new Chain<double>(new ExponentialSchedule<double>(.5, 2), Plain()),
        ["hypergradient descent"] = () => new OnlineRate<double>(Plain(), new() { MetaRate = .1 }),
        ["optimistic element-wise rates over Adam"] = () => new OnlineRate<double>(
            new Adam<double>(new() { LearningRate = .1 }), new() { MetaRate = .1, Granularity = RateGranularity.Element, Form = RateForm.Multiplicative, Hint = RateHint.LastGradient }),
        ["polynomial"] = () => new Chain<double>(new PolynomialSchedule<double>(.1, 2), Plain()),
    };

    public static TheoryData<string> Names => [.. Rules.Keys];

    /// <summary>The step at age 0 takes bases from source statistics alone (no output side) and none is refreshed: bases are constants, as its derivative has them.</summary>
    private static TrackedBasisOptions Constant => new()
    {
        LearningRate = .05, Rank = 2, LargestColumns = 2, LargestRows = 0, PriorWeight = .5, EarlyRefreshes = [], RefreshEvery = 100, TrustRegion = double.PositiveInfinity,
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradient_of_the_last_loss_in_the_initial_weights(string name)
    {
        for (int trial = 0; trial < Trials; trial++)
        {
            Network network = UnrollSweepTests.Make(trial % 4);
            Dataset<double> data = Draws.Classification<double>(6, 4, 2, (uint)(500 + trial));
            var stream = new RandomStream(new StreamKey(10, 0, (uint)trial, StreamPurpose.Test, 0));
            double[] start = new double[network.Layout.Length];
            network.Initialize<double>(ref stream, start);
            UpdateRule<double> rule = Rules[name]();
            int[]? partners = rule.Mirror(network.Layout)?.Divergence.Domain == DivergenceDomain.Simplex ? OntoSimplices(network.Layout, start) : null;
            double[] found = UnrollSweepTests.Reverse(network, data, rule, start);
            if (partners is not null)
                found = [.. found.Select((slope, i) => slope - found[partners[i]])];
            var loss = new LastLoss(network, data, rule, start, partners);
            double[] expected = [.. start.Select((_, i) => loss.Slope(i, H))];
            double allowed = (Tolerance * expected.Max(Math.Abs)) + Rounding;
            for (int i = 0; i < start.Length; i++)
            {
                if (Math.Abs(expected[i] - found[i]) > allowed)
                    expected[i] = loss.RefinedSlope(i);
            }

            for (int i = 0; i < start.Length; i++)
                Assert.True(Math.Abs(expected[i] - found[i]) <= allowed, $"{name}, trial {trial}, {network}, weight {i}: expected {expected[i]:R}, found {found[i]:R}, allowed {allowed:g2}");
        }
    }

    /// <summary>All but rules without derivative, which hypergradients refuse by name.</summary>
    [Fact]
    public void No_rule_and_no_divergence_is_forgotten() => Assert.All(
        RuleParts.Missing(Rules.Values.Select(rule => rule() is PerLayout<double> made ? made.Of(UnrollSweepTests.Make(0).Layout) : rule())),
        type => Assert.True(type.BaseType is { IsGenericType: true } parent && parent.GetGenericTypeDefinition() == typeof(RuleWithoutDerivative<>), $"{type} has derivatives that nothing here checks."));

    /// <summary>Puts every tensor on its simplex, where weights move in pairs: each with the last of its tensor.</summary>
    private static int[] OntoSimplices(ParameterLayout layout, double[] start)
    {
        int[] partners = new int[start.Length];
        foreach (ParameterBlock block in layout.Blocks)
        {
            Span<double> x = start.AsSpan(block.Offset, block.Length);
            for (int i = 0; i < x.Length; i++)
                x[i] = Math.Exp(x[i]);
            BregmanProjections.OntoSimplexInEntropy(x);
            Array.Fill(partners, block.Offset + block.Length - 1, block.Offset, block.Length);
        }

        return partners;
    }

    private static Sgd<double> Plain() => new(new() { LearningRate = .1 });

    private static MirrorDescent<double> Mirror(Divergence<double> divergence) => new(divergence, .2);

    private static MirrorDescent<double> Diagonal() => Mirror(new DiagonalQuadratic<double>(2));

    private static Chain<double> Hinted(Hint<double> hint, UpdateRule<double> rule) => new(hint, rule);

    private static PerLayout<double> Kronecker() => new(l => Mirror(KroneckerDivergence<double>.FromFactors(l, [.. l.Blocks.Select((b, k) =>
        b.IsMatrix
            ? new KroneckerFactors(b.Name, [.. Spd(b.Rows, 91 + k)], [.. Spd(b.Columns, 95 + k)])
            : new KroneckerFactors(b.Name, [.. Enumerable.Range(0, b.Rows).Select(i => 1 + (.3 * i))], []))])));

    private static double[] Spd(int n, int seed)
    {
        RandomStream stream = Divergences.Draws.Stream(seed);
        return [.. KroneckerDivergenceTests.Spd(ref stream, n)];
    }

    /// <summary>The loss after the run as a function of the initial weights.</summary>
    private sealed class LastLoss
    {
        private readonly NetworkObjective<double> _objective;
        private readonly Descent<double> _descent;
        private readonly MetaParameters<double> _meta;
        private readonly double[] _theta;
        private readonly int[]? _partners;

        public LastLoss(Network network, Dataset<double> data, UpdateRule<double> rule, double[] start, int[]? partners)
        {
            _objective = new NetworkObjective<double>(network, data);
            _descent = new Descent<double>(_objective, rule, new Unroll(Steps, FullBatch: true));
            _meta = new MetaParameters<double>([], rule.MetaSpecs(network.Layout), []);
            _theta = [.. start];
            _partners = partners;
        }

        public double Slope(int i, double h) => (At(i, h) - At(i, -h)) / (2 * h);

        /// <summary>The quotient of the step where halving it twice changes it least: chosen by the differences alone.</summary>
        public double RefinedSlope(int i)
        {
            double[] slopes = [.. Enumerable.Range(0, Refinements).Select(k => Slope(i, Largest / Math.Pow(4, k)))];
            int best = Enumerable.Range(1, Refinements - 1).MinBy(k => Math.Abs(slopes[k] - slopes[k - 1]));
            return slopes[best];
        }

        private double At(int i, double by)
        {
            int partner = _partners?[i] ?? i;
            (double kept, double other) = (_theta[i], _theta[partner]);
            _theta[i] += by;
            if (_partners is not null)
                _theta[partner] -= by;
            _descent.Start(_theta, _meta, default);
            (_theta[i], _theta[partner]) = (kept, other);
            Assert.False(_descent.Run().Diverged);
            return _objective.Evaluate(_descent.Theta, [], BatchKey.Full, []);
        }
    }
}
