using MetaMirror.Datasets;

namespace MetaMirror.Tests.Datasets;

public sealed class StandardizationTests
{
    /// <summary>A few roundings of sums of three terms of order one.</summary>
    private const double Rounding = 1e-15;

    [Fact]
    public void Training_rows_get_mean_0_and_deviation_1_and_test_rows_the_same_map()
    {
        var train = Dataset<double>.Regression("t", new double[] { 1, 7, 2, 7, 3, 7 }, 2, new double[] { 10, 20, 30 });
        var test = Dataset<double>.Regression("t", new double[] { 4, 8 }, 2, new double[] { 40 });
        var task = Standardization<double>.Of(new TaskData<double>("t", DataSplit<double>.Of("train", train), test: DataSplit<double>.Of("test", test)), targets: true);

        // Population deviation of 1, 2, 3 is sqrt(2/3); the constant column is only centered.
        var s = Math.Sqrt(2.0 / 3);
        AssertNear([-1 / s, 0, 0, 0, 1 / s, 0], task.Train.Examples.Inputs);
        AssertNear([-1 / s, 0, 1 / s], task.Train.Examples.Targets);
        AssertNear([2 / s, 1], task.Test!.Examples.Inputs);
        AssertNear([2 / s], task.Test.Examples.Targets);
    }

    [Fact]
    public void Targets_stay_unless_asked_for_and_classes_always()
    {
        var reals = Dataset<float>.Regression("t", new float[] { 1, 2 }, 1, new float[] { 5, 9 });
        Assert.Equal([5f, 9f], Standardization<float>.Fit(reals).Apply(reals).Targets.ToArray());
        var classes = Dataset<float>.Classification("t", new float[] { 1, 3 }, 1, new[] { 1, 0 }, 2);
        var applied = Standardization<float>.Fit(classes, targets: true).Apply(classes);
        Assert.Equal([1, 0], applied.Labels.ToArray());
        Assert.Equal([-1f, 1f], applied.Inputs.ToArray());
    }

    [Fact]
    public void A_constant_column_is_not_blown_up_by_rounding()
    {
        // 0.1 summed seven times is not seven times 0.1: the mean is off by a rounding.
        var x = Enumerable.Repeat(0.1, 7).ToArray();
        var constant = Dataset<double>.Regression("t", x, 1, new double[7]);
        Assert.All(Standardization<double>.Fit(constant).Apply(constant).Inputs.ToArray(), v => Assert.InRange(v, -Rounding, Rounding));
    }

    [Fact]
    public void Other_columns_and_no_rows_are_refused()
    {
        var one = Dataset<double>.Regression("t", new double[] { 1, 2 }, 1, new double[2]);
        var two = Dataset<double>.Regression("t", new double[] { 1, 2 }, 2, new double[1]);
        Assert.Throws<ArgumentException>(() => Standardization<double>.Fit(one).Apply(two));
        Assert.Throws<ArgumentException>(() => Standardization<double>.Fit(one.Slice(0, 0)));
    }

    private static void AssertNear(double[] expected, ReadOnlySpan<double> found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.InRange(found[i], expected[i] - Rounding, expected[i] + Rounding);
        }
    }
}
