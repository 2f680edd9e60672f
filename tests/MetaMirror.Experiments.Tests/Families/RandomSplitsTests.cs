using MetaMirror.Datasets;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Tests.Families;

public sealed class RandomSplitsTests
{
    private const ulong Seed = 5;

    [Fact]
    public void A_balanced_subset_has_as_many_of_each_class()
    {
        Dataset<float> all = Of(Enumerable.Range(0, 90).Select(i => i % 9 < 5 ? 0 : i % 9 < 8 ? 1 : 2));
        Dataset<float> subset = RandomSplits.Balanced(all, 21, Seed, 0);
        Assert.Equal([7, 7, 7], Counts(subset));

        // In the order of the file, and each example once.
        float[] numbers = subset.Inputs.ToArray();
        Assert.Equal(numbers.Order().Distinct(), numbers);
        Assert.Equal(numbers, RandomSplits.Balanced(all, 21, Seed, 0).Inputs.ToArray());
        Assert.NotEqual(numbers, RandomSplits.Balanced(all, 21, Seed + 1, 0).Inputs.ToArray());
        Assert.NotEqual(numbers, RandomSplits.Balanced(all, 21, Seed, 1).Inputs.ToArray());

        // The rarest class has ten.
        Assert.Equal([10, 10, 10], Counts(RandomSplits.Balanced(all, 90, Seed, 0)));
        Assert.Equal([1, 1, 1], Counts(RandomSplits.Balanced(all, 2, Seed, 0)));
    }

    [Fact]
    public void A_split_parts_each_class_in_proportion()
    {
        Dataset<float> all = Of([.. Enumerable.Repeat(0, 50), .. Enumerable.Repeat(1, 20), 2, 2]);
        (Dataset<float> train, Dataset<float> validation) = RandomSplits.Split(all, 0.2, Seed, 3);
        Assert.Equal([40, 16, 1], Counts(train));
        Assert.Equal([10, 4, 1], Counts(validation));
        Assert.Equal(all.Inputs.ToArray(), train.Inputs.ToArray().Concat(validation.Inputs.ToArray()).Order());
    }

    [Fact]
    public void Nothing_is_read_before_it_is_asked_for()
    {
        int reads = 0;
        var data = new TaskData<float>("t", DataSplit<float>.Lazily("train of t", () => { reads++; return Of([0, 0, 1, 1, 2, 2]); }), test: DataSplit<float>.Forbidden("test of t"));
        TaskData<float> split = RandomSplits.WithValidation(data, 0.5, Seed, 0);
        Assert.Equal(0, reads);
        Assert.Equal([1, 1, 1], Counts(split.Validation!.Examples));
        Assert.Equal([1, 1, 1], Counts(split.Train.Examples));
        Assert.Equal(1, reads);
        Assert.Throws<InvalidOperationException>(() => split.TrainingOnly().Validation!.Examples);
    }

    [Fact]
    public void An_absent_class_is_named()
    {
        Dataset<float> all = Of([0, 0, 2, 2, 2]);
        Assert.Equal(
            "data set 's': expected an example of each of 3 classes, found none of class 1 among 5",
            Assert.Throws<DataFormatException>(() => RandomSplits.Balanced(all, 3, Seed, 0)).Message);
        Assert.Equal(
            "data set 's', to be parted into training and validation examples: expected 2 examples of each of 3 classes, found 1 of class 1 among 5",
            Assert.Throws<DataFormatException>(() => RandomSplits.Split(Of([0, 0, 1, 2, 2]), 0.5, Seed, 0)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => RandomSplits.Split(all, 1, Seed, 0));
        Assert.Throws<ArgumentException>(() => RandomSplits.Balanced(Dataset<float>.Regression("r", new float[2], 1, new float[2]), 1, Seed, 0));
    }

    private static Dataset<float> Of(IEnumerable<int> labels)
    {
        int[] all = [.. labels];
        return Dataset<float>.Classification("s", Enumerable.Range(0, all.Length).Select(i => (float)i).ToArray(), 1, all, 3);
    }

    private static int[] Counts(Dataset<float> examples) => [.. Enumerable.Range(0, examples.Classes).Select(k => examples.Labels.Count(k))];
}
