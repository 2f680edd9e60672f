using MetaMirror.Certificates;
using MetaMirror.Numerics;
using MetaMirror.Objectives;

namespace MetaMirror.Tests.Certificates;

/// <summary>A failed premise refuses the certificate, with the premise in the verdict; it never passes in silence.</summary>
public sealed class CertificatePremiseTests
{
    private static readonly DiagonalGeometry P = new([2, .5]);
    private static readonly Comparator Bottom = Comparator.Minimizer([1, -2]);

    private static double Bowl(double[] x, double[] g)
    {
        g[0] = x[0] - 1;
        g[1] = .1 * (x[1] + 2);
        return (g[0] * g[0] / 2) + (.05 * (x[1] + 2) * (x[1] + 2));
    }

    [Fact]
    public void A_Loss_That_Is_Not_Known_To_Be_Convex_Has_L0_Alone()
    {
        CertifiedRun run = Run(DescentForm.Constant(.1, 5), curvature: LossCurvature.Unknown);
        Assert.All(RunCertificates.Of(run), c => Assert.Equal(c.Level != CertificateLevel.L0, c.IsRefused));
        Refused<UniversalAverage>(run, "the loss is convex");
    }

    [Fact]
    public void A_Run_That_Leaves_Its_Formula_Is_Found_Out()
    {
        // A decay of the weights beside the formula, of 1e-6 a step.
        CertifiedRun run = Run(DescentForm.Constant(.1, 5), disturb: theta => Vectors.Scale<double>(1 - 1e-6, theta));
        Refused<LinearizedRegret>(run, "follows its formula");
        Refused<WeightedRegret>(run, "follows its formula");
        Assert.False(new UniversalAverage().Certify(run).IsRefused);
    }

    [Fact]
    public void A_Wrong_Momentum_Is_Found_Out()
    {
        DescentForm real = new([.. Enumerable.Repeat(.1, 6)]) { Momentum = MomentumForm.HeavyBall, Mu = .5 };
        DescentForm told = new([.. Enumerable.Repeat(.1, 6)]) { Momentum = MomentumForm.HeavyBall, Mu = .5 + 1e-9 };
        List<double[]> path = [];
        FormRun.Of(P, real, Bowl, [0, 0], path);
        Assert.True(Replayed(real).Deviation <= Replayed(real).DeviationLimit);
        Assert.True(Replayed(told).Deviation > Replayed(told).DeviationLimit);

        RunSums Replayed(DescentForm form)
        {
            var sums = new RunSums(P, form, 6);
            double[] g = new double[2];
            for (int t = 0; t < 6; t++)
            {
                double loss = Bowl(path[t], g);
                sums.Add(path[t], g, loss);
            }

            sums.Finish(path[6]);
            return sums;
        }
    }

    [Fact]
    public void A_Run_That_Ended_Early_Is_Refused()
    {
        var sums = new RunSums(P, DescentForm.Constant(.1, 3), 3);
        sums.Add([0, 0], [-1, .2], 1);
        CertifiedRun run = new() { Sums = sums, Curvature = LossCurvature.Convex, Comparator = Bottom, ComparatorLoss = 0 };
        Assert.All(RunCertificates.Of(run), c => Assert.True(c.IsRefused));
        Assert.Throws<InvalidOperationException>(() =>
        {
            for (int t = 0; t < 3; t++)
                sums.Add([0, 0], [-1, .2], 1);
        });
    }

    [Fact]
    public void Long_Steps_Have_No_Theorem_About_Smooth_Losses()
    {
        // The Hessian diag(1, .1) is at most 1 / 2 P where P is smallest beside it: beta = 1 / .5 = 2 is known, so 1/2 is short.
        Assert.Equal(D(.5), FormRun.Certify<SmoothDescent>(Run(DescentForm.Constant(.5, 8), curvature: new(true, 0, 1))).Bound!.Value, 1e-12);
        Refused<SmoothDescent>(Run(DescentForm.Constant(.51, 8), curvature: new(true, 0, 1)), "1 / beta");
        Refused<SmoothDescent>(Run(DescentForm.Constant(.1, 8)), "1 / beta");

        static double D(double eta) => 4 / (2 * 8 * eta);
    }

