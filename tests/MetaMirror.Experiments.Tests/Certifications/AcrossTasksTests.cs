using MetaMirror.Certificates;
using MetaMirror.Experiments.Certifications;

namespace MetaMirror.Experiments.Tests.Certifications;

public sealed class AcrossTasksTests
{
    [Fact]
    public void A_negative_bound_counts_as_zero()
    {
        Certificate certificate = AcrossTasks.Of([Run(4, 1), Run(-2, -3)], PremiseStatus.Checked);
        Assert.Equal(2 + (8 * Math.Sqrt(Math.Log(20) / 4)), certificate.Bound!.Value, 1e-12);
        Assert.Equal(-1, certificate.Measured);
        Assert.StartsWith("holds if its assumed premises do: the expected regret on a task of the family", certificate.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void Weighted_regrets_are_called_so()
    {
        Certificate certificate = AcrossTasks.Of([Run(4, 1), Run(3, 1, weighted: true)], PremiseStatus.Checked);
        Assert.Contains($"the expected {CertifiedRun.WeightedRegretName} on", certificate.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_every_L1_or_a_positive_one_it_is_refused()
    {
        Certificate missing = AcrossTasks.Of([Run(4, 1), Run(null, 1)], PremiseStatus.Checked), none = AcrossTasks.Of([Run(-1, -1), Run(-2, -3)], PremiseStatus.Checked);
        Assert.Equal("refused: not established that every held-out task has its L1", missing.Verdict);
        Assert.Contains("one of them above 0", none.Verdict, StringComparison.Ordinal);
        Assert.True(none.IsRefused);
    }

    private static RunCertificationResult Run(double? bound, double regret, bool weighted = false)
    {
        var certificate = new Certificate(CertificateLevel.L1, "regret", "the regret", [Premise.Test(bound is not null, "it is known")], () => bound!.Value);
        return new RunCertificationResult([certificate], null, new DeployedForm(DiagonalGeometry.Euclidean(1), null, null), 1, 1, 1, regret) { IsWeighted = weighted };
    }
}
