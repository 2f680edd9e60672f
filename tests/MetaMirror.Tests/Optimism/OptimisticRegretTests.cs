using System.Globalization;
using MetaMirror.Divergences;
using MetaMirror.Numerics;
using MetaMirror.Optimism;
using MetaMirror.Tests.Divergences;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Optimism;

/// <summary>The inequalities of PAPERS 6.8 (b), (f) and (g) on random convex problems, with the rules themselves.</summary>
public sealed class OptimisticRegretTests
{
    private const int Steps = 40;

    /// <summary>Sums of 40 terms, with momentum 1 / (1 - mu) &lt;= 20 times as large: some thousand roundings, relative to the sizes of what is multiplied.</summary>
    private const double Rounding = 1e-12;

    /// <summary>Rates keep runs from blowing up before the sums lose their digits.</summary>
    private const double LargestPoint = 1e6;

    /// <summary>400 by default; METAMIRROR_TEST_SCALE multiplies them.</summary>
    private static int Problems => (int)(400 * double.Parse(Environment.GetEnvironmentVariable("METAMIRROR_TEST_SCALE") ?? "1", CultureInfo.InvariantCulture));

    [Fact]
    public void B_Weighted_Regret_Of_Trust_Region_And_Schedule()
    {
        RandomStream stream = Draws.Stream(181);
        double worst = 0;
        for (int k = 0; k < Problems; k++)
        {
            var problem = new Problem(k, ref stream);
            double tau = problem.Radius(ref stream);
            var region = new TrustRegion<double>(tau, problem.Mirror);
            GuidedRun run = problem.Descend(new Chain<double>(new LinearSchedule<double>(.05), region));
            double[] dual = [.. run.Gradients.Select(problem.DualSquared)], c = [.. dual.Select((n, t) => problem.Eta * (1 - (.95 * t / Steps)) * region.Factor(n, 0, tau).Value)];
            double[] inner = run.Linearized(problem.U);
            double left = c.Zip(inner, (w, x) => w * x).Sum(), bound = (problem.Distance(run.Points[0]) + c.Zip(dual, (w, n) => w * w * n).Sum()) / 2;
            double size = bound + c.Zip(inner, (w, x) => w * Math.Abs(x)).Sum() + problem.Distance(run.End);
            Assert.Equal(bound - (problem.Distance(run.End) / 2), left, Rounding * size);
            worst = Math.Max(worst, problem.AssertRegret(run, c, bound, size));
            Assert.All(c.Zip(dual, (w, n) => w * Math.Sqrt(n)), x => Assert.True(x <= problem.Eta * tau * (1 + Rounding)));
        }

        // A bound that is never approached would be tested by nothing.
        Assert.InRange(worst, .7, 1 + Rounding);
    }

    [Fact]
    public void F_Linear_Regret_Of_Heavy_Ball_And_Nesterov()
    {
        RandomStream stream = Draws.Stream(182);
        double worst = 0;
        for (int k = 0; k < Problems; k++)
        {
            var problem = new Problem(k / 2, ref stream);
            double mu = .95 * stream.NextDouble(), gamma = problem.Eta / (1 - mu);
            bool nesterov = k % 2 == 1;
            GuidedRun run = problem.Descend(new Chain<double>(nesterov ? new NesterovHint<double>(mu) : new HeavyBallHint<double>(mu), problem.Mirror));
            if (run.End.Max(Math.Abs) > LargestPoint)
                continue;
            double[] inner = run.Linearized(problem.U);
            double squares = gamma / 2 * run.Gradients.Sum(problem.DualSquared), start = problem.Distance(run.Points[0]) / (2 * gamma);
            double linear = start + (squares * (nesterov ? 1 + (2 * mu * mu / (1 - mu)) : (1 + mu) / (1 - mu))), size = linear + inner.Sum(Math.Abs);
            Assert.True(inner.Sum() <= linear + (Rounding * size), $"problem {k}, mu {mu}: {inner.Sum()} above {linear}");
            worst = Math.Max(worst, problem.AssertRegret(run, [.. Enumerable.Repeat(1.0, Steps)], linear, size));
            if (nesterov)
                continue;

            // One fixed loss: the last regret counts more often, the first is given back.
            double least = problem.Loss(problem.U), odds = mu / (1 - mu);
            double[] r = [.. run.Losses.Select(l => l - least)];
            double left = r.Sum() + (odds * r[^1]), right = (odds * r[0]) + start + squares;
            Assert.True(left <= right + (Rounding * (size + Math.Abs(left) + Math.Abs(least))), $"problem {k}, mu {mu}: {left} above {right}");
        }

        Assert.InRange(worst, .5, 1 + Rounding);
    }