    [Fact]
    public void A_Reference_That_Is_No_Minimizer_Has_No_Theorem_About_Minima()
    {
        CertifiedRun run = Run(DescentForm.Constant(.1, 8), Comparator.Reference([1, -1.9]), new(true, 0, 1));
        Refused<SmoothDescent>(run, "the comparator is the minimizer");
        Assert.False(new WeightedRegret().Certify(run).IsRefused);
    }

    [Fact]
    public void A_Trust_Region_Of_The_Batch_Itself_Says_Nothing_Of_The_Full_Loss()
    {
        // PAPERS 6.8 (k): f = (x - z)^2 / 2, z = 10 with probability .1, else 0; the run settles near .011, the minimizer is 1.
        var stream = new RandomStream(new StreamKey(5, 0, 0, StreamPurpose.Test, 0));
        const int Steps = 20_000;
        DescentForm form = new([.. Enumerable.Repeat(.1, Steps)]) { Scaling = GradientScaling.DualNorm, Radius = .1 };
        double[] losses = new double[Steps];
        int t = 0;
        RunSums sums = FormRun.Of(DiagonalGeometry.Euclidean(1), form, Sample, [0]);
        double x = sums.Average[0], gap = (.5 * ((.1 * (10 - x) * (10 - x)) + (.9 * x * x))) - 4.5;
        CertifiedRun run = new()
        {
            Sums = sums, Curvature = LossCurvature.Convex, Comparator = Comparator.Minimizer([1]), Source = GradientSource.MiniBatches,
            ComparatorLoss = 4.5, ComparatorLosses = losses, AverageLoss = gap + 4.5,
        };
        Certificate seen = FormRun.Certify<WeightedRegret>(run);
        Assert.Contains("mini-batches seen", seen.Verdict, StringComparison.Ordinal);

        // What the bound on the batches would say of F, were it believed: less than what is true.
        Assert.InRange(x, .008, .014);
        Assert.InRange(gap, .47, .5);
        Refused<PopulationAverage>(run, "no step size depends on a mini-batch");
        Refused<AverageIterate>(run, "not of a mini-batch");
        Refused<UniversalAverage>(run, "not of a mini-batch");

        double Sample(double[] theta, double[] g)
        {
            double z = stream.NextBounded(10) == 0 ? 10 : 0;
            if (t < Steps)
                losses[t++] = (1 - z) * (1 - z) / 2;
            g[0] = theta[0] - z;
            return g[0] * g[0] / 2;
        }
    }

    [Fact]
    public void Fixed_Steps_Certify_The_Full_Loss_In_Expectation()
    {
        const int Steps = 100, Runs = 400;
        DescentForm form = new([.. Enumerable.Range(0, Steps).Select(t => .1 / Math.Sqrt(1 + t))]);
        double bounds = 0, gaps = 0;
        for (uint draw = 0; draw < Runs; draw++)
        {
            var stream = new RandomStream(new StreamKey(6, draw, 0, StreamPurpose.Test, 0));
            RunSums sums = FormRun.Of(DiagonalGeometry.Euclidean(1), form, Sample, [0]);
            double x = sums.Average[0];
            CertifiedRun run = new()
            {
                Sums = sums, Curvature = LossCurvature.Convex, Comparator = Comparator.Minimizer([1]), Source = GradientSource.MiniBatches,
                ComparatorLoss = 4.5, AverageLoss = .5 * ((.1 * (10 - x) * (10 - x)) + (.9 * x * x)),
            };
            Certificate certificate = new PopulationAverage().Certify(run);
            Assert.False(certificate.IsRefused, certificate.Verdict);
            Assert.Contains("this run's estimate", certificate.Verdict, StringComparison.Ordinal);
            Assert.Null(certificate.Measured);
            bounds += certificate.Bound!.Value;
            gaps += run.AverageLoss!.Value - run.ComparatorLoss;

            double Sample(double[] theta, double[] g)
            {
                g[0] = theta[0] - (stream.NextBounded(10) == 0 ? 10 : 0);
                return g[0] * g[0] / 2;
            }
        }

        Assert.InRange(gaps, 0, bounds);
    }

