using MetaMirror.Experiments.Tuning.Studies;

namespace MetaMirror.Experiments.Tests.Tuning.Studies;

public sealed class SearchSpaceTests
{
    private static readonly SearchSpace Space = new(
        new RangeDimension("rate", 1e-4, 1, IsLogarithmic: true), new RangeDimension("momentum", 0, 0.99), new ChoiceDimension("schedule", ["constant", "linear"]));

    [Fact]
    public void Logarithmic_ranges_are_even_in_ratio()
    {
        StudyPoint point = Space.At([0.5, 0.5, 0.75]);
        Assert.Equal(1e-2, point["rate"], 1e-15);
        Assert.Equal(0.495, point["momentum"], 1e-15);
        Assert.Equal("linear", point.Text("schedule"));
        Assert.Equal("rate 0.01, momentum 0.495, schedule linear", point.ToString());
    }

    [Theory]
    [InlineData(0, 0, 0.25)]
    [InlineData(1, 0.3, 0.75)]
    [InlineData(0.123, 1, 0.25)]
    public void Places_lead_back(double rate, double momentum, double schedule)
    {
        double[] unit = new double[3];
        Space.Place(Space.At([rate, momentum, schedule]), unit);
        Assert.Equal(rate, unit[0], 1e-12);
        Assert.Equal(momentum, unit[1], 1e-12);
        Assert.Equal(schedule, unit[2]);
    }

    [Fact]
    public void Choices_are_as_far_apart_as_ends_of_a_range()
    {
        double[] one = new double[Space.FeatureCount], other = new double[Space.FeatureCount];
        Space.Image([0.2, 0.4, 0.1], one);
        Space.Image([0.2, 0.4, 0.9], other);
        Assert.Equal(1, Math.Sqrt(one.Zip(other, (a, b) => (a - b) * (a - b)).Sum()), 1e-15);
    }

    [Fact]
    public void A_grid_tries_everything_once()
    {
        var grid = new GridSampler(7, [[0.1, 0.01, 0.001], [0, 0.9], [0, 1]]);
        Assert.Equal(12, grid.Size);
        var trials = new List<StudyTrial>();
        while (grid.Propose(Space, StudyGoal.Minimize, trials, 5) is { Count: > 0 } next)
            trials.AddRange(next.Select((p, i) => new StudyTrial(trials.Count + i, p, TrialStatus.Complete, 0, 0)));
        Assert.Equal(12, trials.Count);
        Assert.Equal(12, trials.Select(t => t.Point.ToString()).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void Random_points_do_not_depend_on_how_many_are_drawn_at_once()
    {
        IReadOnlyList<StudyPoint> together = new RandomSampler(3).Propose(Space, StudyGoal.Minimize, [], 3);
        StudyTrial[] before = [.. together.Take(2).Select((p, i) => new StudyTrial(i, p, TrialStatus.Complete, 0, 0))];
        Assert.Equal(together[2].Values, new RandomSampler(3).Propose(Space, StudyGoal.Minimize, before, 1)[0].Values);
    }

    [Fact]
    public void Bad_spaces_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new SearchSpace());
        Assert.Throws<ArgumentException>(() => new SearchSpace(new RangeDimension("a", 0, 1), new RangeDimension("a", 0, 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RangeDimension("a", 0, 1, IsLogarithmic: true));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RangeDimension("a", 1, 1));
        Assert.Throws<ArgumentException>(() => new ChoiceDimension("a", []));
        Assert.Throws<ArgumentException>(() => Space.IndexOf("b"));
        Assert.Throws<ArgumentException>(() => new GridSampler(0, [[]]));
        Assert.Throws<ArgumentException>(() => new GridSampler(0, [[1.0]]).Propose(Space, StudyGoal.Minimize, [], 1));
    }
}
