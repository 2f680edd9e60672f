using MetaMirror.Certificates;
using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.InitialPoints;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Optimism;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Certificates;

/// <summary>Entropy steps are compared with the minimizer on the simplex, found by a solver whose duality gap is checked.</summary>
public sealed class SimplexReferenceTests
{
    /// <summary>Rules in the entropy, and the certificates each has to have.</summary>
    public static TheoryData<string> Names { get; } = [.. Rules.Keys];

    private static Dictionary<string, (Func<UpdateRule<double>> Rule, string[] Holds)> Rules => new(StringComparer.Ordinal)
    {
        ["plain"] = (() => Entropy(), ["linearized-regret", "regret", "average-iterate", "last-iterate", "everything-measured", "universal"]),
        ["trust region"] = (() => new TrustRegion<double>(1, Entropy()), ["regret", "average-iterate", "trust-region-in-advance", "everything-in-advance"]),
        ["predictable, decay"] = (() => new Chain<double>(new LinearSchedule<double>(.1), new PredictableTrustRegion<double>(1, Entropy())), ["regret", "average-iterate", "last-iterate"]),
        ["last gradient"] = (() => new Chain<double>(new LastGradientHint<double>(), Entropy()), ["regret", "everything-measured"]),
        ["average of gradients"] = (() => new Chain<double>(new CosineSchedule<double>(.1), new AverageHint<double>(.5), Entropy()), ["regret", "everything-measured"]),
        ["heavy ball"] = (() => new Chain<double>(new HeavyBallHint<double>(.8), Entropy()), ["everything-measured"]),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Rules_In_The_Entropy_Are_Certified_Against_The_Minimum_On_The_Simplex(string name)
    {
        (Func<UpdateRule<double>> rule, string[] holds) = Rules[name];
        RunCertificationResult result = Certify(rule(), [3, 3, 0], [.2, .3, .5]);
        Assert.NotNull(result.Reference!.DualityGap);
        Assert.All(result.Certificates, c => Assert.False(c.IsExceeded, c.Verdict));
        foreach (string certificate in holds)
        {
            Certificate found = Assert.Single(result.Certificates, c => c.Name == certificate);
            Assert.False(found.IsRefused || found.Bound is null || found.Measured is null, found.Verdict);
        }

        Certificate universal = result.Certificates.Single(c => c.Name == "universal");
        Assert.Contains("over a point near the minimum on the simplex (duality gap ", universal.Verdict, StringComparison.Ordinal);
        Assert.Contains(universal.Premises, p => p is { Status: PremiseStatus.Checked } && p.Text.Contains("duality gap", StringComparison.Ordinal));
    }

    [Fact]
    public void The_Projection_Of_A_Point_Is_Found_On_Faces_And_Inside()
    {
        // 1/2 ||x||^2 - b^T x is least at the projection of b.
        RandomStream stream = Divergences.Draws.Stream(104);
        for (int k = 0; k < 30; k++)
        {
            double[] b = Divergences.Draws.Normal(ref stream, 4, 1), expected = [.. b];
            BregmanProjections.OntoSimplex<double>(expected, new double[4]);
            var objective = new QuadraticObjective<double>(Identity(4), b);
            ReferenceSolution found = ReferenceSolution.OnSimplices<double>(objective, [], [.25, .25, .25, .25], TestContext.Current.CancellationToken);
            Assert.InRange(found.DualityGap!.Value, 0, 1e-10);
            Assert.All(expected.Zip(found.Point.ToArray()), p => Assert.Equal(p.First, p.Second, 1e-5));
        }
    }

    [Fact]
    public void Every_Tensor_Has_Its_Own_Simplex_In_Both_Precisions()
    {
        CheckTwoTensors<double>();
        CheckTwoTensors<float>();
    }

    [Fact]
    public void The_Gap_Bounds_The_Excess_Over_Every_Point_Of_Ill_Conditioned_Losses_Too()
    {
        RandomStream stream = Divergences.Draws.Stream(105);
        for (int k = 0; k < 10; k++)
        {
            const int N = 5;
            double[] c = Divergences.Draws.Normal(ref stream, N * N, 1), q = new double[N * N], b = Divergences.Draws.Normal(ref stream, N, 1);
            for (int i = 0; i < N; i++)
                c[i * N] *= 30;
            Gemm.Multiply<double>(false, true, N, N, N, 1, c, c, 0, q);
            var objective = new QuadraticObjective<double>(q, b);
            ReferenceSolution found = ReferenceSolution.OnSimplices<double>(objective, [], [.2, .2, .2, .2, .2], TestContext.Current.CancellationToken);
            Assert.InRange(found.DualityGap!.Value, 0, 1e-9 * found.FirstGap);
            for (int draw = 0; draw < 100; draw++)
            {
                double[] x = Divergences.Draws.Positive(ref stream, N);
                double sum = x.Sum();
                x = [.. x.Select(v => v / sum)];
                Assert.True(objective.Evaluate(x, [], BatchKey.Full, []) >= found.Loss - found.DualityGap.Value - 1e-12);
            }
        }
    }

    [Fact]
    public void A_Solution_With_A_Large_Gap_Is_Refused()
    {
        ParameterLayout layout = ParameterLayout.Vector(2);
        var geometry = new DivergenceGeometry<double>(new NegativeEntropy<double>(), layout, []);
        RunSums sums = FormRun.Of(geometry, DescentForm.Constant(.1, 20), Bowl, [.5, .5]);
        Certificate refused = new WeightedRegret().Certify(FormRun.Certified(sums, Bowl, Comparator.OnSimplices([.4, .6], gap: .1, limit: 1e-8), LossCurvature.Convex));
        Assert.Contains("up to a duality gap of 0.1", refused.Verdict, StringComparison.Ordinal);
        Assert.True(refused.IsRefused);

        static double Bowl(double[] x, double[] g)
        {
            (g[0], g[1]) = (x[0], 3 * x[1]);
            return ((x[0] * x[0]) + (3 * x[1] * x[1])) / 2;
        }
    }

    private static void CheckTwoTensors<T>()
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        double[] b = [.9, -.2, .5, .1, -.8], start = [.5, .5, 1 / 3.0, 1 / 3.0, 1 / 3.0];
        var objective = new DelegateObjective<T>(new ParameterLayout(("a", [2]), ("b", [3])), Bowl);
        ReferenceSolution found = ReferenceSolution.OnSimplices<T>(objective, [], [.. start.Select(T.CreateChecked)], TestContext.Current.CancellationToken);
        double unit = double.CreateChecked(T.BitIncrement(T.One) - T.One);

        // (<g, x> - min g) of both: .15 + .4 and .4 + 1/6.
        Assert.Equal(.55 + (.4 + (1 / 6.0)), found.FirstGap, 16 * unit);
        Assert.InRange(found.DualityGap!.Value, 0, Math.Sqrt(unit) * found.FirstGap);

        // 1/2 ||x - projection||^2 is at most the gap.
        double allowed = Math.Sqrt(2 * found.DualityGap.Value) + (16 * unit);
        Assert.All(found.Point.ToArray().Zip((double[])[1, 0, .7, .3, 0]), p => Assert.Equal(p.Second, p.First, allowed));

        double Bowl(ReadOnlySpan<T> x, in BatchKey batch, Span<T> g)
        {
            double sum = 0;
            for (int i = 0; i < x.Length; i++)
            {
                double xi = double.CreateChecked(x[i]);
                sum += xi * ((xi / 2) - b[i]);
                if (!g.IsEmpty)
                    g[i] = T.CreateChecked(xi - b[i]);
            }

            return sum;
        }
    }

    private static MirrorDescent<double> Entropy() => new(new NegativeEntropy<double>(), .1);

    private static double[] Identity(int n) => [.. Enumerable.Range(0, n * n).Select(i => i % (n + 1) == 0 ? 1.0 : 0)];

    private static RunCertificationResult Certify(UpdateRule<double> rule, double[] b, double[] start)
    {
        var task = new ObjectiveTask<double>("bowl", () => new QuadraticObjective<double>(Identity(b.Length), b), [.. start]);
        var problem = new InnerProblem<double>(task, rule, new TaskInitialPoint<double>(), new Unroll(100, FullBatch: true));
        return new RunCertification<double>(problem, problem.CreateMetaParameters()).Run(BatchKey.Full, TestContext.Current.CancellationToken);
    }
}
