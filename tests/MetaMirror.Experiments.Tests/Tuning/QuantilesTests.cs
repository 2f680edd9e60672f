using MetaMirror.Experiments.Tuning;

namespace MetaMirror.Experiments.Tests.Tuning;

public sealed class QuantilesTests
{
    private const double Never = double.PositiveInfinity;

    [Theory]
    [InlineData(new[] { 3.0, 1, 2 }, 0.5, 2)]
    [InlineData(new[] { 4.0, 1, 2, 3 }, 0.5, 2.5)]
    [InlineData(new[] { 5.0, 1, 2, 4, 3 }, 0.25, 2)]
    [InlineData(new[] { 1.0, 2, 3, 4 }, 0.25, 1.75)]
    [InlineData(new[] { 7.0 }, 0.75, 7)]
    [InlineData(new[] { 1, Never, 2, Never, 3 }, 0.5, 3)]
    [InlineData(new[] { 1, Never, 2, Never, Never }, 0.5, Never)]
    // Half of them reached it: the median is the last that did.
    [InlineData(new[] { 1, 2, Never, Never }, 0.5, 2)]
    [InlineData(new[] { 1, double.NaN, 2 }, 1, Never)]
    public void Known_values(double[] values, double p, double expected) => Assert.Equal(expected, Quantiles.Of(values, p), precision: 15);

    [Fact]
    public void Bad_input_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Quantiles.Of([], 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Quantiles.Of([1.0], 1.5));
    }
}
