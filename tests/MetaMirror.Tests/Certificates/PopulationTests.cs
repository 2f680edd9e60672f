using MetaMirror.Certificates;
using MetaMirror.Numerics;
using MetaMirror.Objectives;

namespace MetaMirror.Tests.Certificates;

/// <summary>PAPERS 6.8 (k): what mini-batches say of the full loss, with probability and in expectation. F = E |x - z|, z = 1 or 0: kinked, and no run leaves [-1, 3], so that b = 2 is known.</summary>
public sealed class PopulationTests
{
    private const int Steps = 60;
    private const double Share = .7;
    private const double Rounding = 1e-12;

    /// <summary>Runs of PAPERS 6.8 (k).</summary>
    private const uint Runs = 400;

    [Theory]
    [InlineData(MomentumForm.None)]
    [InlineData(MomentumForm.HeavyBall)]
    [InlineData(MomentumForm.Optimistic)]
    public void Azumas_Bound_Fails_No_More_Often_Than_Delta(MomentumForm momentum)
    {
        const double Delta = .3;
        DescentForm form = new([.. Enumerable.Range(0, Steps).Select(t => .4 / Math.Sqrt(1 + t))]) { Momentum = momentum, Mu = momentum == MomentumForm.HeavyBall ? .5 : 0 };
        int failed = 0;
        double reached = 0, without = 0;

        // c_t, the total weight of g_t in all later steps, as a sum; of all (g_t)^2 = 1, D = 1 and b = 2.
        double[] c = [.. form.Rates.Select((_, t) => form.Rates.Skip(t).Select((eta, k) => eta * Math.Pow(form.Mu, k)).Sum())];
        double squares = c.Sum(x => x * x), azuma = 2 * Math.Sqrt(2 * Math.Log(1 / Delta) * squares) / c.Sum();
        for (uint draw = 0; draw < Runs; draw++)
        {
            CertifiedRun run = Run(form, draw, b: 2);
            Certificate certificate = new PopulationConfidence(Delta).Certify(run);
            Assert.False(certificate.IsRefused || certificate.IsExceeded, certificate.Verdict);
            double average = new PopulationAverage().Certify(run).Bound!.Value;
            Assert.Equal(average + azuma, certificate.Bound!.Value, Rounding);
            if (momentum == MomentumForm.None)
                Assert.Equal((1 + squares) / (2 * c.Sum()), average, Rounding);
            failed += certificate.Measured > certificate.Bound ? 1 : 0;
            reached = Math.Max(reached, certificate.Measured!.Value / certificate.Bound.Value);
            without = Math.Max(without, certificate.Measured.Value / average);
        }

        Assert.InRange(failed, 0, Delta * Runs);
        Assert.InRange(reached, .1, double.PositiveInfinity);
        Assert.True(without > reached);
    }

    [Fact]
    public void A_Bound_With_A_Probability_May_Fail_And_Says_So()
    {
        DescentForm form = DescentForm.Constant(.1, Steps);
        CertifiedRun run = Run(form, 0, b: 2);
        CertifiedRun unlucky = new()
        {
            Sums = run.Sums, Curvature = run.Curvature, Comparator = run.Comparator, Source = run.Source, IndependentBatches = true,
            ComparatorLoss = run.ComparatorLoss, ComparatorLosses = run.ComparatorLosses, AverageLoss = 100, LargestDifference = 2,
        };
        Certificate certificate = new PopulationConfidence().Certify(unlucky);
        Assert.False(certificate.IsExceeded);
        Assert.StartsWith("not met: ", certificate.Verdict, StringComparison.Ordinal);
        Assert.Contains("probability 0.05 at most", certificate.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void B_Is_Assumed_And_Refused_Where_The_Run_Exceeds_It()
    {
        CertifiedRun run = Run(DescentForm.Constant(.1, Steps), 0, b: null);
        Certificate assumed = new PopulationConfidence().Certify(run);
        Assert.Contains(assumed.Premises, p => p is { Status: PremiseStatus.Assumed } && p.Text.Contains("twice the largest difference seen", StringComparison.Ordinal));
        Assert.StartsWith("holds if its assumed premises do", assumed.Verdict, StringComparison.Ordinal);
        Certificate refused = new PopulationConfidence().Certify(Run(DescentForm.Constant(.1, Steps), 0, b: 1e-3));
        Assert.Contains("by more than b", refused.Verdict, StringComparison.Ordinal);
        Assert.True(refused.IsRefused);
        Assert.Contains("between 0 and 1", Assert.Throws<ArgumentOutOfRangeException>(() => new PopulationConfidence(1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_Predictable_Trust_Region_Has_Its_Regret_In_Expectation_And_One_Of_The_Batch_Itself_Has_None()
    {
        DescentForm form = new([.. Enumerable.Repeat(.1, Steps)]) { Scaling = GradientScaling.PreviousDualNorm, Radius = .8 };
        double bounds = 0, regrets = 0;
        for (uint draw = 0; draw < Runs; draw++)
        {
            List<double[]> path = [];
            CertifiedRun run = Run(form, draw, b: 2, path);
            Certificate certificate = new PopulationRegret().Certify(run);
            Assert.False(certificate.IsRefused, certificate.Verdict);
            Assert.Null(certificate.Measured);

            // D^2 / 2 + 1/2 sum c_t^2 G_t^2, G = 1: the first step is not scaled, all others are by .8.
            Assert.Equal(.5 + ((.01 + ((Steps - 1) * .0064)) / 2), certificate.Bound!.Value, Rounding);
            bounds += certificate.Bound.Value;
            for (int t = 0; t < Steps; t++)
                regrets += run.Sums.Weights[t] * (Full(path[t][0]) - run.ComparatorLoss);
            Assert.True(new PopulationAverage().Certify(run).IsRefused);
        }

        Assert.InRange(regrets, 0, bounds);
        CertifiedRun own = Run(new([.. Enumerable.Repeat(.1, Steps)]) { Scaling = GradientScaling.DualNorm, Radius = .8 }, 0, b: 2);
        Assert.Contains("known before its mini-batch is drawn", new PopulationRegret().Certify(own).Verdict, StringComparison.Ordinal);
        Assert.Contains("every step size is fixed in advance", new PopulationConfidence().Certify(own).Verdict, StringComparison.Ordinal);
    }

    private static double Full(double x) => (Share * Math.Abs(x - 1)) + ((1 - Share) * Math.Abs(x));

    private static CertifiedRun Run(DescentForm form, uint draw, double? b, List<double[]>? path = null)
    {
        var stream = new RandomStream(new StreamKey(8, draw, 0, StreamPurpose.Test, 0));
        var losses = new List<double>();
        RunSums sums = FormRun.Of(DiagonalGeometry.Euclidean(1), form, Sample, [0], path);
        return new CertifiedRun
        {
            Sums = sums, Curvature = LossCurvature.Convex, Comparator = Comparator.Minimizer([1]), Source = GradientSource.MiniBatches, IndependentBatches = true,
            ComparatorLoss = Full(1), ComparatorLosses = losses, AverageLoss = Full(sums.Average[0]), LargestDifference = b,
        };

        double Sample(double[] theta, double[] g)
        {
            double z = stream.NextDouble() < Share ? 1 : 0;
            losses.Add(Math.Abs(1 - z));
            g[0] = theta[0] >= z ? 1 : -1;
            return Math.Abs(theta[0] - z);
        }
    }
}
