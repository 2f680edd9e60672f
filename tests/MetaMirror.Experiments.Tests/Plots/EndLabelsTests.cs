using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Tests.Plots;

public sealed class EndLabelsTests
{
    /// <summary>Places are sums and means of a few dozen numbers below 1000: rounding stays far below this.</summary>
    private const double Rounding = 1e-9;

    [Fact]
    public void Labels_with_room_stay() => Assert.Equal([10, 40, 90], EndLabels.Spread([10, 40, 90], 15, 0, 100));

    [Fact]
    public void Two_at_one_place_move_apart_evenly() => Assert.Equal([42.5, 57.5], EndLabels.Spread([50, 50], 15, 0, 100));

    [Fact]
    public void Places_Meet_Specification()
    {
        for (var k = 0; k < 500; k++)
        {
            var n = 1 + (k % 12);
            double[] wished = [.. Enumerable.Range(0, n).Select(i => 100 + (100 * Math.Sin((k * 7.3) + (i * 3.1)))).Order()];
            var places = EndLabels.Spread(wished, 12, 0, 200);
            for (var i = 0; i < n; i++)
            {
                Assert.InRange(places[i], -Rounding, 200 + Rounding);
                if (i > 0) Assert.True(places[i] - places[i - 1] >= 12 - Rounding, $"case {k}: labels {i - 1} and {i} overlap");
            }
        }
    }

    [Fact]
    public void Too_many_share_the_room()
    {
        var places = EndLabels.Spread([.. Enumerable.Repeat(50.0, 21)], 15, 0, 100);
        Assert.Equal(0, places[0], Rounding);
        Assert.Equal(100, places[^1], Rounding);
    }

    [Fact]
    public void None_is_fine() => Assert.Empty(EndLabels.Spread([], 15, 0, 100));
}
