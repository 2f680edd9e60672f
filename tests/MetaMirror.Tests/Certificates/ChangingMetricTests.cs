using System.Collections.Immutable;
using System.Globalization;
using MetaMirror.Certificates;
using MetaMirror.Numerics;
using MetaMirror.Objectives;

namespace MetaMirror.Tests.Certificates;

/// <summary>PAPERS 6.8 (l) and Theorem 5 of Duchi et al.: phases, trust regions per tensor and AdaGrad on random convex problems, and what is refused.</summary>
public sealed class ChangingMetricTests
{
    private const double Rounding = 1e-10;

    private static readonly ParameterLayout TwoTensors = new(("a", [2]), ("b", [2]));

    /// <summary>600 by default; METAMIRROR_TEST_SCALE multiplies them.</summary>
    private static int Problems => (int)(600 * double.Parse(Environment.GetEnvironmentVariable("METAMIRROR_TEST_SCALE") ?? "1", CultureInfo.InvariantCulture));

    [Fact]
    public void No_Bound_Is_Ever_Exceeded()
    {
        RandomStream stream = Divergences.Draws.Stream(101);
        double changing = 0, adaGrad = 0;
        for (int problem = 0; problem < Problems; problem++)
        {
            double[] start = Divergences.Draws.Normal(ref stream, 4, 1), u = Divergences.Draws.Normal(ref stream, 4, 1), near = Divergences.Draws.Normal(ref stream, 4, 1);
            var loss = new RandomProblem(problem % RandomProblem.Kinds, 4, near, ref stream);
            MetricSequence metrics = Draw(problem / RandomProblem.Kinds % 3, ref stream);
            CertifiedRun run = Run(metrics, loss.Evaluate, start, problem % 2 == 0 ? u : near, loss.Curvature, out double left);
            Certificate regret = FormRun.Certify<ChangingMetricRegret>(run);
            changing = Math.Max(changing, regret.Ratio is { } ratio ? 1 / ratio : 0);

            // An identity for the linearized regret, whatever u.
            double size = Math.Abs(regret.Bound!.Value) + left;
            Assert.Equal(regret.Bound.Value - left, run.Sums.PlainLinearizedRegret(run.Comparator.Point), Rounding * size);
            Certificate bound = new AdaGradRegret().Certify(run);
            Assert.Equal(metrics is not AccumulatedSquares, bound.IsRefused);
            if (bound.Bound is not { } duchi)
                continue;
            Assert.False(bound.IsExceeded, bound.Verdict);
            Assert.True(regret.Bound <= duchi + (Rounding * size));
            adaGrad = Math.Max(adaGrad, bound.Ratio is { } loose ? 1 / loose : 0);
        }

        Assert.InRange(changing, .7, 1);
        Assert.InRange(adaGrad, .2, 1);
    }

    [Fact]
    public void A_Fixed_Basis_Is_Certified_In_Its_Own_Coordinates()
    {
        const int T = 30;
        double c = Math.Cos(.6), s = Math.Sin(.6);
        RandomStream stream = Divergences.Draws.Stream(102);
        double[] near = [1, -2], start = [0, 0];
        var loss = new RandomProblem(RandomProblem.Huber, 2, near, ref stream);
        var sums = new ChangingMetricSums(new AccumulatedSquares(2, [.. Enumerable.Repeat(.3, T)], 1e-10));
        var plain = new RunSums(DiagonalGeometry.Euclidean(2), null, T);
        double[] theta = [.. start], g = new double[2], squares = new double[2];
        for (int t = 0; t < T; t++)
        {
            plain.Add(theta, g, Evaluated(theta, g));
            double[] d = Rotate(g);
            sums.Add(Rotate(theta), d);
            for (int i = 0; i < 2; i++)
            {
                squares[i] += d[i] * d[i];
                d[i] *= .3 / (Math.Sqrt(squares[i]) + 1e-10);
            }

            // theta -= V d.
            (theta[0], theta[1]) = (theta[0] - ((c * d[0]) - (s * d[1])), theta[1] - ((s * d[0]) + (c * d[1])));
        }

        plain.Finish(theta);
        sums.Finish(Rotate(theta));
        CertifiedRun run = new()
        {
            Sums = plain, Changing = sums, Curvature = loss.Curvature, Comparator = Comparator.Reference(Rotate(near)), ComparatorLoss = loss.Evaluate(near, new double[2]),
        };
        Assert.InRange(FormRun.Certify<AdaGradRegret>(run).Bound!.Value, FormRun.Certify<ChangingMetricRegret>(run).Bound!.Value, double.PositiveInfinity);

        double[] Rotate(double[] x) => [(c * x[0]) + (s * x[1]), (c * x[1]) - (s * x[0])];
        double Evaluated(double[] x, double[] gradient) => loss.Evaluate(x, gradient);
    }

