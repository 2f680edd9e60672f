using MetaMirror.Certificates;
using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.InitialPoints;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Certificates;

/// <summary>Runs on which a bound without its premise would be wrong: each is refused for that premise.</summary>
public sealed class CounterexampleTests
{
    [Fact]
    public void A_Comparator_Outside_The_Simplex_Is_Refused()
    {
        // The minimum of 1/2 ||x||^2 - 3 (x1 + x2) is (3, 3), which no run of entropy steps can come near.
        ParameterLayout layout = ParameterLayout.Vector(2);
        var geometry = new DivergenceGeometry<double>(new NegativeEntropy<double>(), layout, []);
        RunSums sums = FormRun.Of(geometry, DescentForm.Constant(.1, 100), Bowl, [.5, .5]);
        CertifiedRun outside = FormRun.Certified(sums, Bowl, Comparator.Minimizer([3, 3]), new LossCurvature(true, 1, 1));
        Assert.All(RunCertificates.Of(outside).Where(c => c.Name != "gradient-at-end"), c =>
        {
            Assert.True(c.IsRefused, c.Verdict);
            Assert.Contains("lies where the potential lives", c.Verdict, StringComparison.Ordinal);
        });

        static double Bowl(double[] x, double[] g)
        {
            (g[0], g[1]) = (x[0] - 3, x[1] - 3);
            return (((x[0] * x[0]) + (x[1] * x[1])) / 2) - (3 * (x[0] + x[1]));
        }
    }

    [Fact]
    public void Linear_Decay_With_An_Exact_Maximum_Is_Refused()
    {
        const int Steps = 30;
        double[] bottom = [-0.024175561886387552, -1.0856586294280992];
        var objective = new DelegateObjective<double>(ParameterLayout.Vector(2), Kinks);
        var maximum = new MaxOfDiagonals<double>(
            2, [0.5903660679175387, 2.9440820043301237, 2.4741210412589614, 1.9119326667885101], Center.Origin, MaxStep.Exact);
        var rule = new Chain<double>(new LinearSchedule<double>(0), new MirrorDescent<double>(maximum, 0.06128749009666707));
        var meta = new MetaParameters<double>([], rule.MetaSpecs(objective.Layout), []);
        var deployed = DeployedForm.Of(rule, objective.Layout, meta.Of(MetaPlace.Rule), Steps);
        var observer = new CertificateObserver<double>(deployed.Geometry, deployed.Form, Steps);
        var descent = new Descent<double>(objective, rule, new Unroll(Steps, FullBatch: true));
        descent.Start([0, 0], meta, BatchKey.Full);
        descent.Run(observer, TestContext.Current.CancellationToken);
        CertifiedRun run = new() { Sums = observer.Sums, Curvature = LossCurvature.Convex, Comparator = Comparator.Minimizer(bottom), ComparatorLoss = 0, Obstacle = deployed.Obstacle };
        Certificate refused = new LinearDecay().Certify(run);
        Assert.True(refused.IsRefused, refused.Verdict);
        Assert.Contains("the potential is quadratic", refused.Verdict, StringComparison.Ordinal);

        // What is refused would have been wrong: the formula gives 1.00143.
        Assert.InRange(observer.Sums.Losses[^1], 1.0257, 1.0258);
        Certificate holds = new LastIterate().Certify(run);
        Assert.False(holds.IsRefused || holds.IsExceeded, holds.Verdict);

        static double Kinks(ReadOnlySpan<double> x, in BatchKey batch, Span<double> g)
        {
            double v = (1.2797439373195612 * x[0]) + (0.418638100521023 * x[1]) + 0.485436596493435;
            double w = (-0.6683681409438786 * x[0]) - (2.0940664160412603 * x[1]) - 2.289599450525045;
            double s = v >= 0 ? 1 : -1, r = w >= 0 ? 1 : -1;
            if (!g.IsEmpty)
                (g[0], g[1]) = ((1.2797439373195612 * s) - (0.6683681409438786 * r), (0.418638100521023 * s) - (2.0940664160412603 * r));
            return Math.Abs(v) + Math.Abs(w);
        }
    }

    [Theory]
    [InlineData(20_000, 1e-6, 1.01)]
    [InlineData(500, 1e-6, 1.0001)]
    [InlineData(524_288, .1, 5)]
    public void A_Long_Run_That_Never_Moves_Pays_For_Its_Drift(int steps, double eta, double u)
    {
        // l = -x, and x stays at 1 as rounding might have it: the deviation is within what so many steps may round.
        const double Float = 1.1920929e-7;
        var sums = new RunSums(DiagonalGeometry.Euclidean(1), DescentForm.Constant(eta, steps), steps) { RoundingUnit = Float };
        for (int t = 0; t < steps; t++)
            sums.Add([1], [-1], -1);
        sums.Finish([1]);
        CertifiedRun run = new() { Sums = sums, Curvature = LossCurvature.Convex, Comparator = Comparator.Reference([u]), ComparatorLoss = -u, AverageLoss = -1, FinalLoss = -1 };
        Assert.InRange(sums.Deviation, 1e-4, sums.DeviationLimit);
        Assert.Equal(eta * eta * steps * (steps - 1.0) / 2, sums.Drift, 1e-6 * sums.Drift);
        foreach (RunCertificate theorem in (RunCertificate[])[new LinearizedRegret(), new WeightedRegret(), new AverageIterate(), new DeployedOptimizer()])
        {
            Certificate certificate = theorem.Certify(run);
            Assert.False(certificate.IsRefused || certificate.IsExceeded, certificate.Verdict);
            Assert.True(certificate.Measured <= certificate.Bound * (1 + 1e-9), certificate.Verdict);
        }

        // Without a place for the drift a theorem asks for more digits.
        Assert.Equal(sums.Deviation > Math.Sqrt(Float), new LastIterate().Certify(run).IsRefused);
        Assert.Equal(sums.Deviation > Math.Sqrt(Float), new SmoothDescent().Certify(run).Verdict.Contains("up to little rounding", StringComparison.Ordinal));

        // Two averages have no rounding that grows with the run.
        Assert.Equal(new AverageIterate().Certify(run).Slack * (steps + 1), new WeightedRegret().Certify(run).Slack, 1e-9);
        sums.Clear();
        Assert.Equal(0, sums.Drift);
    }

    [Theory]
    [InlineData(.5, .5, true)]
    [InlineData(0, 1, true)]
    [InlineData(.5, .500001, false)]
    [InlineData(-.1, 1.1, false)]
    [InlineData(double.NaN, 1, false)]
    public void A_Simplex_Contains_Its_Points_Alone(double x, double y, bool inside)
    {
        Assert.Equal(inside, new DivergenceGeometry<double>(new NegativeEntropy<double>(), ParameterLayout.Vector(2), []).Contains([x, y]));
        Assert.True(DiagonalGeometry.Euclidean(2).Contains([x, y]));
    }
}
