using System.Globalization;
using MetaMirror.Divergences;
using MetaMirror.Numerics;

namespace MetaMirror.Tests.Divergences;

/// <summary>
/// Theorem 3.1 of MetaMD v1 as a test: on random convex problems the regret of exact steps never exceeds B(u||theta_1)/eta +
/// eta/2 sum ||g_t||_*^2 (local dual norm), nor the same with ||g||_2^2 / lambda; and L0, the same for sum of &lt;g_t, theta_t - u&gt;.
/// </summary>
public sealed class RegretTheoremTests
{
    private const int Steps = 40;
    private const double Overflow = 1e100;

    /// <summary>Sums of 40 terms: some 100 roundings, relative to the sizes of what is multiplied.</summary>
    private const double Rounding = 1e-13;

    /// <summary>1,000 by default; METAMIRROR_TEST_SCALE multiplies them.</summary>
    private static int Problems => (int)(1000 * double.Parse(Environment.GetEnvironmentVariable("METAMIRROR_TEST_SCALE") ?? "1", CultureInfo.InvariantCulture));

    private static readonly (string Name, Func<int, Divergence<double>> Make)[] Maps =
    [
        ("scaled identity", _ => new ScaledIdentity<double>()),
        ("diagonal", _ => new DiagonalQuadratic<double>()),
        ("full matrix", _ => new FullMatrixDivergence<double>()),
        ("one component", _ => new MaxOfDiagonals<double>(1)),
        ("two components", _ => new MaxOfDiagonals<double>(2)),
        ("three components", _ => new MaxOfDiagonals<double>(3)),
        ("two components about the origin", _ => new MaxOfDiagonals<double>(2, center: Center.Origin)),
        ("three components about the origin", _ => new MaxOfDiagonals<double>(3, center: Center.Origin)),
        ("entropy", _ => new NegativeEntropy<double>()),
        ("numerical quartic", _ => new NumericalMirrorStep<double>(new QuarticPotential<double>())),
    ];

    [Fact]
    public void Theorem3_1_Regret_Of_Exact_Steps_Never_Exceeds_The_Bound()
    {
        RandomStream stream = Draws.Stream(81);
        double worst = 0;
        for (int problem = 0; problem < Problems; problem++)
        {
            (string name, Func<int, Divergence<double>> make) = Maps[problem % Maps.Length];
            int kind = problem / Maps.Length % ConvexProblem.Kinds.Count;
            Run run = Run.Of(make(problem), kind, project: null, ref stream);
            worst = Math.Max(worst, run.AssertBounds($"problem {problem}: {ConvexProblem.Kinds[kind]}, {name}"));
        }

        // A bound that is never approached would be tested by nothing.
        Assert.InRange(worst, .9, 1 + Rounding);
    }

    [Fact]
    public void Theorem3_1_Holds_Over_Convex_Sets_With_Bregman_Projections()
    {
        RandomStream stream = Draws.Stream(82);
        for (int problem = 0; problem < Problems / 4; problem++)
        {
            int set = problem % 3, kind = problem / 3 % ConvexProblem.Kinds.Count;
            Run run = Run.Of(new DiagonalQuadratic<double>(), kind, (metric, x) => Project(set, metric, x), ref stream);
            run.AssertBounds($"problem {problem}: {ConvexProblem.Kinds[kind]}, set {set}");
        }
    }

    [Fact]
    public void Linearized_Regret_Of_A_Diagonal_Metric_Is_An_Identity()
    {
        // sum <g_t, theta_t - u> = B(u||theta_1)/eta - B(u||theta_{T+1})/eta + eta/2 sum ||g_t||_{P^-1}^2 for every u.
        RandomStream stream = Draws.Stream(83);
        for (int problem = 0; problem < 50; problem++)
        {
            Run run = Run.Of(new DiagonalQuadratic<double>(), problem % ConvexProblem.Kinds.Count, project: null, ref stream);
            foreach (double[] u in run.Comparators)
            {
                double right = run.Bound(u) - (run.Harness.Bregman(u, run.Harness.Theta) / run.Eta);
                Assert.Equal(run.Linearized(u), right, 1e-12 * run.Bound(u));
            }
        }
    }

    private static void Project(int set, double[] metric, double[] x)
    {
        switch (set)
        {
            case 0:
                BregmanProjections.OntoBox(-.5, .8, x);
                break;
            case 1:
                BregmanProjections.OntoBallInMetric(metric, new double[x.Length], 1, x);
                break;
            default:
                BregmanProjections.OntoSimplexInMetric(metric, x);
                break;
        }
    }

