using MetaMirror.Certificates;
using MetaMirror.Divergences;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Optimism.Convex;
using MetaMirror.Tests.Divergences;

namespace MetaMirror.Tests.Optimism.Convex;

/// <summary>Contracts of families, sets, guesses and runs; what is refused; no allocation.</summary>
public sealed class LaboratoryTests
{
    /// <summary>Central differences of step 1e-6: truncation and rounding are both below.</summary>
    private const double Difference = 1e-7;

    private static readonly double[] H = [2, .5, .1];

    private static readonly double[] Minimizer = [1, -2, .5];

    [Fact]
    public void Jacobians_Are_Those_Of_The_Families()
    {
        RandomStream stream = Draws.Stream(331);
        foreach (UpdateFamily<double> family in Families())
        {
            int m = family.MetaLength(3);
            double[] x = Draws.Normal(ref stream, 3), g = Draws.Normal(ref stream, 3), w = Draws.Positive(ref stream, m), features = new double[family.FeatureLength(3)], pulled = new double[m];
            family.Prepare(x, g, features);
            double largest = 0, bound = family.JacobianNormSquared(features, w);
            double[][] directions = [.. Enumerable.Range(0, 3).Select(i => Enumerable.Range(0, 3).Select(j => i == j ? 1.0 : 0).ToArray()), .. features.Length == 3 ? [features] : Array.Empty<double[]>()];
            foreach (double[] v in directions)
            {
                family.PullBack(features, w, v, pulled);
                largest = Math.Max(largest, Vectors.SquaredNorm<double>(pulled) / Vectors.SquaredNorm<double>(v));
                for (int k = 0; k < m; k++)
                {
                    const double h = 1e-6;
                    double[] up = new double[3], down = new double[3], at = [.. w];
                    at[k] = w[k] + h;
                    family.Apply(x, features, at, up);
                    at[k] = w[k] - h;
                    family.Apply(x, features, at, down);
                    Assert.Equal(up.Zip(down, (a, b) => (a - b) / (2 * h)).Zip(v, (d, y) => d * y).Sum(), pulled[k], Difference * (1 + Math.Abs(pulled[k])));
                }
            }

            Assert.Equal(bound, largest, 1e-12 * bound);
        }
    }

    [Fact]
    public void Projection_Gives_The_Argmin()
    {
        RandomStream stream = Draws.Stream(332);
        double[] center = [.3, 1.2, .8];
        foreach (MetaDomain<double> domain in (MetaDomain<double>[])[new Everywhere<double>(), new Ball<double>(.5), new AtLeast<double>(.1)])
        {
            for (int k = 0; k < 50; k++)
            {
                double beta = stream.NextDouble() + .1;
                double[] v = Draws.Normal(ref stream, 3, 2), w = [.. center.Zip(v, (c, y) => c - (beta * y))];
                domain.Project(center, w);
                double least = Value(w);
                for (int trial = 0; trial < 50; trial++)
                {
                    double[] other = [.. w.Zip(Draws.Normal(ref stream, 3, .1), (a, b) => a + b)];
                    domain.Project(center, other);
                    Assert.True(Value(other) >= least - 1e-12, domain.Name);
                }

                double Value(double[] u) => u.Select((y, i) => (v[i] * y) + ((y - center[i]) * (y - center[i]) / (2 * beta))).Sum();
            }
        }
    }

    [Fact]
    public void Guesses_Say_What_They_Say()
    {
        List<int> asked = [];
        var supplied = Run(new SuppliedGuess<double>((t, y) =>
        {
            asked.Add(t);
            y.Fill(t);
        }));
        supplied.Run(3);
        Assert.Equal([2, 3, 4], asked);
        Assert.Equal([4, 4, 4], supplied.NextGuess.ToArray());

        ConvexMetaRun<double> average = Run(new AverageGuess<double>(.5));
        double[] m = [0, 0, 0];
        for (int t = 0; t < 3; t++)
        {
            average.Step();
            m = [.. m.Zip(average.Gradient.ToArray(), (a, g) => (.5 * a) + (.5 * g))];
        }

        Assert.Equal(m, average.NextGuess.ToArray());

        ConvexMetaRun<double> ahead = Run(new LookAheadGuess<double>());
        ahead.Run(2);
        double[] now = ahead.Average.ToArray(), before = ahead.Point.ToArray(), guess = ahead.NextGuess.ToArray();
        for (int i = 0; i < 3; i++)
            Assert.Equal(H[i] * (now[i] + ((before[i] - now[i]) / 3) - Minimizer[i]), guess[i], 1e-12);
        Assert.Equal(1 + (2 * 2), ahead.Gradients);

        ConvexMetaRun<double> last = Run(new LastMetaGradientGuess<double>());
        last.Run(2);
        Assert.Equal(last.MetaGradient.ToArray(), last.NextHint.ToArray());
    }

