using System.Globalization;
using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Tests.Plots;

public sealed class TicksTests
{
    [Theory]
    [InlineData(0, 400, 8, "0 50 100 150 200 250 300 350 400")]
    [InlineData(0, 1, 5, "0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(-0.25, 0.25, 5, "−0.2 −0.1 0 0.1 0.2")]
    [InlineData(0, 12_345, 6, "0 5,000 10,000")]
    [InlineData(0.0301, 0.0349, 5, "0.031 0.032 0.033 0.034")]
    public void Linear_marks_are_round(double low, double high, int about, string expected) => Assert.Equal(expected, Text(Ticks.Linear(low, high, about)));

    [Theory]
    [InlineData(0.001, 3, 6, "0.001 0.01 0.1 1")]
    [InlineData(0.02, 0.9, 6, "0.02 0.05 0.1 0.2 0.5")]
    [InlineData(1e-9, 1, 3, "10⁻⁹ 10⁻⁶ 0.001 1")]
    [InlineData(0.31, 0.36, 5, "0.31 0.32 0.33 0.34 0.35 0.36")]
    [InlineData(10, 100_000, 9, "10 100 1,000 10,000 10⁵")]
    public void Logarithmic_marks_are_decades_or_1_2_5(double low, double high, int about, string expected) =>
        Assert.Equal(expected, Text(Ticks.Logarithmic(low, high, about)));

    [Fact]
    public void Linear_marks_Meet_Specification()
    {
        for (var k = 0; k < 2000; k++)
        {
            var low = 1000 * Math.Sin(k * 1.7);
            var high = low + Math.Pow(10, 6 * Math.Sin(k * 0.31));
            var about = 1 + (k % 12);
            var ticks = Ticks.Linear(low, high, about);
            Assert.InRange(ticks.Count, 0, about + 1);
            var slack = 1e-8 * (high - low);
            for (var i = 0; i < ticks.Count; i++)
            {
                Assert.InRange(ticks[i].Value, low - slack, high + slack);
                if (i == 0) continue;
                var step = ticks[i].Value - ticks[i - 1].Value;
                var mantissa = step / Math.Pow(10, Math.Floor(Math.Log10(step) + 1e-6));

                // Differences of marks carry the rounding of the marks: 2^-52 |mark| / step, at most 1e-5 here.
                Assert.Contains(new[] { 1.0, 2, 5 }, m => Math.Abs(mantissa - m) < 1e-4 * m);
            }
        }
    }

    [Theory]
    [InlineData(double.NaN, 1)]
    [InlineData(0, double.PositiveInfinity)]
    public void Ends_must_be_finite(double low, double high)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Ticks.Linear(low, high, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Ticks.Logarithmic(low, high, 5));
    }

    [Fact]
    public void Logarithmic_marks_need_a_positive_start() => Assert.Throws<ArgumentOutOfRangeException>(() => Ticks.Logarithmic(0, 1, 5));

    [Fact]
    public void An_empty_interval_has_one_mark() => Assert.Equal("0.5", Text(Ticks.Linear(0.5, 0.5, 4)));

    private static string Text(IReadOnlyList<Tick> ticks) => string.Join(' ', ticks.Select(t => t.Label.ToString(CultureInfo.InvariantCulture)));
}