    /// <summary>One run on one problem, with what the bounds need.</summary>
    private sealed class Run
    {
        private readonly List<(double[] Theta, double[] Gradient, double Loss)> _path = [];
        private readonly ConvexProblem _problem;
        private readonly double[] _start;
        private double _local;
        private double _squares;

        private Run(DivergenceHarness<double> harness, ConvexProblem problem, double eta, double[][] comparators)
        {
            Harness = harness;
            Eta = eta;
            Comparators = comparators;
            _problem = problem;
            _start = [.. harness.Theta];
        }

        public DivergenceHarness<double> Harness { get; }

        public double Eta { get; }

        public double[][] Comparators { get; }

        public static Run Of(Divergence<double> divergence, int kind, Action<double[], double[]>? project, ref RandomStream stream)
        {
            int n = 2 + (int)stream.NextBounded(5);
            ParameterLayout layout = ParameterLayout.Vector(n);
            double[] meta = Draws.Positive(ref stream, divergence.MetaSpecs(layout).Sum(s => s.Length)), start = Point(ref stream);
            double[][] comparators = [Point(ref stream), Point(ref stream), Point(ref stream)];
            var problem = new ConvexProblem(kind, n, comparators[0], ref stream);
            var run = new Run(new DivergenceHarness<double>(divergence, layout, meta, start), problem, Math.Pow(10, (2 * stream.NextDouble()) - 2), comparators);
            run.Descend(project);
            return run;

            double[] Point(ref RandomStream draws)
            {
                double[] x = Draws.Normal(ref draws, n, Math.Exp(draws.NextNormal()));
                project?.Invoke(meta, x);
                if (divergence.Domain == DivergenceDomain.Simplex)
                {
                    x = [.. x.Select(Math.Abs)];
                    BregmanProjections.OntoSimplexInEntropy(x);
                }

                return x;
            }
        }

        public double Bound(double[] u) => (Harness.Bregman(u, _start) / Eta) + (Eta / 2 * _local);

        public double Linearized(double[] u) => _path.Sum(p => Vectors.Dot<double>(p.Gradient, [.. p.Theta.Zip(u, (x, y) => x - y)]));

        /// <summary>Asserts the three inequalities and returns the largest ratio of linearized regret to bound.</summary>
        public double AssertBounds(string what)
        {
            double worst = double.NegativeInfinity;
            foreach (double[] u in Comparators)
            {
                double loss = _problem.Evaluate(u, new double[u.Length]), regret = _path.Sum(p => p.Loss - loss), linearized = Linearized(u), bound = Bound(u);
                double size = _path.Sum(p => Norm(p.Gradient) * (Norm(p.Theta) + Norm(u))), slack = Rounding * (bound + (Steps * Math.Abs(loss)) + size);
                Assert.True(regret <= linearized + slack, $"{what}: regret {regret} above its linearization {linearized}");
                Assert.True(linearized <= bound + slack, $"{what}: linearized regret {linearized} above the bound {bound}");
                if (Harness.Divergence.Domain == DivergenceDomain.Everywhere)
                {
                    double relaxed = (Harness.Bregman(u, _start) / Eta) + (Eta / (2 * Harness.Divergence.StrongConvexity(Harness.Context)) * _squares);
                    Assert.True(bound <= relaxed + slack, $"{what}: bound {bound} above its relaxation {relaxed}");
                }

                worst = Math.Max(worst, bound > 0 ? linearized / bound : 0);
            }

            return worst;
        }

        private static double Norm(double[] x) => Math.Sqrt(Vectors.SquaredNorm<double>(x));

        private void Descend(Action<double[], double[]>? project)
        {
            // A run that blows up is cut before it overflows: the theorem holds for every number of steps.
            for (int t = 0; t < Steps && _squares < Overflow; t++)
            {
                double[] g = new double[_start.Length];
                double loss = _problem.Evaluate(Harness.Theta, g);
                _path.Add(([.. Harness.Theta], g, loss));
                _local += Harness.Divergence.DualNormSquared(Harness.Context, g);
                _squares += Vectors.SquaredNorm<double>(g);
                Harness.Step(Eta, g);
                project?.Invoke(Harness.Meta, Harness.Theta);
            }
        }
    }
}
