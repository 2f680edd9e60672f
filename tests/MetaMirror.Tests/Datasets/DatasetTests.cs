using MetaMirror.Datasets;

namespace MetaMirror.Tests.Datasets;

public sealed class DatasetTests
{
    private static readonly Dataset<double> Classes = Dataset<double>.Classification("c", new double[] { 1, 2, 3, 4, 5, 6 }, 2, new[] { 0, 2, 1 }, 3);
    private static readonly Dataset<float> Reals = Dataset<float>.Regression("r", new float[] { 1, 2, 3 }, 1, new float[] { 1, 2, 3, 4, 5, 6 }, 2);

    [Fact]
    public void Sizes_and_rows_are_as_given()
    {
        Assert.Equal((3, 2, 3, 0, true), (Classes.Count, Classes.Features, Classes.Classes, Classes.Outputs, Classes.IsClassification));
        Assert.Equal((3, 1, 0, 2, false), (Reals.Count, Reals.Features, Reals.Classes, Reals.Outputs, Reals.IsClassification));
        Assert.Equal([3, 4], Classes.Input(1).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => Classes.Input(3).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => Classes.Input(-1).Length);
    }

    [Fact]
    public void Slice_and_select_take_the_rows_they_name()
    {
        var slice = Classes.Slice(1, 2);
        Assert.Equal([3, 4, 5, 6], slice.Inputs.ToArray());
        Assert.Equal([2, 1], slice.Labels.ToArray());
        Assert.Equal([3, 4, 5, 6], Reals.Slice(1, 2).Targets.ToArray());
        Assert.Equal(0, Classes.Slice(3, 0).Count);
        var select = Reals.Select([2, 0]);
        Assert.Equal([3, 1], select.Inputs.ToArray());
        Assert.Equal([5, 6, 1, 2], select.Targets.ToArray());
        Assert.Equal([1, 0], Classes.Select([2, 0]).Labels.ToArray());
        foreach (var (start, count) in new[] { (-1, 1), (0, 4), (3, 1), (2, int.MaxValue), (1, -1) })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => Classes.Slice(start, count));
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_both_sides()
    {
        Assert.Contains("expected inputs of 3 x 2", Assert.Throws<ArgumentException>(() => Dataset<double>.Classification("d", new double[5], 2, new int[3], 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Dataset<double>.Regression("d", new double[3], 1, new double[5], 2));
        Assert.Contains("expected classes 0 to 1, found 2", Assert.Throws<ArgumentException>(() => Dataset<double>.Classification("d", new double[1], 1, new[] { 2 }, 2)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Dataset<double>.Classification("d", new double[1], 1, new[] { -1 }, 2));
        Assert.Contains("found NaN at example 1, column 0", Assert.Throws<ArgumentException>(() => Dataset<double>.Classification("d", new[] { 0, 0, double.NaN, 0 }, 2, new int[2], 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Dataset<float>.Regression("d", new float[1], 1, new[] { float.PositiveInfinity }));
        Assert.Contains("images of 2x2x1", Assert.Throws<ArgumentException>(() => Dataset<double>.Classification("d", new double[3], 3, new int[1], 1, new ImageShape(2, 2, 1))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Dataset<double>.Classification("d", new double[1], 1, new int[1], 1, new ImageShape(65536, 65536, 1)));
        Assert.Throws<ArgumentException>(() => Dataset<double>.Classification("d", new double[1], 1, new int[1], 1, new ImageShape(-1, -1, 1)));
        Assert.Throws<NotSupportedException>(() => Dataset<Half>.Regression("d", new Half[1], 1, new Half[1]));
    }

    [Fact]
    public void A_forbidden_split_throws_on_access_and_names_itself()
    {
        var task = new TaskData<double>("t", DataSplit<double>.Of("train of t", Classes), DataSplit<double>.Of("validation of t", Classes), DataSplit<double>.Of("test of t", Classes));
        var learner = task.TrainingOnly();
        Assert.Same(Classes, learner.Train.Examples);
        for (var again = 0; again < 2; again++)
        {
            Assert.Contains("'test of t'", Assert.Throws<InvalidOperationException>(() => learner.Test!.Examples).Message, StringComparison.Ordinal);
            Assert.Contains("'validation of t'", Assert.Throws<InvalidOperationException>(() => learner.Validation!.Examples).Message, StringComparison.Ordinal);
        }

        Assert.Null(new TaskData<double>("u", task.Train).TrainingOnly().Test);
    }

    [Fact]
    public void A_split_is_read_once_and_only_when_asked_for()
    {
        var reads = 0;
        var split = DataSplit<double>.Lazily("test", () =>
        {
            reads++;
            return Classes;
        });
        var mapped = new TaskData<double>("t", DataSplit<double>.Of("train", Classes), test: split).Map("half", d => d.Slice(0, 1));
        Assert.Equal((0, false), (reads, split.IsRead));
        Assert.Equal((1, "half"), (mapped.Test!.Examples.Count, mapped.Test.Examples.Name));
        Assert.Equal("test of half", mapped.Test.Name);
        Assert.Equal(1, mapped.Test.Examples.Count);
        Assert.Equal((1, true), (reads, split.IsRead));
    }

    [Fact]
    public void Mapping_a_forbidden_split_stays_forbidden()
    {
        var task = new TaskData<double>("t", DataSplit<double>.Of("train", Classes), test: DataSplit<double>.Forbidden("test of t"));
        Assert.Throws<InvalidOperationException>(() => Standardization<double>.Of(task).Test!.Examples);
    }
}