    [Fact]
    public void G_Hints_With_Trust_Region_And_Schedule_In_Any_Divergence()
    {
        RandomStream stream = Draws.Stream(183);
        double worst = 0;
        for (int k = 0; k < Problems; k++)
        {
            var problem = new Problem(k / Hints.Length, ref stream, Problem.AllMaps);
            (Hint<double> hint, double tau) = (Hints[k % Hints.Length], problem.Radius(ref stream));
            var region = new TrustRegion<double>(tau, new Chain<double>(hint, problem.Mirror));
            GuidedRun run = problem.Descend(new Chain<double>(new CosineSchedule<double>(.2), region));
            double[] h = new double[run.End.Length], state = new double[run.End.Length], scratch = new double[run.End.Length], weights = new double[Steps];
            double squares = 0, identity = 0;
            for (int t = 0; t < Steps; t++)
            {
                double scale = .2 + (.4 * (1 + Math.Cos(Math.PI * t / Steps))), s = region.Factor(problem.DualSquared(run.Gradients[t]), 0, tau).Value;
                weights[t] = scale * s;
                double[] g = [.. run.Gradients[t].Select(x => weights[t] * x)], u = [.. run.Gradients[t].Select(x => s * x)];
                squares += problem.DualSquared(GuidedRun.Difference(g, h));
                identity -= problem.DualSquared(h);
                hint.Step(problem.Context(t, hint, scratch), new(scratch, u, [scale], state));
                for (int i = 0; i < h.Length; i++)
                    h[i] += u[i] - g[i];
            }

            double eta = problem.Eta, bound = (problem.Distance(run.Points[0]) / (2 * eta)) + (eta / 2 * squares);
            double[] inner = run.Linearized(problem.U);
            double left = weights.Zip(inner, (w, x) => w * x).Sum(), size = bound - (eta / 2 * identity) + weights.Zip(inner, (w, x) => w * Math.Abs(x)).Sum();
            if (size > LargestPoint)
                continue;
            Assert.True(left <= bound + (Rounding * size), $"problem {k}, {hint.Name}: {left} above {bound}");
            worst = Math.Max(worst, problem.AssertRegret(run, weights, bound, size));
            if (problem.Mirror.Divergence is DiagonalDivergence<double>)
            {
                double[] z = problem.Shadow(run.End, h, eta);
                Assert.Equal(bound + (eta / 2 * identity) - (problem.Distance(z) / (2 * eta)), left, Rounding * (size + (problem.Distance(z) / eta)));
            }
        }

        Assert.InRange(worst, .5, 1 + Rounding);
    }

    private static readonly Hint<double>[] Hints =
    [
        new LastGradientHint<double>(), new LastGradientHint<double>(.5), new AverageHint<double>(), new OmegaHint<double>(), new OmegaMomentumHint<double>(),
        new HeavyBallHint<double>(.9, RateMeaning.Total), new NesterovHint<double>(.9, RateMeaning.Total), new SuppliedHint<double>((t, h) => h.Fill(Math.Sin(t))),
    ];

    private sealed class Problem
    {
        public const int QuadraticMaps = 3;
        public const int AllMaps = 6;
        private readonly ConvexProblem _loss;
        private readonly DivergenceHarness<double> _harness;
        private readonly double[] _start;

