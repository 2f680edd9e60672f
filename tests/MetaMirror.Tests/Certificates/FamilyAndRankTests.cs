using MetaMirror.Certificates;
using MetaMirror.Numerics;

namespace MetaMirror.Tests.Certificates;

/// <summary>L3 and L4, and Hoeffding's inequality across tasks.</summary>
public sealed class FamilyAndRankTests
{
    private static FamilyTheorem Theorem(int tasks) => new()
    {
        Divergences = [.. Enumerable.Repeat(.5, tasks)], Eta = .1, Steps = 100, Lipschitz = 1, StrongConvexity = 1, Radius = 1, MetricNorm = 2,
    };

    [Fact]
    public void The_Number_Of_Tasks_That_A_Ratio_Needs_Is_The_Least()
    {
        // What the tasks themselves give is 10, so 10 x 1.5 leaves 5 for the complexity terms.
        int needed = (int)Theorem(20).TasksFor(1.5)!.Value;
        Assert.True(Theorem(needed).Bound <= 15 + 1e-9);
        Assert.True(Theorem(needed - 1).Bound > 15);
        Assert.Null(Theorem(20).TasksFor(1));
    }

    [Fact]
    public void The_Corrected_Bound_Stands_With_The_Printed_One_Beside_It()
    {
        Certificate certificate = Theorem(20).Certify([Premise.Assumed("the tasks are drawn independently")], 1.5);
        Assert.Equal(Theorem(20).Bound, certificate.Bound);
        Assert.True(Theorem(20).PrintedBound < certificate.Bound);
        Assert.StartsWith("holds if its assumed premises do: the expected regret of 100 steps", certificate.Verdict, StringComparison.Ordinal);
        Assert.Contains("as printed, which are too small", certificate.Verdict, StringComparison.Ordinal);
        Assert.Contains("training tasks on", certificate.Verdict, StringComparison.Ordinal);
        Assert.True(Theorem(1).Certify([], 1.5).IsRefused);

        // It fails with probability delta: that is no error of the program.
        Certificate unlucky = Theorem(20).Certify([], 2 * Theorem(20).Bound);
        Assert.False(unlucky.IsExceeded);
        Assert.Contains("probability 0.05 at most", unlucky.Verdict, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 2, 1)]
    [InlineData(2.1, 4, 2)]
    [InlineData(.3, .5, -1)]
    public void A_Norm_Read_Off_The_Learned_Metric_Is_Paid_For(double norm, double k, int j)
    {
        FamilyTheorem learned = WithNorm(norm, true, .05), fixedBefore = WithNorm(k, false, .05 / (((2 * Math.Abs(j)) + 1) * ((2 * Math.Abs(j)) + 3)));
        Assert.Equal(fixedBefore.Bound, learned.Bound, 1e-12 * fixedBefore.Bound);
        Assert.True(learned.Bound > WithNorm(norm, false, .05).Bound);
        Assert.Contains("with probability 0.95,", learned.Certify([], null).Verdict, StringComparison.Ordinal);

        // All powers together cost less than delta.
        Assert.InRange(Enumerable.Range(-10_000, 20_001).Sum(i => 1 / (((2.0 * Math.Abs(i)) + 1) * ((2.0 * Math.Abs(i)) + 3))), 0, 1);

        static FamilyTheorem WithNorm(double norm, bool learned, double delta) => new()
        {
            Divergences = [.5, .5, .5], Eta = .1, Steps = 100, Lipschitz = 1, StrongConvexity = 1, Radius = 1, MetricNorm = norm, IsNormLearned = learned, Delta = delta,
        };
    }

