using MetaMirror.Datasets;

namespace MetaMirror.Tests.Datasets;

public sealed class LabelNoiseTests
{
    private const int Count = 20_000, Classes = 5;
    private static readonly Dataset<double> Examples = Dataset<double>.Classification("e", new double[Count], 1, Enumerable.Range(0, Count).Select(i => i % Classes).ToArray(), Classes);

    /// <summary>Five standard deviations of a binomial share of 20,000: 5 sqrt(.2 .8 / 20,000) = .014; each other class has a quarter of the changed ones, .02 of about 4,000.</summary>
    [Fact]
    public void A_share_of_the_labels_becomes_another_class_all_equally_likely()
    {
        Dataset<double> noisy = LabelNoise.Of(Examples, .2, 3);
        (int From, int To)[] changed = [.. Enumerable.Range(0, Count).Select(i => (Examples.Labels[i], noisy.Labels[i])).Where(p => p.Item1 != p.Item2)];
        Assert.InRange(changed.Length / (double)Count, .2 - .014, .2 + .014);
        Assert.All(Enumerable.Range(1, Classes - 1), shift => Assert.InRange(changed.Count(p => (p.To - p.From + Classes) % Classes == shift) / (double)changed.Length, .25 - .035, .25 + .035));
        Assert.Equal(noisy.Labels.ToArray(), LabelNoise.Of(Examples, .2, 3).Labels.ToArray());
        Assert.NotEqual(noisy.Labels.ToArray(), LabelNoise.Of(Examples, .2, 4).Labels.ToArray());
    }

    [Fact]
    public void A_higher_probability_changes_the_same_labels_and_more()
    {
        int[] few = LabelNoise.Of(Examples, .1, 3).Labels.ToArray(), many = LabelNoise.Of(Examples, .3, 3).Labels.ToArray();
        Assert.All(Enumerable.Range(0, Count).Where(i => few[i] != Examples.Labels[i]), i => Assert.Equal(few[i], many[i]));
        Assert.Same(Examples, LabelNoise.Of(Examples, 0, 3));
        int[] all = LabelNoise.Of(Examples, 1, 3).Labels.ToArray();
        Assert.All(Enumerable.Range(0, Count), i => Assert.NotEqual(Examples.Labels[i], all[i]));
    }

    [Fact]
    public void Training_labels_alone_are_mapped()
    {
        var task = new TaskData<double>("t", DataSplit<double>.Of("train", Examples), DataSplit<double>.Of("validation", Examples), DataSplit<double>.Of("test", Examples));
        TaskData<double> noisy = task.MapTrain(train => LabelNoise.Of(train, .5, 3));
        Assert.False(noisy.Train.IsRead);
        Assert.NotEqual(Examples.Labels.ToArray(), noisy.Train.Examples.Labels.ToArray());
        Assert.Same(Examples, noisy.Test!.Examples);
        Assert.Same(Examples, noisy.Validation!.Examples);
        Assert.Equal("t", noisy.Name);
    }

    [Fact]
    public void What_has_no_other_class_is_refused()
    {
        Assert.Contains("must lie in [0, 1]", Assert.Throws<ArgumentOutOfRangeException>(() => LabelNoise.Of(Examples, 1.5, 3)).Message, StringComparison.Ordinal);
        Assert.Contains("at least two classes, found 0 in 'r'", Assert.Throws<ArgumentException>(() => LabelNoise.Of(Dataset<double>.Regression("r", new double[2], 1, new double[2]), .1, 3)).Message, StringComparison.Ordinal);
    }
}
