using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Tests.Plots;

public sealed class LinePathTests
{
    [Fact]
    public void Gaps_split_a_line_and_a_lone_point_is_a_dot() =>
        Assert.Equal("M0 0L1 1M3 3h0M5 5L6 6", LinePath.Line([0, 1, 2, 3, 4, 5, 6], [0, 1, double.NaN, 3, double.PositiveInfinity, 5, 6]));

    [Fact]
    public void Dots_leave_out_what_is_not_finite() => Assert.Equal("M0 1h0M2 3h0", LinePath.Dots([0, 1, 2], [1, double.NaN, 3]));

    [Fact]
    public void A_band_goes_there_and_back() => Assert.Equal("M0 2L1 3L1 1L0 0Z", LinePath.Band([0, 1], [0, 1], [2, 3]));

    [Fact]
    public void Nothing_gives_nothing()
    {
        Assert.Equal("", LinePath.Line([], []));
        Assert.Equal("", LinePath.Line([double.NaN], [1]));
        Assert.Equal("", LinePath.Band([0, 1], [0, 1], [double.NaN, 1]));
        Assert.Equal("", LinePath.Band([], [], []));
    }

    [Fact]
    public void A_long_line_keeps_its_spikes_gaps_and_ends()
    {
        var y = new double[200_000];
        (y[77_777], y[123_456], y[150_001]) = (9, -9, double.NaN);
        var chosen = LinePath.Chosen(y);
        Assert.InRange(chosen.Count, 100, 1500);
        Assert.Equal(0, chosen[0]);
        Assert.Equal(y.Length - 1, chosen[^1]);
        Assert.Subset(chosen.ToHashSet(), new HashSet<int> { 77_777, 123_456, 150_001 });
        Assert.Equal(chosen.Order(), chosen);
    }

    [Fact]
    public void A_short_line_keeps_every_point() => Assert.Equal(Enumerable.Range(0, 500), LinePath.Chosen(new double[500]));
}
