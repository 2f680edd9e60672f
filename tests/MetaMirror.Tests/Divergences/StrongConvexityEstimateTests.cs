using MetaMirror.Divergences;
using MetaMirror.Numerics;

namespace MetaMirror.Tests.Divergences;

public sealed class StrongConvexityEstimateTests
{
    [Fact]
    public void Safe_Estimates_Never_Exceed_The_Minimum_And_Are_Close_To_It()
    {
        RandomStream stream = Draws.Stream(61);
        for (int trial = 0; trial < 200; trial++)
        {
            int n = 1 + (int)stream.NextBounded(50);
            double[] p = Draws.Positive(ref stream, n, 2);
            double min = p.Min(), s = 8;
            double power = StrongConvexityEstimate.PNorm(s).Evaluate<double>(p), soft = StrongConvexityEstimate.SoftMin(s).Evaluate<double>(p);
            Assert.Equal(min, StrongConvexityEstimate.MinimumSquared.Evaluate<double>(p));
            Assert.Equal(Math.Sqrt(min), StrongConvexityEstimate.PrintedMinimum.Evaluate<double>(p));
            Assert.InRange(power, min * Math.Pow(n, -1 / s) * (1 - 1e-14), min);
            Assert.InRange(soft, min - (Math.Log(n) / s) - 1e-14, min);
        }
    }

    [Fact]
    public void Extreme_Metrics_Neither_Overflow_Nor_Vanish()
    {
        double[] p = [1e-200, 1, 1e200], gradient = new double[3];
        Assert.Equal(1, StrongConvexityEstimate.PNorm(10).Evaluate<double>(p) / 1e-200, 1e-12);
        StrongConvexityEstimate.PNorm(10).AddGradient(p, 1, gradient);
        Assert.Equal([1, 0, 0], gradient);
        Assert.Equal(1e-200, StrongConvexityEstimate.SoftMin(100).Evaluate<double>(p));
    }

    [Fact]
    public void A_Tie_Of_The_Minimum_Gives_The_First_Entry()
    {
        double[] gradient = new double[3];
        StrongConvexityEstimate.MinimumSquared.AddGradient([2, 1, 1], 3, gradient);
        Assert.Equal([0, 3, 0], gradient);
    }

    [Fact]
    public void Only_The_Printed_Minimum_Is_No_Lower_Bound()
    {
        Assert.False(StrongConvexityEstimate.PrintedMinimum.IsLowerBound);
        Assert.True(StrongConvexityEstimate.MinimumSquared.IsLowerBound);
        Assert.True(StrongConvexityEstimate.PNorm(2).IsLowerBound);
        Assert.True(StrongConvexityEstimate.SoftMin(2).IsLowerBound);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Wrong_Parameters_Are_Refused(double value)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => StrongConvexityEstimate.PNorm(value));
        Assert.Throws<ArgumentOutOfRangeException>(() => StrongConvexityEstimate.SoftMin(value));
    }
}
