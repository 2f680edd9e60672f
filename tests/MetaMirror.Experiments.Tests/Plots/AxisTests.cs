using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Tests.Plots;

public sealed class AxisTests
{
    [Theory]
    [InlineData(AxisKind.Linear)]
    [InlineData(AxisKind.Logarithmic)]
    public void Ends_map_to_0_and_1(AxisKind kind)
    {
        var axis = Axis.Between(kind, 0.01, 100);
        Assert.Equal(0, axis.Fraction(0.01));
        Assert.Equal(1, axis.Fraction(100));
        if (kind == AxisKind.Logarithmic) Assert.Equal(0.5, axis.Fraction(1), 12);
    }

    [Theory]
    [InlineData(AxisKind.Linear, double.NaN)]
    [InlineData(AxisKind.Linear, double.PositiveInfinity)]
    [InlineData(AxisKind.Logarithmic, 0)]
    [InlineData(AxisKind.Logarithmic, -1)]
    public void What_is_not_drawable_has_no_place(AxisKind kind, double value) => Assert.Equal(double.NaN, Axis.Between(kind, 1, 2).Fraction(value));

    [Theory]
    [InlineData(AxisKind.Linear, 0.0)]
    [InlineData(AxisKind.Linear, -3.0)]
    [InlineData(AxisKind.Logarithmic, 3.0)]
    public void One_value_stands_in_the_middle(AxisKind kind, double value) => Assert.Equal(0.5, Axis.Around(kind, [value, value], 0.1).Fraction(value), 12);

    [Fact]
    public void Nothing_drawable_gives_a_usable_axis()
    {
        Assert.Equal((0.0, 1.0), Ends(Axis.Around(AxisKind.Linear, [double.NaN])));
        Assert.Equal((0.1, 1.0), Ends(Axis.Around(AxisKind.Logarithmic, [0, -1, double.PositiveInfinity])));
    }

    [Fact]
    public void A_value_far_outside_stays_a_number() => Assert.Equal(5, Axis.Between(AxisKind.Linear, 0, 1).Fraction(1e300));

    [Theory]
    [InlineData(AxisKind.Linear, -1e308, 1e308)]
    [InlineData(AxisKind.Linear, 0, 1e300)]
    [InlineData(AxisKind.Logarithmic, 1e-320, 1e300)]
    public void The_widest_axes_have_places_and_marks(AxisKind kind, double low, double high)
    {
        var axis = Axis.Between(kind, low, high);
        Assert.NotEmpty(axis.RoundTicks(5));
        Assert.All(axis.RoundTicks(5), t => Assert.InRange(axis.Fraction(t.Value), -1e-9, 1 + 1e-9));
    }

    [Fact]
    public void The_greatest_range_stays_finite()
    {
        var axis = Axis.Around(AxisKind.Logarithmic, [double.Epsilon, double.MaxValue], 0.1);
        Assert.True(axis.Low > 0 && double.IsFinite(axis.High));
    }

    [Fact]
    public void Wrong_ends_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Axis.Between(AxisKind.Linear, 2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Axis.Between(AxisKind.Logarithmic, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Axis.Between(AxisKind.Linear, double.NaN, 1));
    }

    private static (double Low, double High) Ends(Axis axis) => (axis.Low, axis.High);
}
