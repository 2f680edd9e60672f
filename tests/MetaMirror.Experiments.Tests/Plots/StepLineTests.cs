using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Tests.Plots;

public sealed class StepLineTests
{
    private static readonly SeriesStyle Style = new(SeriesWeight.Part, 0);

    [Fact]
    public void Values_hold_until_the_next_step()
    {
        LineSeries line = StepLine.Of("a", Style, [1, 2, 4], [3, 5, 7], 6);
        Assert.Equal([1, 2, 2, 4, 4, 6], line.X);
        Assert.Equal([3, 3, 5, 5, 7, 7], line.Y);
    }

    [Fact]
    public void A_last_step_at_the_end_is_a_corner() => Assert.Equal([1, 2, 2], StepLine.Of("a", Style, [1, 2], [3, 5], 2).X);

    [Fact]
    public void Lengths_must_agree() => Assert.Throws<ArgumentException>(() => StepLine.Of("a", Style, [1, 2], [3], 2));
}
