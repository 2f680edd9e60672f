using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Tests.Plots;

public sealed class NumberTextTests
{
    [Theory]
    [InlineData(0.0796, "0.0796")]
    [InlineData(0.99996, "1.00")]
    [InlineData(1234.4, "1,230")]
    [InlineData(1.2e-7, "1.2×10⁻⁷")]
    [InlineData(-2.5e9, "-2.5×10⁹")]
    [InlineData(0, "0")]
    [InlineData(double.NaN, "–")]
    [InlineData(double.NegativeInfinity, "–")]
    public void Significant_figures(double value, string expected) => Assert.Equal(expected, NumberText.Significant(value));

    [Theory]
    [InlineData(0.1, "0.1")]
    [InlineData(15, "15")]
    [InlineData(0.8731, "0.873")]
    [InlineData(100, "100")]
    [InlineData(1e-9, "1×10⁻⁹")]
    public void Brief_drops_trailing_zeros(double value, string expected) => Assert.Equal(expected, NumberText.Brief(value));

    [Theory]
    [InlineData(0.001, "0.001")]
    [InlineData(10_000, "10,000")]
    [InlineData(1e-5, "1×10⁻⁵")]
    public void Chosen_numbers_are_exact(double value, string expected) => Assert.Equal(expected, NumberText.Exact(value));

    [Theory]
    [InlineData(0.575, "0.58×")]
    [InlineData(0.0831, "0.083×")]
    [InlineData(12.34, "12.3×")]
    [InlineData(1234, "1,234×")]
    [InlineData(double.NaN, "–")]
    public void Ratios(double value, string expected) => Assert.Equal(expected, NumberText.Ratio(value));

    [Theory]
    [InlineData(0.0042, "4.20 ms")]
    [InlineData(41.7, "41.7 s")]
    [InlineData(200, "3 min 20 s")]
    [InlineData(3900, "1 h 5 min")]
    public void Durations(double seconds, string expected) => Assert.Equal(expected, NumberText.Duration(seconds));

    [Theory]
    [InlineData(42.5, "42.5")]
    [InlineData(200_000, "200,000")]
    [InlineData(double.NaN, "–")]
    public void Counts(double value, string expected) => Assert.Equal(expected, NumberText.Count(value));

    [Theory]
    [InlineData(-0.001, "0")]
    [InlineData(1e9, "1000000000")]
    [InlineData(-12.346, "-12.35")]
    public void Coordinates_have_no_exponent(double value, string expected) => Assert.Equal(expected, NumberText.Coordinate(value));

    [Fact]
    public void No_culture_leaks_in() => Assert.Equal(
        "0.0796 1,230 -1.5×10⁻⁷ 0.1 0.58× 42.5 3.40 s 10⁻⁷",
        CommaCulture.Run(() => string.Join(
            ' ',
            NumberText.Significant(0.0796),
            NumberText.Significant(1234),
            NumberText.Significant(-1.5e-7),
            NumberText.Exact(0.1),
            NumberText.Ratio(0.58),
            NumberText.Count(42.5),
            NumberText.Duration(3.4),
            NumberText.PowerOfTen(-7))));
}