        public Problem(int number, ref RandomStream stream, int maps = QuadraticMaps)
        {
            int n = 2 + (int)stream.NextBounded(5);
            Eta = Math.Pow(10, (2 * stream.NextDouble()) - 2.5);
            Divergence<double> phi = (number % maps) switch
            {
                0 => new DiagonalQuadratic<double>([.. Draws.Positive(ref stream, n)]),
                1 => new ScaledIdentity<double>(Math.Exp(stream.NextNormal())),
                2 => new DiagonalQuadratic<double>([.. Draws.Positive(ref stream, n, 2)]),
                3 => new MaxOfDiagonals<double>(3, [.. Draws.Positive(ref stream, 3 * n)]),
                4 => new NumericalMirrorStep<double>(new QuarticPotential<double>()),
                _ => new NegativeEntropy<double>(),
            };
            Mirror = new(phi, Eta);
            U = Point(ref stream, n, phi.Domain);
            _start = Point(ref stream, n, phi.Domain);
            _loss = new ConvexProblem(number / maps % ConvexProblem.Kinds.Count, n, U, ref stream);
            var layout = ParameterLayout.Vector(n);
            double[] meta = [.. new MetaParameters<double>([], Mirror.MetaSpecs(layout), []).Natural];
            _harness = new DivergenceHarness<double>(Mirror.Divergence, layout, meta[..^1], _start);
        }

        public double Eta { get; }

        public double[] U { get; }

        public MirrorDescent<double> Mirror { get; }

        public double Radius(ref RandomStream stream) => Math.Sqrt(DualSquared(Gradient(_start))) * (.05 + (1.5 * stream.NextDouble())) + 1e-3;

        public GuidedRun Descend(UpdateRule<double> rule) => new(rule, _start, Steps, _loss.Evaluate);

        public double DualSquared(double[] g) => Mirror.Divergence.DualNormSquared(_harness.Context, g);

        /// <summary>2 B(u || x).</summary>
        public double Distance(double[] x) => 2 * _harness.Bregman(U, x);

        public double Loss(double[] x) => _loss.Evaluate(x, new double[x.Length]);

        public StepContext<double> Context(int t, Hint<double> hint, double[] scratch) => new()
        {
            Step = t, Steps = Steps, Age = t, Layout = _harness.Layout, Scratch = scratch, Meta = new MetaParameters<double>([], hint.MetaSpecs(_harness.Layout), []).Natural,
        };

        /// <summary>z = theta + eta P^-1 h.</summary>
        public double[] Shadow(double[] theta, double[] h, double eta)
        {
            double[] z = [.. theta];
            Mirror.Divergence.Step(_harness.Context, -eta, h, z, []);
            return z;
        }

        /// <summary>The weighted regret is below its linearization, which is below the bound; gives their ratio.</summary>
        public double AssertRegret(GuidedRun run, double[] weights, double bound, double size)
        {
            double least = Loss(U), regret = weights.Zip(run.Losses, (w, l) => w * (l - least)).Sum(), linear = weights.Zip(run.Linearized(U), (w, x) => w * x).Sum();
            double slack = Rounding * (size + (weights.Sum() * Math.Abs(least)) + weights.Zip(run.Losses, (w, l) => w * Math.Abs(l)).Sum());
            Assert.True(regret <= linear + slack, $"regret {regret} above its linearization {linear}");
            Assert.True(regret <= bound + slack, $"regret {regret} above the bound {bound}");
            return bound > 0 ? linear / bound : 0;
        }

        private static double[] Point(ref RandomStream stream, int n, DivergenceDomain domain)
        {
            double[] x = Draws.Normal(ref stream, n);
            if (domain == DivergenceDomain.Simplex)
            {
                x = [.. x.Select(Math.Abs)];
                BregmanProjections.OntoSimplexInEntropy(x);
            }

            return x;
        }

        private double[] Gradient(double[] x)
        {
            double[] g = new double[x.Length];
            _loss.Evaluate(x, g);
            return g;
        }
    }
}
