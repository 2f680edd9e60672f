using System.Globalization;
using MetaMirror.Certificates;
using MetaMirror.Divergences;
using MetaMirror.Numerics;
using MetaMirror.Tests.Divergences;

namespace MetaMirror.Tests.Certificates;

/// <summary>PAPERS 6.8 (a), (b), (g), (h) in potentials that are not quadratic: trust regions, hints and momentum, one-step and two-step, never exceed their bounds.</summary>
public sealed class PotentialBoundTests
{
    private const int Shapes = 8;

    /// <summary>Which certificates a formula has in any potential.</summary>
    private static readonly string[][] Holds =
    [
        ["linearized-regret", "regret", "average-iterate", "last-iterate", "everything-measured"],
        ["linearized-regret", "regret", "average-iterate", "trust-region-in-advance", "last-iterate", "everything-measured", "everything-in-advance"],
        ["linearized-regret", "regret", "average-iterate", "last-iterate", "everything-measured"],
        ["linearized-regret", "regret", "average-iterate", "last-iterate", "everything-measured"],
        ["linearized-regret", "everything-measured", "everything-in-advance"],
        ["linearized-regret", "everything-measured", "everything-in-advance"],
        ["linearized-regret", "regret", "everything-measured"],
        ["linearized-regret", "regret", "everything-measured"],
    ];

    /// <summary>150 a potential by default; METAMIRROR_TEST_SCALE multiplies them.</summary>
    private static int Problems => (int)(150 * double.Parse(Environment.GetEnvironmentVariable("METAMIRROR_TEST_SCALE") ?? "1", CultureInfo.InvariantCulture));

    /// <summary>The potentials. A new one joins in one line.</summary>
    public static TheoryData<string> Names { get; } = [.. Geometries.Keys];