    [Fact]
    public void Averaged_Squares_And_Momentum_Are_Refused()
    {
        RandomStream stream = Divergences.Draws.Stream(103);
        double[] start = [1, 1, 1, 1], near = [0, 0, 0, 0];
        var loss = new RandomProblem(RandomProblem.Squares, 4, near, ref stream);
        CertifiedRun averaged = Run(new Averages(), loss.Evaluate, start, near, loss.Curvature, out _);
        Refused<AdaGradRegret>(averaged, "the metric is one of accumulated squares");
        Refused<AdaGradRegret>(averaged, "the metric never falls");
        FormRun.Certify<ChangingMetricRegret>(averaged);
        var squares = new AccumulatedSquares(4, [.. Enumerable.Repeat(.1, 20)], 1e-8);
        CertifiedRun disturbed = Run(squares, loss.Evaluate, start, near, loss.Curvature, out _, theta => theta[0] *= 1 - 1e-6);
        Refused<AdaGradRegret>(disturbed, "follows its formula");
        Refused<ChangingMetricRegret>(disturbed, "follows its formula");
        CertifiedRun rising = Run(new AccumulatedSquares(4, [.1, .5, .1], 1e-8), loss.Evaluate, start, near, loss.Curvature, out _);
        Refused<AdaGradRegret>(rising, "the metric never falls");
        Refused<ChangingMetricRegret>(Run(squares, loss.Evaluate, start, near, LossCurvature.Unknown, out _), "the loss is convex");
        CertifiedRun flat = Run(new AccumulatedSquares(4, [.1, .1], 0), Nothing, start, near, LossCurvature.Convex, out _);
        Refused<ChangingMetricRegret>(flat, "positive definite");

        static double Nothing(double[] theta, double[] g)
        {
            Array.Clear(g);
            return 0;
        }
    }

    [Fact]
    public void Invalid_Metrics_Are_Refused_By_Name()
    {
        Assert.Contains("A rate is 0", Assert.Throws<ArgumentException>(() => new AccumulatedSquares(2, [1, 0], 1)).Message, StringComparison.Ordinal);
        Assert.Contains("eps is -1", Assert.Throws<ArgumentException>(() => new AccumulatedSquares(2, [1], -1)).Message, StringComparison.Ordinal);
        Assert.Contains("at least one rate", Assert.Throws<ArgumentException>(() => new AccumulatedSquares(2, [], 1)).Message, StringComparison.Ordinal);
        Assert.Contains("begin at step 0", Assert.Throws<ArgumentException>(() => new MetricPhases(3, (1, [1.0]))).Message, StringComparison.Ordinal);
        Assert.Contains("Phase 1", Assert.Throws<ArgumentException>(() => new MetricPhases(3, (0, [1.0]), (0, [1.0]))).Message, StringComparison.Ordinal);
        Assert.Contains("first sum of squares is -1", Assert.Throws<ArgumentException>(() => new AccumulatedSquares(2, [1], 1, -1)).Message, StringComparison.Ordinal);
        Assert.Contains("from 1 to 2", Assert.Throws<ArgumentException>(() => new MetricPhases(3, (0, [1.0]), (3, [1.0]))).Message, StringComparison.Ordinal);
        Assert.Contains("Entry 1 of phase 0 is 0", Assert.Throws<ArgumentException>(() => new MetricPhases(3, (0, [1.0, 0]))).Message, StringComparison.Ordinal);
        Refuses("rates", "A rate is Infinity", [double.PositiveInfinity], [1, 1]);
        Refuses("rates", "A rate is 0", [0], [1, 1]);
        Refuses("radii", "2 positive radii, one a tensor, found [1, 0]", [1], [1, 0]);
        Assert.Contains("2 positive radii", Assert.Throws<ArgumentException>(() => new BlockTrustRegions(TwoTensors, [1, 1, 1, 1], [1], [1])).Message, StringComparison.Ordinal);
        var sums = new ChangingMetricSums(new MetricPhases(1, (0, [1.0])));
        sums.Add([0], [1]);
        Assert.Throws<InvalidOperationException>(() => sums.Add([0], [1]));
        Assert.All(
            (Action[])[() => sums.Add([0, 0], [1]), () => sums.Add([0], [1, 1]), () => sums.Finish([]), () => sums.Distances([1, 2]), () => sums.LargestDistances([])],
            call => Assert.Contains("expected 1 as the metric 'phases'", Assert.Throws<ArgumentException>(call).Message, StringComparison.Ordinal));

        static void Refuses(string parameter, string message, ImmutableArray<double> rates, ImmutableArray<double> radii)
        {
            ArgumentException error = Assert.Throws<ArgumentException>(parameter, () => new BlockTrustRegions(TwoTensors, [1, 1, 1, 1], rates, radii));
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
        }
    }

