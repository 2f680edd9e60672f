using MetaMirror.Datasets;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Tests.Readers;

public sealed class TaskFolderTests
{
    private static readonly TaskFolderOptions Plain = new() { Standardize = false };

    [Fact]
    public void Csv_files_are_tasks_in_ordinal_order_with_shared_classes()
    {
        using var folder = new TemporaryFolder();
        folder.Write("b.csv", "x,y,k\n1,2,yes\n3,4,no\n5,6,yes\n7,8,no\n");
        folder.Write("B.csv.gz", IdxBytes.Gzip("x,y,k\n1,2,maybe\n3,4,yes\n"u8.ToArray()));
        folder.Write("readme.txt", "not a task");
        folder.Write("inner/c.csv", "not read");
        var tasks = TaskFolder.Read<double>(folder.Path, Plain);

        Assert.Equal(["B", "b"], tasks.Select(t => t.Name));
        Assert.All(tasks, t => Assert.Equal(3, t.Train.Examples.Classes));
        Assert.Equal([2, 1, 2], tasks[1].Train.Examples.Labels.ToArray());
        Assert.Equal([1], tasks[1].Test!.Examples.Labels.ToArray());
        Assert.Equal([7, 8], tasks[1].Test!.Examples.Inputs.ToArray());
        Assert.Null(tasks[0].Test);
        Assert.Equal([0, 2], tasks[0].Train.Examples.Labels.ToArray());
    }

    [Theory]
    [InlineData(8, 0.25, RowSplit.Interleaved, "3 7")]
    [InlineData(8, 0.25, RowSplit.Last, "6 7")]
    [InlineData(5, 0.5, RowSplit.Interleaved, "2 4")]
    [InlineData(3, 0, RowSplit.Interleaved, "")]
    [InlineData(2, 0.99, RowSplit.Last, "1")]
    public void Rows_are_divided_as_stated(int rows, double fraction, RowSplit split, string expected)
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.csv", string.Concat(Enumerable.Range(0, rows).Select(i => $"{i},{i % 2}\n")));
        var task = Assert.Single(TaskFolder.Read<float>(folder.Path, Plain with { TestFraction = fraction, Split = split }));
        var test = task.Test?.Examples.Inputs.ToArray() ?? [];
        Assert.Equal(expected, string.Join(' ', test));
        Assert.Equal(rows, test.Length + task.Train.Examples.Count);
        Assert.Empty(test.Intersect(task.Train.Examples.Inputs.ToArray()));
    }

    [Fact]
    public void Columns_are_standardized_by_training_rows_only()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.csv", "1,10\n3,30\n1000,1000\n");
        var options = new TaskFolderOptions { Csv = new CsvOptions { Target = TargetKind.Regression }, TestFraction = 0.34, Split = RowSplit.Last };
        var task = Assert.Single(TaskFolder.Read<double>(folder.Path, options));
        Assert.Equal([-1, 1], task.Train.Examples.Inputs.ToArray());
        Assert.Equal([-1, 1], task.Train.Examples.Targets.ToArray());
        Assert.Equal([998], task.Test!.Examples.Inputs.ToArray());
    }

    [Fact]
    public void Idx_pairs_are_tasks()
    {
        using var folder = new TemporaryFolder();
        folder.Write("two-images-idx3-ubyte", IdxBytes.Of(IdxBytes.Pattern(16), 4, 2, 2));
        folder.Write("two-labels-idx1-ubyte", IdxBytes.Of([0, 1, 0, 1], 4));
        folder.Write("one-images-idx3-ubyte.gz", IdxBytes.Gzip(IdxBytes.Of(IdxBytes.Pattern(16), 4, 2, 2)));
        folder.Write("one-labels-idx1-ubyte.gz", IdxBytes.Gzip(IdxBytes.Of([0, 5, 2, 1], 4)));
        var tasks = TaskFolder.Read<float>(folder.Path);
        Assert.Equal(["one", "two"], tasks.Select(t => t.Name));
        Assert.All(tasks, t => Assert.Equal((6, 3, 1), (t.Train.Examples.Classes, t.Train.Examples.Count, t.Test!.Examples.Count)));
        Assert.Equal(new ImageShape(2, 2, 1), tasks[0].Train.Examples.Image);
        Assert.Equal(31 / 255f, tasks[0].Train.Examples.Inputs[1]);
    }

    [Fact]
    public void What_does_not_belong_together_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("found neither", Error(), StringComparison.Ordinal);
        folder.Write("a.csv", "1,2,0\n");
        folder.Write("b.csv", "1,0\n");
        Assert.Contains($"b.csv: expected the same 2 input columns as in {Path.Combine(folder.Path, "a.csv")}, found 1", Error(), StringComparison.Ordinal);
        File.Delete(Path.Combine(folder.Path, "b.csv"));
        folder.Write("a.csv.gz", IdxBytes.Gzip("1,2,0\n"u8.ToArray()));
        Assert.Contains("expected one file for task 'a', found two", Error(), StringComparison.Ordinal);
        File.Delete(Path.Combine(folder.Path, "a.csv.gz"));
        folder.Write("x-images-idx3-ubyte", IdxBytes.Of(new byte[4], 1, 2, 2));
        Assert.Contains("found both", Error(), StringComparison.Ordinal);
        File.Delete(Path.Combine(folder.Path, "a.csv"));
        Assert.Contains("expected a file x-labels-idx1-ubyte[.gz] beside it, found none", Error(), StringComparison.Ordinal);
        folder.Write("x-labels-idx1-ubyte", IdxBytes.Of([1], 1));
        folder.Write("y-images-idx3-ubyte", IdxBytes.Of(new byte[9], 1, 3, 3));
        folder.Write("y-labels-idx1-ubyte", IdxBytes.Of([1], 1));
        Assert.Contains("expected images of 2x2x1", Error(), StringComparison.Ordinal);
        Assert.Throws<DatasetNotFoundException>(() => TaskFolder.Read<float>(Path.Combine(folder.Path, "none")));
        Assert.Throws<ArgumentException>(() => TaskFolder.Read<float>(folder.Path, Plain with { TestFraction = 1 }));
        Assert.Throws<ArgumentException>(() => TaskFolder.Read<float>(folder.Path, Plain with { TestFraction = double.NaN }));
        Assert.Contains("expected at most 1 tasks, found 2", Assert.Throws<DataFormatException>(() => TaskFolder.Read<float>(folder.Path, Plain with { MaxTasks = 1 })).Message, StringComparison.Ordinal);

        string Error() => Assert.Throws<DataFormatException>(() => TaskFolder.Read<float>(folder.Path)).Message;
    }
}