    private static Dictionary<string, Func<int, Geometry>> Geometries => new(StringComparer.Ordinal)
    {
        ["p-norm 1.5"] = n => new PNormGeometry(n, 1.5),
        ["p-norm 1.1"] = n => new PNormGeometry(n, 1.1),
        ["entropy"] = n => Of(new NegativeEntropy<double>(), n, []),
        ["quartic"] = n => Of(new NumericalMirrorStep<double>(new QuarticPotential<double>()), n, [.. Enumerable.Range(0, n).Select(i => .5 + i)]),
        ["exact maximum"] = n => Of(new MaxOfDiagonals<double>(2), n, [.. Enumerable.Range(0, 2 * n).Select(i => .5 + (i % 3))]),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void No_Bound_Is_Ever_Exceeded(string name)
    {
        RandomStream stream = Divergences.Draws.Stream(97);
        double reached = 0;
        for (int problem = 0; problem < Problems; problem++)
        {
            int kind = problem % RandomProblem.Kinds, shape = problem / RandomProblem.Kinds % Shapes, n = 2 + (int)stream.NextBounded(4);
            Geometry geometry = Geometries[name](n);
            bool simplex = geometry.IsOnSimplices;
            double[] near = Divergences.Draws.Normal(ref stream, n, 1);
            double[] start = Point(simplex, n, ref stream), u = Point(simplex, n, ref stream);
            var loss = new RandomProblem(kind, n, near, ref stream);
            (DescentForm form, NextHint? hints) = Draw(shape, geometry, loss, start, ref stream);
            RunSums sums = FormRun.Of(geometry, form, loss.Evaluate, start, hints: hints);
            CertifiedRun run = FormRun.Certified(sums, loss.Evaluate, Comparator.Reference(u), loss.Curvature);
            foreach (Certificate certificate in RunCertificates.Of(run))
            {
                string what = $"problem {problem}, {RandomProblem.Names[kind]}, shape {shape}, {certificate.Name}: {certificate.Verdict}";
                Assert.False(certificate.IsExceeded, what);
                if (Holds[shape].Contains(certificate.Name))
                {
                    Assert.True(certificate.Bound is not null && certificate.Measured is not null, what);
                    reached = Math.Max(reached, certificate.Measured!.Value / certificate.Bound.Value);
                }
                else if (certificate.Name is "heavy-ball-regret" or "momentum-regret" or "linear-decay")
                {
                    Assert.Contains("the potential is quadratic", certificate.Verdict, StringComparison.Ordinal);
                }
            }
        }

        // The bounds are met somewhere, so that the test could fail; of phi near ||.||_1^2 / (2 (p - 1)) B is large.
        Assert.InRange(reached, string.Equals(name, "p-norm 1.1", StringComparison.Ordinal) ? .2 : .4, 1);
    }

    [Theory]
    [InlineData("p-norm 1.5")]
    [InlineData("entropy")]
    [InlineData("quartic")]
    public void The_Two_Step_Form_Takes_The_Same_Points_And_Has_The_Same_Bound(string name)
    {
        RandomStream stream = Divergences.Draws.Stream(98);
        for (int problem = 0; problem < 20; problem++)
        {
            const int N = 3, T = 12;
            Geometry geometry = Geometries[name](N);
            double[] start = Point(geometry.IsOnSimplices, N, ref stream), u = Point(geometry.IsOnSimplices, N, ref stream);
            var loss = new RandomProblem(problem % RandomProblem.Kinds, N, u, ref stream);
            DescentForm form = new([.. Enumerable.Range(0, T).Select(t => .05 / (1 + t))]) { Momentum = MomentumForm.Optimistic };
            var sums = new RunSums(geometry, form, T);
            double[] z = [.. start], theta = [.. start], g = new double[N], hint = new double[N];
            for (int t = 0; t < T; t++)
            {
                // theta_t = argmin <h_t, theta> + B(theta || z_t), then z_{t+1} = argmin <c_t g_t, theta> + B(theta || z_t).
                z.CopyTo(theta, 0);
                geometry.Step(hint, theta, [], t);
                double value = loss.Evaluate(theta, g);
                sums.Add(theta, g, value);
                hint = [.. g.Select(x => form.Rates[t] * x)];
                geometry.Step(hint, z, [], t);
            }

            z.CopyTo(theta, 0);
            geometry.Step(hint, theta, [], T);
            sums.Finish(theta);
            Assert.InRange(sums.Deviation, 0, sums.DeviationLimit);
            FormRun.Certify<WeightedRegret>(FormRun.Certified(sums, loss.Evaluate, Comparator.Reference(u), loss.Curvature));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_Formula_That_Was_Read_Wrong_Is_Found_Out(string name)
    {
        RandomStream stream = Divergences.Draws.Stream(99);
        Geometry geometry = Geometries[name](3);
        double[] start = Point(geometry.IsOnSimplices, 3, ref stream), near = Divergences.Draws.Normal(ref stream, 3, 1), g = new double[3];
        var loss = new RandomProblem(RandomProblem.LogSumExp, 3, near, ref stream);
        DescentForm real = new([.. Enumerable.Repeat(.05, 10)]) { Momentum = MomentumForm.HeavyBall, Mu = .5 };
        DescentForm told = new([.. Enumerable.Repeat(.05, 10)]) { Momentum = MomentumForm.HeavyBall, Mu = .501 };
        List<double[]> path = [];
        FormRun.Of(geometry, real, loss.Evaluate, start, path);
        var sums = new RunSums(geometry, told, 10);
        foreach (double[] theta in path.SkipLast(1))
        {
            double value = loss.Evaluate(theta, g);
            sums.Add(theta, g, value);
        }

        sums.Finish(path[^1]);
        Certificate certificate = new DeployedOptimizer().Certify(FormRun.Certified(sums, loss.Evaluate, Comparator.Reference(start), loss.Curvature));
        Assert.True(certificate.IsRefused, certificate.Verdict);
        Assert.Contains($"follows its formula in the fixed potential '{geometry.Name}'", certificate.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void A_Formula_With_Hints_Needs_Their_Directions()
    {
        DescentForm form = new([.1, .1]) { Momentum = MomentumForm.Hints };
        Assert.Contains("directions of length 2, found none", Assert.Throws<ArgumentException>(() => new RunSums(new PNormGeometry(2, 1.5), form, 2)).Message, StringComparison.Ordinal);
    }

    private static (DescentForm Form, NextHint? Hints) Draw(int shape, Geometry geometry, RandomProblem loss, double[] start, ref RandomStream stream)
    {
        int steps = 3 + (int)stream.NextBounded(25), n = start.Length;
        double[] g = new double[n];
        loss.Evaluate(start, g);
        double first = Math.Sqrt(geometry.SquaredDualNorm(g)), eta = Math.Pow(10, (2 * stream.NextDouble()) - 2.3) / first, radius = first * Math.Pow(10, -stream.NextDouble());
        double mu = .9 * stream.NextDouble();
        double[] constant = [.. Enumerable.Repeat(eta, steps)], falling = [.. Enumerable.Range(0, steps).Select(t => eta * (1 - (t / (steps + 1.0))))];
        if (shape < 7)
        {
            return (shape switch
            {
                0 => new([.. falling]),
                1 => new([.. constant]) { Scaling = GradientScaling.DualNorm, Radius = radius },
                2 => new([.. falling]) { Scaling = GradientScaling.PreviousDualNorm, Radius = radius },
                3 => new([.. falling]) { Scaling = GradientScaling.Normalized, Radius = radius },
                4 => new([.. falling]) { Momentum = MomentumForm.HeavyBall, Mu = mu, Scaling = GradientScaling.DualNorm, Radius = radius },
                5 => new([.. constant]) { Momentum = MomentumForm.Nesterov, Mu = mu, Scaling = GradientScaling.DualNorm, Radius = radius },
                _ => new([.. falling]) { Momentum = MomentumForm.Optimistic },
            }, null);
        }

        // h_{t+1} = a m_{t+1} of the scaled gradients, as the rule and as a formula.
        double a = stream.NextDouble(), beta = .9 * stream.NextDouble();
        double[] m = new double[n];
        var layout = ParameterLayout.Vector(n);
        var directions = new HintDirections<double>(new MetaMirror.Optimism.AverageHint<double>(), layout, [a, beta], eta, [.. falling.Select(r => r / eta)]);
        return (new([.. falling]) { Momentum = MomentumForm.Hints, Directions = directions }, (_, scaled) =>
        {
            for (int i = 0; i < n; i++)
                m[i] = (beta * m[i]) + ((1 - beta) * scaled[i]);
            return [.. m.Select(x => a * x)];
        }
        );
    }

    private static DivergenceGeometry<double> Of(Divergence<double> divergence, int n, double[] meta) => new(divergence, ParameterLayout.Vector(n), meta);

    private static double[] Point(bool simplex, int n, ref RandomStream stream)
    {
        if (!simplex)
            return Divergences.Draws.Normal(ref stream, n, 1);
        double[] x = Divergences.Draws.Positive(ref stream, n);
        double sum = x.Sum();
        return [.. x.Select(v => v / sum)];
    }
}