    [Theory]
    [InlineData(GradientScaling.PreviousDualNorm, true)]
    [InlineData(GradientScaling.None, false)]
    public void Random_Weights_And_Batches_In_Order_Say_Nothing_Of_The_Full_Loss(GradientScaling scaling, bool independent)
    {
        DescentForm form = new([.. Enumerable.Repeat(.1, 5)]) { Scaling = scaling, Radius = 3 };
        CertifiedRun run = new()
        {
            Sums = FormRun.Of(P, form, Bowl, [0, 0]), Curvature = LossCurvature.Convex, Comparator = Bottom, ComparatorLoss = 0,
            Source = GradientSource.MiniBatches, IndependentBatches = independent,
        };
        Refused<PopulationAverage>(run, independent ? "every step size is fixed in advance" : "drawn independently");
    }

    [Fact]
    public void A_Regret_With_Weights_Is_Called_So()
    {
        CertifiedRun constant = Run(DescentForm.Constant(.1, 3)), falling = Run(new DescentForm([.3, .2, .1]));
        Assert.Contains("the regret of 3 steps", new WeightedRegret().Certify(constant).Verdict, StringComparison.Ordinal);
        Assert.Contains("the linearized regret of 3 steps", new LinearizedRegret().Certify(constant).Verdict, StringComparison.Ordinal);
        Assert.Contains("the weighted regret (step t counts c_t T / C) of 3 steps", new WeightedRegret().Certify(falling).Verdict, StringComparison.Ordinal);
        Assert.Contains("the linearized weighted regret (step t counts c_t T / C) of 3 steps", new LinearizedRegret().Certify(falling).Verdict, StringComparison.Ordinal);
        CertifiedRun hints = Run(new DescentForm([.3, .2, .1]) { Momentum = MomentumForm.Optimistic });
        Assert.Contains("the weighted regret", new WeightedRegret().Certify(hints).Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void Invalid_Forms_And_Geometries_Are_Refused_By_Name()
    {
        Assert.Contains("at least one rate", Assert.Throws<ArgumentException>(() => new DescentForm([])).Message, StringComparison.Ordinal);
        Assert.All((double[])[-.5, 1, 1.2, double.NaN], mu => Assert.Contains(
            "[0, 1)", Assert.Throws<ArgumentOutOfRangeException>(() => new DescentForm([1]) { Mu = mu }).Message, StringComparison.Ordinal));
        Assert.All((double[])[0, -1, double.NaN], tau => Assert.Contains(
            "positive", Assert.Throws<ArgumentOutOfRangeException>(() => new DescentForm([1]) { Radius = tau }).Message, StringComparison.Ordinal));
        Assert.Contains("-1", Assert.Throws<ArgumentException>(() => new DescentForm([1, -1])).Message, StringComparison.Ordinal);
        Assert.Contains("not positive definite", Assert.Throws<ArgumentException>(() => new DenseGeometry([1, 2, 2, 1], 2)).Message, StringComparison.Ordinal);
        Assert.Contains("Entry 1", Assert.Throws<ArgumentException>(() => new DiagonalGeometry([1, 0])).Message, StringComparison.Ordinal);
        Assert.Contains("3 rates", Assert.Throws<ArgumentException>(() => new RunSums(P, DescentForm.Constant(1, 3), 4)).Message, StringComparison.Ordinal);
        Assert.Contains("length 3", Assert.Throws<ArgumentException>(() => P.SquaredDualNorm([1, 2, 3])).Message, StringComparison.Ordinal);
    }

    private static CertifiedRun Run(DescentForm form, Comparator? comparator = null, LossCurvature? curvature = null, Action<double[]>? disturb = null) =>
        FormRun.Certified(FormRun.Of(P, form, Bowl, [0, 0], disturb: disturb), Bowl, comparator ?? Bottom, curvature ?? LossCurvature.Convex);

    private static void Refused<TCertificate>(CertifiedRun run, string premise)
        where TCertificate : RunCertificate, new()
    {
        Certificate certificate = new TCertificate().Certify(run);
        Assert.True(certificate.IsRefused, certificate.Verdict);
        Assert.Null(certificate.Bound);
        Assert.StartsWith("refused: ", certificate.Verdict, StringComparison.Ordinal);
        Assert.Contains(premise, certificate.Verdict, StringComparison.Ordinal);
    }
}
