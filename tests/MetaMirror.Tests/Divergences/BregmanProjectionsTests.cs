using MetaMirror.Divergences;
using MetaMirror.Numerics;

namespace MetaMirror.Tests.Divergences;

/// <summary>Projections by their optimality conditions.</summary>
public sealed class BregmanProjectionsTests
{
    private const double Tolerance = 1e-12;

    [Fact]
    public void Simplex_Projections_Meet_Their_Optimality_Conditions()
    {
        RandomStream stream = Draws.Stream(71);
        for (int trial = 0; trial < 300; trial++)
        {
            int n = 1 + (int)stream.NextBounded(30);
            double total = 1 + (trial % 3);
            double[] y = Draws.Normal(ref stream, n, 2), p = Draws.Positive(ref stream, n, 1), euclidean = [.. y], metric = [.. y], ones = [.. y];
            BregmanProjections.OntoSimplex(euclidean, new double[n], total);
            BregmanProjections.OntoSimplexInMetric(p, metric, total);
            BregmanProjections.OntoSimplexInMetric([.. Enumerable.Repeat(1.0, n)], ones, total);
            AssertSimplex(y, [.. Enumerable.Repeat(1.0, n)], euclidean, total);
            AssertSimplex(y, p, metric, total);
            for (int i = 0; i < n; i++)
                Assert.Equal(euclidean[i], ones[i], Tolerance);
        }
    }

    [Fact]
    public void Points_Of_The_Simplex_Stay()
    {
        double[] y = [.25, 0, .75], metric = [.25, 0, .75], entropy = [.25, 0, .75];
        BregmanProjections.OntoSimplex(y, new double[3]);
        BregmanProjections.OntoSimplexInMetric([1, 2, 3], metric);
        BregmanProjections.OntoSimplexInEntropy(entropy);
        Assert.Equal([.25, 0, .75], y);
        Assert.Equal([.25, 0, .75], metric);
        Assert.Equal([.25, 0, .75], entropy);
    }

    [Fact]
    public void Entropy_Projection_Has_A_Constant_Ratio()
    {
        float[] y = [1, 2, 0, 5];
        BregmanProjections.OntoSimplexInEntropy(y, 2);
        Assert.Equal([.25f, .5f, 0, 1.25f], y);
    }

    [Fact]
    public void Ball_Projections_Meet_Their_Optimality_Conditions()
    {
        RandomStream stream = Draws.Stream(72);
        for (int trial = 0; trial < 300; trial++)
        {
            int n = 1 + (int)stream.NextBounded(20);
            double radius = Math.Pow(10, (4 * stream.NextDouble()) - 3);
            double[] center = Draws.Normal(ref stream, n), y = Draws.Normal(ref stream, n, 2), p = Draws.Positive(ref stream, n, 2), x = [.. y], e = [.. y];
            BregmanProjections.OntoBallInMetric(p, center, radius, x);
            BregmanProjections.OntoBall(center, radius, e);
            double before = Distance(y, center);
            if (before <= radius)
            {
                Assert.Equal(y, x);
                Assert.Equal(y, e);
                continue;
            }

            Assert.Equal(radius, Distance(x, center), 1e-11 * radius);
            Assert.Equal(radius, Distance(e, center), 1e-11 * radius);
            double mu = Enumerable.Range(0, n).Sum(i => p[i] * (y[i] - x[i]) * (x[i] - center[i])) / (radius * radius);
            Assert.True(mu >= 0);
            for (int i = 0; i < n; i++)
            {
                // Stationarity P (x - y) + mu (x - c) = 0; x is known to rounding of the center only, hence the scale.
                Assert.Equal(0, (p[i] * (x[i] - y[i])) + (mu * (x[i] - center[i])), 1e-11 * (1 + mu + p[i]) * (1 + Math.Abs(center[i]) + Math.Abs(y[i])));
                Assert.Equal((y[i] - center[i]) * radius / before, e[i] - center[i], Tolerance * (1 + Math.Abs(center[i])));
            }
        }
    }

    [Fact]
    public void A_Ball_Without_Radius_Is_Its_Center()
    {
        double[] y = [3, 4], e = [3, 4];
        BregmanProjections.OntoBallInMetric([1, 2], [1, 1], 0, y);
        BregmanProjections.OntoBall([1, 1], 0, e);
        Assert.Equal([1, 1], y);
        Assert.Equal([1, 1], e);
    }

    [Fact]
    public void Boxes_Clamp()
    {
        double[] y = [-3, .5, 9], z = [-3, .5, 9];
        BregmanProjections.OntoBox(-1, 1, y);
        BregmanProjections.OntoBox<double>([0, 1, double.NegativeInfinity], [1, 2, 10], z);
        Assert.Equal([-1, .5, 1], y);
        Assert.Equal([0, 1, 9], z);
    }

    [Fact]
    public void Wrong_Input_Is_Refused()
    {
        double[] two = [1, 2];
        Assert.Throws<ArgumentException>(() => BregmanProjections.OntoSimplex<double>([], []));
        Assert.Throws<ArgumentException>(() => BregmanProjections.OntoSimplex(two, new double[1]));
        Assert.Throws<ArgumentException>(() => BregmanProjections.OntoSimplex([1, double.NaN], new double[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => BregmanProjections.OntoSimplex(two, new double[2], 0));
        Assert.Throws<ArgumentException>(() => BregmanProjections.OntoSimplexInMetric([1], two));
        Assert.Throws<ArgumentException>(() => BregmanProjections.OntoSimplexInMetric([1, 0], two));
        Assert.Throws<ArgumentException>(() => BregmanProjections.OntoSimplexInEntropy([1.0, -1]));
        Assert.Throws<ArgumentException>(() => BregmanProjections.OntoSimplexInEntropy([0.0, 0]));
        Assert.Throws<ArgumentException>(() => BregmanProjections.OntoBox(1, 0, two));
        Assert.Throws<ArgumentException>(() => BregmanProjections.OntoBox<double>([0], [1], two));
        Assert.Throws<ArgumentException>(() => BregmanProjections.OntoBox<double>([0, 3], [1, 2], two));
        Assert.Throws<ArgumentException>(() => BregmanProjections.OntoBall([0], 1, two));
        Assert.Throws<ArgumentOutOfRangeException>(() => BregmanProjections.OntoBall([0, 0], -1, two));
        Assert.Throws<ArgumentException>(() => BregmanProjections.OntoBallInMetric([1, -1], [0, 0], 1, two));
    }

    private static void AssertSimplex(double[] y, double[] p, double[] x, double total)
    {
        Assert.Equal(total, x.Sum(), Tolerance * (1 + y.Sum(Math.Abs)));
        Assert.All(x, value => Assert.True(value >= 0));

        // P_i (y_i - x_i) = mu where x_i > 0, and at most mu elsewhere.
        int support = Array.FindIndex(x, value => value > 0);
        double mu = p[support] * (y[support] - x[support]), tolerance = Tolerance * p.Max() * (1 + y.Max(Math.Abs));
        for (int i = 0; i < y.Length; i++)
        {
            double slope = p[i] * (y[i] - x[i]);
            Assert.True(x[i] > 0 ? Math.Abs(slope - mu) <= tolerance : slope <= mu + tolerance);
        }
    }

    private static double Distance(double[] x, double[] c) => Math.Sqrt(x.Zip(c, (a, b) => (a - b) * (a - b)).Sum());
}