    [Fact]
    public void A_Failed_Premise_Is_No_Pass_And_Is_Repeated_With_A_Larger_Lambda()
    {
        double[] rates = [.. H.Select(h => 1 / h)];
        ConvexMetaRun<double> Create(double lambda) => new(
            Loss(),
            new()
            {
                Family = new ElementwiseStep<double>(),
                Learner = new FollowTheLeader<double>(MetaRate.Constant(ConvexRate.Beta(IterateWeights.Linear, lambda, 2))),
                Weights = IterateWeights.Linear,
                Guess = new LastGradientGuess<double>(),
            },
            [5, 5, 5],
            new(Minimizer, rates));
        ConvexMetaRun<double> small = Create(1);
        small.Run(5);
        ConvexRateVerdict verdict = ConvexRate.Judge(small, 1, 2);
        Assert.Contains(verdict.Premises, p => p.Status == PremiseStatus.Failed && p.Text.StartsWith("lambda_t <= lambda", StringComparison.Ordinal));
        Assert.False(verdict.IsPass);

        ConvexRateOutcome<double> outcome = ConvexRateRun.Until(Create, 20, 1, 2);
        Assert.True(outcome.IsPass);
        Assert.True(outcome.Attempts > 1 && outcome.Lambda >= outcome.Run.LargestJacobian);
        Assert.False(ConvexRateRun.Until(Create, 20, 1, 2, attempts: 1).IsPass);
    }

