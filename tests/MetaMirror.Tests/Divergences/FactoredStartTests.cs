using MetaMirror.Divergences;
using MetaMirror.Numerics;

namespace MetaMirror.Tests.Divergences;

/// <summary>What is refused, and what a step costs in memory at sizes that matter.</summary>
public sealed class FactoredStartTests
{
    private static readonly ParameterLayout Layout = new(("0.weight", [2, 2]), ("0.bias", [2]));

    [Theory]
    [InlineData(FactorKind.Dense)]
    [InlineData(FactorKind.LowRank)]
    public void A_Factor_That_Is_No_Metric_Is_Refused_With_Tensor_And_Side(FactorKind kind)
    {
        double[] good = [2, .5, .5, 1];
        Refused("left", [1, 1, 1, 1], good, "positive definite");
        Refused("right", good, [1, 2, 2, 1], "positive definite");
        Refused("right", good, [0, 0, 0, 0], "positive definite");
        Refused("left", [-1, 0, 0, -2], good, "positive definite");
        Refused("left", [1, .5, -.5, 1], good, "symmetric");
        Refused("right", good, [1, double.NaN, 0, 1], "finite");
        Refused("left", [double.PositiveInfinity, 0, 0, 1], good, "finite");
        Refused("left", [1, 1], good, "found 2");

        void Refused(string side, double[] left, double[] right, string why)
        {
            string message = Message([new("0.weight", [.. left], [.. right]), new("0.bias", [1, 1], [])], kind);
            Assert.Contains($"'0.weight', {side} factor", message, StringComparison.Ordinal);
            Assert.Contains(why, message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Almost_Singular_Factors_Are_Refused_Rather_Than_Inverted()
    {
        // Rank one up to rounding: the last pivot is noise, and may have either sign.
        RandomStream stream = Draws.Stream(210);
        for (int trial = 0; trial < 20; trial++)
        {
            double[] v = Draws.Normal(ref stream, 2);
            string message = Message([new("0.weight", [v[0] * v[0], v[0] * v[1], v[0] * v[1], v[1] * v[1]], [1, 0, 0, 1]), new("0.bias", [1, 1], [])], FactorKind.Dense);
            Assert.Contains("add damping", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Missing_Doubled_And_Unknown_Tensors_Are_Refused()
    {
        KroneckerFactors weight = new("0.weight", [1, 0, 0, 1], [1, 0, 0, 1]), bias = new("0.bias", [1, 1], []);
        Assert.Contains("'0.bias' has no factors", Message([weight], FactorKind.Dense), StringComparison.Ordinal);
        Assert.Contains("given twice", Message([weight, bias, bias], FactorKind.Dense), StringComparison.Ordinal);
        Assert.Contains("no tensor 'x'", Message([weight, bias, new("x", [1], [])], FactorKind.Dense), StringComparison.Ordinal);
        Assert.Contains("'0.bias', left factor", Message([weight, new("0.bias", [1, 0], [])], FactorKind.Dense), StringComparison.Ordinal);
        Assert.Contains("'0.bias', right factor", Message([weight, new("0.bias", [1, 1], [1])], FactorKind.Dense), StringComparison.Ordinal);
        Assert.Contains("zeros beside it", Message([weight with { Left = [1, .1, .1, 1] }, bias], FactorKind.Diagonal), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_Layout_Than_That_Of_The_Factors_Is_Refused()
    {
        var divergence = KroneckerDivergence<float>.FromFactors(Layout, [new("0.weight", [1, 0, 0, 1], [1, 0, 0, 1]), new("0.bias", [1, 1], [])]);
        Assert.Contains("starts at factors for", Assert.Throws<ArgumentException>(() => divergence.MetaSpecs(ParameterLayout.Vector(3))).Message, StringComparison.Ordinal);
        Assert.Contains("another order", Assert.Throws<ArgumentException>(() => FullMatrixDivergence<float>.FromMetric([1], 1).MetaSpecs(Layout)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_Beyond_The_Dense_Limit_Are_Refused_Or_Become_Low_Rank()
    {
        var wide = new ParameterLayout(("w", [2, 1025]));
        string message = Assert.Throws<ArgumentException>(() => new KroneckerDivergence<float>(new KroneckerOptions { Right = FactorKind.Dense }).MetaSpecs(wide)).Message;
        Assert.Contains("'w', right factor: expected at most 1024 x 1024", message, StringComparison.Ordinal);
        Assert.Equal(["w.left.diagonal", "w.left.lower", "w.right.identity", "w.right.low_rank"], new KroneckerDivergence<float>().MetaSpecs(wide).Select(s => s.Name));
        Assert.Contains("found 2050", Assert.Throws<ArgumentException>(() => new FullMatrixDivergence<float>().MetaSpecs(wide)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => FullMatrixDivergence<float>.FromMetric(new double[4], 3));
        Assert.Contains("positive definite", Assert.Throws<ArgumentException>(() => FullMatrixDivergence<float>.FromMetric([1, 2, 2, 1], 2)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_Out_Of_Range_Are_Refused()
    {
        KroneckerOptions[] wrong =
        [
            new() { Left = FactorKind.Identity, Right = FactorKind.Identity }, new() { Rank = 0 }, new() { LargestDense = 1025 }, new() { Initial = 0 }, new() { Spread = double.NaN }, new() { Left = (FactorKind)9 },
        ];
        Assert.All(wrong, options => Assert.Throws<ArgumentException>(() => new KroneckerDivergence<double>(options)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FullMatrixDivergence<double>(-1));
    }

    [Fact]
    public void Tensors_Without_Entries_Take_No_Part()
    {
        var layout = new ParameterLayout(("empty", [0, 3]), ("w", [2, 2]));
        DivergenceHarness<double> harness = KroneckerDivergenceTests.Started(new KroneckerDivergence<double>(), layout, [1, 2, 3, 4]);
        harness.Step(.5, [2, 2, 2, 2]);
        Assert.Equal([0, 1, 2, 3], harness.Theta);
        Assert.Equal(1, harness.Divergence.StrongConvexity(harness.Context));
    }

    [Theory]
    [InlineData(FactorKind.Dense)]
    [InlineData(FactorKind.LowRank)]
    public void Steps_Of_A_Layer_Allocate_Nothing_In_Single_Precision(FactorKind right)
    {
        var layout = new ParameterLayout(("w", [20, 150]), ("b", [20]));
        var divergence = new KroneckerDivergence<float>(new KroneckerOptions { Right = right, Rank = 16 });
        float[] meta = new MetaParameters<float>([], divergence.MetaSpecs(layout), []).Natural.ToArray(), scratch = new float[divergence.ScratchLength(layout)];
        float[] theta = new float[layout.Length], g = new float[layout.Length], aMeta = new float[meta.Length], dMeta = new float[meta.Length], aEta = new float[1], aG = new float[layout.Length];
        Array.Fill(g, .01f);
        Allocation.AssertNone(Once);

        void Once()
        {
            var context = new DivergenceContext<float> { Layout = layout, Meta = meta, Scratch = scratch };
            divergence.Step(context, .1f, g, theta, []);
            divergence.StepJvp(context, .1f, g, theta, [], dMeta, 0, g, aG, []);
            divergence.StepVjp(context, .1f, g, theta, [], theta, [], aG, aMeta, aEta);
        }
    }

    private static string Message(KroneckerFactors[] factors, FactorKind kind) =>
        Assert.Throws<ArgumentException>(() => KroneckerDivergence<double>.FromFactors(Layout, factors, new KroneckerOptions { Left = kind, Right = kind, Rank = 1 })).Message;
}
