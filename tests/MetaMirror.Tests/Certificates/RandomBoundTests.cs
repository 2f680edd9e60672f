using System.Globalization;
using MetaMirror.Certificates;
using MetaMirror.Numerics;

namespace MetaMirror.Tests.Certificates;

/// <summary>Theorems are tests: on random convex problems, in random metrics, with random rates, scaling and momentum no accepted certificate is ever exceeded.</summary>
public sealed class RandomBoundTests
{
    /// <summary>Every certificate (those of mini-batches, changing metrics and other potentials have tests of their own), how often it must at least be accepted among 1,000 problems, and the share of its bound that must be reached at least once. A new one joins here.</summary>
    private static readonly (string Name, int Accepted, double Reached)[] Table =
    [
        ("linearized-regret", 300, .9),
        ("regret", 300, .8),
        ("average-iterate", 300, .8),
        ("trust-region-in-advance", 30, .8),
        ("last-iterate", 300, .5),
        ("linear-decay", 30, .3),
        ("normalized-steps", 5, .01),
        ("smooth-descent", 30, .2),
        ("smooth-trust-region", 2, .01),
        ("heavy-ball-regret", 50, .5),
        ("momentum-regret", 100, .5),
        ("optimistic-regret", 30, .4),
        ("everything-measured", 800, .8),
        ("everything-in-advance", 100, .8),
        ("changing-metric-regret", 0, 0),
        ("adagrad-regret", 0, 0),
        ("universal", 900, .8),
        ("universal-last-iterate", 900, .9),
        ("gradient-at-end", 100, .9),
        ("population-average", 0, 0),
        ("population-with-probability", 0, 0),
        ("population-regret", 0, 0),
    ];

    /// <summary>1,000 by default; METAMIRROR_TEST_SCALE multiplies them.</summary>
    private static int Problems => (int)(1000 * double.Parse(Environment.GetEnvironmentVariable("METAMIRROR_TEST_SCALE") ?? "1", CultureInfo.InvariantCulture));

    [Fact]
    public void No_Bound_Is_Ever_Exceeded_And_Every_Certificate_Is_Tried()
    {
        Assert.Equal(RunCertificates.All.Select(c => c.Name), Table.Select(t => t.Name));
        RandomStream stream = Divergences.Draws.Stream(91);
        var tried = Table.ToDictionary(t => t.Name, _ => (Accepted: 0, Reached: 0.0));
        for (int problem = 0; problem < Problems; problem++)
        {
            int kind = problem % RandomProblem.Kinds, shape = problem / RandomProblem.Kinds % 8;
            (CertifiedRun run, string what) = Draw(kind, shape, ref stream);
            foreach (Certificate certificate in RunCertificates.Of(run))
            {
                Assert.True(certificate.Premises.All(p => p.How.Length > 0), $"{certificate.Name} has a premise that does not say how it was checked");
                if (certificate.IsRefused)
                    continue;
                Assert.False(certificate.IsExceeded, $"problem {problem}, {what}, {certificate.Name}: {certificate.Verdict}");
                (int accepted, double reached) = tried[certificate.Name];
                tried[certificate.Name] = (accepted + 1, Math.Max(reached, certificate.Bound > 0 && certificate.Measured is { } m ? m / certificate.Bound.Value : 0));
            }
        }

        foreach ((string name, int least, double share) in Table)
        {
            Assert.True(tried[name].Accepted >= least, $"{name} was accepted {tried[name].Accepted} times, expected at least {least}");
            Assert.True(tried[name].Reached >= share, $"{name} reached {tried[name].Reached} of its bound at most, expected at least {share}");
        }
    }

    private static (CertifiedRun Run, string What) Draw(int kind, int shape, ref RandomStream stream)
    {
        int n = 2 + (int)stream.NextBounded(5), steps = 3 + (int)stream.NextBounded(38);
        double[] near = Divergences.Draws.Normal(ref stream, n, 1), start = Divergences.Draws.Normal(ref stream, n, Math.Exp(stream.NextNormal()));
        var problem = new RandomProblem(kind, n, near, ref stream);
        Geometry geometry = stream.NextBounded(2) == 0 ? new DiagonalGeometry(Divergences.Draws.Positive(ref stream, n)) : Dense(n, ref stream);
        double beta = double.IsFinite(problem.Curvature.Smoothness) ? problem.Curvature.Smoothness / geometry.Least : 1;
        double eta = Math.Pow(10, (2.2 * stream.NextDouble()) - 2) / beta, mu = .95 * stream.NextDouble();
        double[] g = new double[n];
        problem.Evaluate(start, g);
        double first = Math.Sqrt(geometry.SquaredDualNorm(g)), radius = first * Math.Pow(10, (2 * stream.NextDouble()) - 2);
        double floor = stream.NextDouble();
        DescentForm form = shape switch
        {
            0 => DescentForm.Constant(eta, steps),
            1 => new([.. Enumerable.Range(0, steps).Select(t => eta * (1 - ((1 - floor) * t / steps)))]),
            2 when floor < .5 => new([.. Enumerable.Repeat((.5 + floor) / beta, steps)]) { Scaling = GradientScaling.DualNorm, Radius = first * (.3 + floor) },
            2 => new([.. Enumerable.Repeat(eta, steps)]) { Scaling = GradientScaling.DualNorm, Radius = radius },
            3 => new([.. Enumerable.Repeat(eta, steps)]) { Momentum = MomentumForm.HeavyBall, Mu = mu },
            4 => new([.. Enumerable.Repeat(eta, steps)]) { Momentum = MomentumForm.Nesterov, Mu = mu },
            5 => new([.. Enumerable.Repeat(eta / 3, steps)]) { Momentum = MomentumForm.Optimistic },
            6 => new([.. Enumerable.Range(0, steps).Select(t => eta * (1 + Math.Cos(Math.PI * t / steps)) / 2)])
            {
                Scaling = GradientScaling.DualNorm, Radius = radius, Mu = mu, Momentum = stream.NextBounded(2) == 0 ? MomentumForm.HeavyBall : MomentumForm.Nesterov,
            },
            _ => new([.. Enumerable.Repeat(eta, steps)]) { Scaling = stream.NextBounded(2) == 0 ? GradientScaling.EuclideanNorm : GradientScaling.PreviousDualNorm, Radius = radius },
        };
        Comparator comparator = problem.Comparator(near, ref stream);
        RunSums sums = FormRun.Of(geometry, form, problem.Evaluate, start);
        return (FormRun.Certified(sums, problem.Evaluate, comparator, problem.Curvature), $"{RandomProblem.Names[kind]}, shape {shape}");
    }

    private static DenseGeometry Dense(int n, ref RandomStream stream)
    {
        double[] c = Divergences.Draws.Normal(ref stream, n * n, 1), p = new double[n * n];
        Gemm.Multiply<double>(false, true, n, n, n, 1, c, c, 0, p);
        for (int i = 0; i < n; i++)
            p[(i * n) + i] += .1;
        return new DenseGeometry(p, n);
    }
}