    [Fact]
    public void Bounds_Are_Refused_Where_A_Premise_Fails()
    {
        Refused("varphi is affine", Options(new InverseRootStep<double>(), new FollowTheLeader<double>(MetaRate.Constant(.01), new AtLeast<double>(.01), [1, 1, 1])), Minimizer, [1, 1, 1]);
        Refused("follow the leader", Options(new OffsetUpdate<double>(), new FollowTheLeader<double>(MetaRate.Of("growing", t => .01 * t))), Minimizer, Minimizer);
        Refused("follow the leader", Options(new OffsetUpdate<double>(), new AdaGradLearner<double>(.1)), Minimizer, Minimizer);
        Refused("no hints, or", Options(new OffsetUpdate<double>(), Leader()) with { Guess = new AverageGuess<double>() }, Minimizer, Minimizer);
        Refused("hints D_t^T", Options(new OffsetUpdate<double>(), Leader()) with { Guess = new LastGradientGuess<double>(), HintJacobian = HintJacobian.OneOlder }, Minimizer, Minimizer);
        Refused("beta lambda L", Options(new OffsetUpdate<double>(), new FollowTheLeader<double>(MetaRate.Constant(.6))), Minimizer, Minimizer);
        Refused("x* is an unconstrained", Options(new OffsetUpdate<double>(), Leader()), [1, -2, 1], [1, -2, 1]);
        Refused("w* is in W", Options(new OffsetUpdate<double>(), new FollowTheLeader<double>(MetaRate.Constant(.1), new Ball<double>(.5))), Minimizer, Minimizer);
        Refused("<varphi(xbar_(t-1), w*)", Options(new ScalarStep<double>(), Leader()), Minimizer, [.1]);

        static void Refused(string premise, ConvexMetaOptions<double> options, double[] x, double[] w)
        {
            var run = new ConvexMetaRun<double>(Loss(), options, [0, 0, 0], new(x, w));
            run.Run(4);
            ConvexRateVerdict verdict = ConvexRate.Judge(run, 5, 2);
            Assert.False(verdict.IsPass);
            Assert.Contains(verdict.Premises, p => p.Status == PremiseStatus.Failed && p.Text.StartsWith(premise, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Bad_Input_Is_Refused()
    {
        Assert.Contains("positive w", Assert.Throws<ArgumentException>(() => Start(Options(new InverseRootStep<double>(), Leader()))).Message, StringComparison.Ordinal);
        Assert.Contains("argmin", Assert.Throws<ArgumentException>(() => new AdaGradLearner<double>(1, 0, new Ball<double>(1))).Message, StringComparison.Ordinal);
        Assert.Contains("guess of gradients", Assert.Throws<ArgumentException>(() => Start(Options(new OffsetUpdate<double>(), new BootstrappedLearner<double>(.1)) with { Guess = new LastMetaGradientGuess<double>() })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Start(Options(new OffsetUpdate<double>(), new FollowTheLeader<double>(MetaRate.Constant(1), null, [1, 2]))));
        Assert.Throws<ArgumentException>(() => new ConvexMetaRun<double>(Loss(), Options(new OffsetUpdate<double>(), Leader()), [0, double.NaN, 0]));
        Assert.Throws<ArgumentException>(() => new ConvexMetaRun<double>(Loss(), Options(new OffsetUpdate<double>(), Leader()), [0, 0]));
        Assert.Throws<ArgumentException>(() => new ConvexMetaRun<double>(Loss(), Options(new OffsetUpdate<double>(), Leader()), [0, 0, 0], new([1, 1, 1], [1])));
        Assert.Throws<ArgumentException>(() => new Optimum<double>([double.NaN], [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => MetaRate.Constant(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Ball<double>(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AverageGuess<double>(1));
        Assert.Throws<InvalidOperationException>(() => Run(new SuppliedGuess<double>((_, y) => y.Fill(double.NaN))).Run(1));
        Assert.Contains("found NaN at index 1", Assert.Throws<InvalidOperationException>(() => Run(new SuppliedGuess<double>((_, y) => y[0] = 1)).Run(1)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => Start(Options(new OffsetUpdate<double>(), Leader()) with { Weights = IterateWeights.Of("0", (_, _) => 0) }));
        Assert.Throws<InvalidOperationException>(() => ConvexRate.Judge(Run(new NoGuess<double>()), 1, 1));

        static ConvexMetaRun<double> Start(ConvexMetaOptions<double> options) => new(Loss(), options, [0, 0, 0]);
    }

    [Fact]
    public void Steps_Allocate_Nothing()
    {
        foreach (UpdateFamily<double> family in Families())
        {
            foreach (Guess<double> guess in (Guess<double>[])[new NoGuess<double>(), new LastGradientGuess<double>(), new LastMetaGradientGuess<double>(), new LookAheadGuess<double>(), new AverageGuess<double>()])
            {
                double[] one = [.. Enumerable.Repeat(1.0, family.MetaLength(3))];
                var run = new ConvexMetaRun<double>(
                    Loss(), new() { Family = family, Learner = new FollowTheLeader<double>(MetaRate.Decaying(1e-3), new AtLeast<double>(1e-3), one), Weights = IterateWeights.SquareRoot, Guess = guess }, [0, 0, 0], new(Minimizer, one));
                Allocation.AssertNone(run.Step);
            }
        }

        foreach (ConvexMetaLearner<double> learner in (ConvexMetaLearner<double>[])[new AdaGradLearner<double>(.1), new BootstrappedLearner<double>(.01)])
        {
            var run = new ConvexMetaRun<double>(Loss(), Options(new ElementwiseStep<double>(), learner) with { Guess = new LastGradientGuess<double>() }, [0, 0, 0]);
            Allocation.AssertNone(run.Step);
        }
    }

    [Fact]
    public void Single_Precision_Does_The_Same()
    {
        var single = new ConvexMetaRun<float>(
            new QuadraticObjective<float>([1, 0, 0, .1f], [1, -.2f], .7),
            new() { Family = new OffsetUpdate<float>(), Learner = new FollowTheLeader<float>(MetaRate.Constant(.25)), Weights = IterateWeights.Linear, Guess = new LastGradientGuess<float>() },
            [0, 0],
            new([1, -2], [1, -2]));
        single.Run(5);
        Assert.Equal(.925520833333, single.Average[0], 1e-6);
        Assert.Equal(-.421396354167, single.Average[1], 1e-6);
        ConvexRateVerdict verdict = ConvexRate.Judge(single, 1, 1);
        Assert.True(verdict.IsPass, string.Join("; ", verdict.Premises));
        OnlineToBatch identity = single.Identity!;

        // Averages and gradients are rounded to single precision.
        Assert.Equal(identity.Left, identity.Right, 1e-6 * identity.Size);
    }

    private static UpdateFamily<double>[] Families()
    {
        ParameterLayout layout = ParameterLayout.Vector(3);
        StepDirection<double> Mirror() => new MirrorDirection<double>(new DiagonalQuadratic<double>([2, .5, 1]), layout, .5);
        return
        [
            new OffsetUpdate<double>(), new ScalarStep<double>(), new ElementwiseStep<double>(), new InverseRootStep<double>(), new LinearMapStep<double>(),
            new ScalarStep<double>(Mirror()), new ElementwiseStep<double>(Mirror()), new LinearMapStep<double>(Mirror()),
            new ElementwiseStep<double>(new MirrorDirection<double>(new MaxOfDiagonals<double>(2, [1, 4, 2, 3, 1, 1]), layout)),
        ];
    }

    private static FollowTheLeader<double> Leader() => new(MetaRate.Constant(.1));

    private static ConvexMetaOptions<double> Options(UpdateFamily<double> family, ConvexMetaLearner<double> learner) => new() { Family = family, Learner = learner };

    private static ConvexMetaRun<double> Run(Guess<double> guess) => new(Loss(), Options(new OffsetUpdate<double>(), Leader()) with { Guess = guess }, [0, 0, 0]);

    private static QuadraticObjective<double> Loss() => PaperNumbersTests.Diagonal(H, Minimizer);
}