    private static MetricSequence Draw(int kind, ref RandomStream stream)
    {
        int steps = 2 + (int)stream.NextBounded(30);
        double eta = Math.Pow(10, (2 * stream.NextDouble()) - 2);
        switch (kind)
        {
            case 0:
                double fall = stream.NextDouble(), initial = stream.NextBounded(2);
                return new AccumulatedSquares(4, [.. Enumerable.Range(0, steps).Select(t => eta / (1 + (fall * t)))], 1e-6, initial);
            case 1:
                double[] first = Divergences.Draws.Positive(ref stream, 4), second = Divergences.Draws.Positive(ref stream, 4);
                return new MetricPhases(steps, (0, [.. first.Select(p => p / eta)]), (steps / 2, [.. second.Select(p => p / eta)]));
            default:
                ImmutableArray<double> radii = [.2 * stream.NextDouble(), stream.NextDouble()];
                return new BlockTrustRegions(TwoTensors, Divergences.Draws.Positive(ref stream, 4), [.. Enumerable.Repeat(eta, steps)], radii);
        }
    }

    private static CertifiedRun Run(
        MetricSequence metrics, LossOf loss, double[] start, double[] u, LossCurvature curvature, out double left, Action<double[]>? disturb = null)
    {
        var sums = new ChangingMetricSums(metrics);
        sums.Clear();
        var plain = new RunSums(DiagonalGeometry.Euclidean(start.Length), null, metrics.Steps);
        double[] theta = [.. start], g = new double[start.Length];
        for (int t = 0; t < metrics.Steps; t++)
        {
            double value = loss(theta, g);
            plain.Add(theta, g, value);
            sums.Add(theta, g);
            for (int i = 0; i < g.Length; i++)
                theta[i] -= g[i] / sums.Last[i];
            disturb?.Invoke(theta);
        }

        plain.Finish(theta);
        sums.Finish(theta);
        left = 0;
        for (int i = 0; i < g.Length; i++)
            left += sums.Last[i] * (theta[i] - u[i]) * (theta[i] - u[i]) / 2;
        return new CertifiedRun { Sums = plain, Changing = sums, Curvature = curvature, Comparator = Comparator.Reference(u), ComparatorLoss = loss(u, new double[u.Length]) };
    }

    private static void Refused<TCertificate>(CertifiedRun run, string premise)
        where TCertificate : RunCertificate, new()
    {
        Certificate certificate = new TCertificate().Certify(run);
        Assert.True(certificate.IsRefused, certificate.Verdict);
        Assert.Contains(premise, certificate.Verdict, StringComparison.Ordinal);
    }

    /// <summary>RMSprop's metric, which falls when gradients do.</summary>
    private sealed class Averages : MetricSequence
    {
        private readonly double[] _squares = [1, 1, 1, 1];

        public override string Name => "averages";

        public override int Length => 4;

        public override int Steps => 20;

        public override void Clear() => Array.Fill(_squares, 1);

        public override void Next(int step, ReadOnlySpan<double> gradient, Span<double> metric)
        {
            for (int i = 0; i < metric.Length; i++)
            {
                _squares[i] = (.9 * _squares[i]) + (.1 * gradient[i] * gradient[i]);
                metric[i] = (Math.Sqrt(_squares[i]) + 1e-8) / .01;
            }
        }
    }
}