    [Fact]
    public void A_Maximum_About_The_Origin_Is_Refused()
    {
        Certificate certificate = Theorem(20).Certify([Premise.Test(false, "the potential is one quadratic, or a maximum of them centered at the start")], null);
        Assert.True(certificate.IsRefused);
        Assert.Contains("centered at the start", certificate.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void Refused_It_Shows_Both_Numbers_And_That_They_Have_No_Force()
    {
        FamilyTheorem theorem = Theorem(20);
        Certificate certificate = theorem.Certify([Premise.Failed("there is one constant step size, without momentum, scaling or schedule", -.7)], 1.5);
        Assert.Null(certificate.Bound);
        Assert.Null(certificate.Ratio);
        Assert.Same(theorem, certificate.Family);
        Assert.StartsWith("refused: not established that there is one constant step size", certificate.Verdict, StringComparison.Ordinal);
        foreach (string part in new[] { Said($"; without force, the formula's value would be {theorem.Bound:G4}, {theorem.Bound / 1.5:G4} times the measured 1.5"), Said($"from {theorem.TasksFor(1.5):N0} training tasks on"), Said($"as printed, which are too small, it would be {theorem.PrintedBound:G4}") })
            Assert.Contains(part, certificate.Verdict, StringComparison.Ordinal);

        // Nothing is known of the metric: no numbers, and none that are not numbers.
        Certificate unknown = new FamilyTheorem { Divergences = [1, 1], Eta = double.NaN, Steps = 1, Lipschitz = 1, StrongConvexity = double.NaN, Radius = 1, MetricNorm = double.NaN }.Certify([Premise.Failed("it is known")], 1.5);
        Assert.Contains("the formula gives no number here", unknown.Verdict, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", unknown.Verdict, StringComparison.Ordinal);

        static string Said(FormattableString text) => FormattableString.Invariant(text);
    }

    [Fact]
    public void The_Printed_Complexity_Terms_Are_Exceeded_And_The_Corrected_Ones_Are_Not()
    {
        // PAPERS 6.4: 3 parameters, n = 40, C = r = 1, delta = .1, eta = .01. The supremum over p >= 0, sum p^2 <= 1, of expected minus empirical 1/2 mean sum p Delta^2 is its 2-norm.
        const int Samples = 200, N = 40;
        FamilyTheorem theorem = new() { Divergences = [.. Enumerable.Repeat(0.0, N)], Eta = .01, Steps = 1, Lipschitz = 0, StrongConvexity = 1, Radius = 1, MetricNorm = 1, Delta = .1 };
        RandomStream stream = Divergences.Draws.Stream(97);
        int printed = 0, corrected = 0;
        for (int sample = 0; sample < Samples; sample++)
        {
            double[] excess = new double[3];
            for (int i = 0; i < N; i++)
            {
                // One coordinate of length 1, equally likely each: E Delta_k^2 = 1/3.
                uint hit = stream.NextBounded(3);
                for (int k = 0; k < 3; k++)
                    excess[k] += ((1 / 3.0) - (hit == k ? 1 : 0)) / N;
            }

            double supremum = Math.Sqrt(excess.Sum(e => Math.Max(e, 0) * Math.Max(e, 0))) / 2 / theorem.Eta;
            printed += supremum > theorem.PrintedRademacherTerm + theorem.PrintedConfidenceTerm ? 1 : 0;
            corrected += supremum > theorem.RademacherTerm + theorem.ConfidenceTerm ? 1 : 0;
        }

        Assert.Equal(0, corrected);
        Assert.InRange(printed, Samples / 2, Samples);
    }

    [Fact]
    public void The_Next_Task_Is_Within_The_Largest_As_Often_As_Said()
    {
        Assert.Equal((19, 99, 1), (RankCertificate.TasksFor(.95), RankCertificate.TasksFor(.99), RankCertificate.TasksFor(.5)));
        RandomStream stream = Divergences.Draws.Stream(98);
        const int Trials = 20_000, Tasks = 19;
        int within = 0;
        for (int trial = 0; trial < Trials; trial++)
        {
            var rank = new RankCertificate("figure", [.. Enumerable.Range(0, Tasks).Select(_ => Math.Exp(3 * stream.NextNormal()))]);
            within += Math.Exp(3 * stream.NextNormal()) <= rank.Bound ? 1 : 0;
        }

        // Four standard deviations of a frequency of .95.
        Assert.InRange(within / (double)Trials, .95 - (4 * Math.Sqrt(.95 * .05 / Trials)), .95 + (4 * Math.Sqrt(.95 * .05 / Trials)));
    }

    [Fact]
    public void A_Rank_Without_Tasks_Or_With_A_Diverged_Run_Has_No_Bound()
    {
        Assert.True(new RankCertificate("final training loss", []).Certify([]).IsRefused);
        Certificate diverged = new RankCertificate("final training loss", [1, double.PositiveInfinity, 2]).Certify([]);
        Assert.True(diverged.IsRefused);
        Assert.Contains("1 diverged or did not reach it", diverged.Verdict, StringComparison.Ordinal);
        Certificate fine = new RankCertificate("final training loss", [1, 3, 2]).Certify([]);
        Assert.Equal((3.0, 2.0), (fine.Bound, fine.Measured));
        Assert.Contains("probability at least 75%", fine.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void Hoeffdings_Bound()
    {
        Assert.Equal(.5 + (2 * Math.Sqrt(Math.Log(20) / 8)), HoeffdingBound.Of([0, .5, 1, .5], 2, .05), 12);
        Assert.Throws<ArgumentException>(() => HoeffdingBound.Of([], 2, .05));
        Assert.Throws<ArgumentException>(() => HoeffdingBound.Of([3], 2, .05));
        Assert.Throws<ArgumentOutOfRangeException>(() => HoeffdingBound.Of([1], 2, 1));
    }
}
