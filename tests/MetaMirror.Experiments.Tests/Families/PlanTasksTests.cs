using MetaMirror.Datasets;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Runs;
using MetaMirror.Experiments.Tests.Readers;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Tests.Families;

public sealed class PlanTasksTests
{
    private const ulong Seed = 11;
    private static readonly DatasetCatalogue Embedded = new(new DataLocations());

    [Theory]
    [InlineData("rotated-digits", 6, "rotation-0", "0.weight [32x64] + 0.bias [32] + 2.weight [10x32] + 2.bias [10]")]
    [InlineData("logistic", 6, "rotation-0", "0.weight [10x64] + 0.bias [10]")]
    [InlineData("digit-pairs", 45, "digits-0-1", "0.weight [1x64] + 0.bias [1]")]
    [InlineData("sensors", 30, "sensor-0", "0.weight [1x8] + 0.bias [1]")]
    [InlineData("rotated-quadratic", 20, "quadratic-0", "0.weight [1x100] + 0.bias [1]")]
    public void Embedded_plans_make_their_tasks(string name, int count, string first, string layout)
    {
        IReadOnlyList<SupervisedTask<float>> tasks = PlanTasks.Of<float>(PlanFile.Read(name), Embedded, Seed);

        Assert.Equal(count, tasks.Count);
        Assert.Equal(first, tasks[0].Name);
        Assert.Equal(layout, tasks[^1].Layout.ToString());
    }

    [Fact]
    public void Data_sets_of_different_sizes_become_tasks_of_one_network()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "usps/usps-train", "usps/usps-test", 16);
        Write(folder, "mnist/train", "mnist/t10k", 28);
        var plan = PlanFile.Read("lenet-families") with { Family = new ImageSetsPlan(["mnist", "usps"], 20, 24, 11, 10) };

        IReadOnlyList<SupervisedTask<float>> tasks = PlanTasks.Of<float>(plan, new DatasetCatalogue(new DataLocations(new DataLocation(folder.Path, "--data"))), Seed);

        Assert.Equal(["mnist", "usps"], tasks.Select(t => t.Name));
        Assert.All(tasks, t => Assert.Equal((11, new ImageShape(20, 24, 1)), (t.Data.Train.Examples.Count, t.Data.Train.Examples.Image)));
        Assert.All(tasks, t => Assert.Equal(10, t.Data.Test!.Examples.Count));
        Assert.True(tasks[0].Layout.Matches(tasks[1].Layout));

        static void Write(TemporaryFolder folder, string train, string test, int side)
        {
            foreach ((string part, int count) in new[] { (train, 12), (test, 13) })
            {
                folder.Write(part + "-images-idx3-ubyte", IdxBytes.Of(IdxBytes.Pattern(count * side * side), count, side, side));
                folder.Write(part + "-labels-idx1-ubyte", IdxBytes.Of([.. Enumerable.Range(0, count).Select(i => (byte)(i % 10))], count));
            }
        }
    }

    [Fact]
    public void The_training_loss_is_that_of_the_whole_set_without_the_penalty()
    {
        Plan plan = PlanFile.Read("digit-pairs") with { Model = new LogisticPlan(10) };
        SupervisedTask<double> task = PlanTasks.Of<double>(plan, Embedded, Seed)[0];
        MeasuredTask<double> measured = PlanTasks.Measured(plan, [task], Seed)[0];
        double[] theta = [.. Enumerable.Range(0, task.Layout.Length).Select(i => 0.01 * Math.Sin(i))];

        double loss = measured.CreateMeasure()!(theta);

        Assert.Equal(task.MeanTrainingLoss(theta), loss);
        Assert.True(task.CreateTrainingObjective().Evaluate(theta, [10], BatchKey.Full, []) > loss);
    }

    [Fact]
    public void A_subset_is_fixed_drawn_by_stream_and_in_order()
    {
        int[] subset = PlanTasks.Subset(1347, 200, Seed);

        Assert.Equal(200, subset.Distinct().Count());
        Assert.Equal(subset, subset.Order());
        Assert.Equal(subset, PlanTasks.Subset(1347, 200, Seed));
        Assert.NotEqual(subset, PlanTasks.Subset(1347, 200, Seed + 1));
        Assert.Equal([0, 1, 2], PlanTasks.Subset(3, 5, Seed));
    }

    [Fact]
    public void A_subset_is_what_is_measured()
    {
        Plan plan = PlanFile.Read("rotated-digits") with { Evaluation = new EvaluationPlan(5, 100) };
        SupervisedTask<float> task = PlanTasks.Of<float>(plan, Embedded, Seed)[0];
        var theta = new float[task.Layout.Length];
        var stream = new RandomStream(new StreamKey(Seed, 0, 0, StreamPurpose.InitialPoint, 0));
        task.Initialize(ref stream, theta);

        double subset = PlanTasks.Measured(plan, [task], Seed)[0].CreateMeasure()!(theta);

        Assert.NotEqual(task.MeanTrainingLoss(theta), subset);
        Assert.InRange(subset / task.MeanTrainingLoss(theta), 0.9, 1.1);
    }

    [Fact]
    public void Full_batches_without_penalty_bring_their_loss_with_them()
    {
        Plan plan = PlanFile.Read("sensors") with { Training = new TrainingPlan(10) };

        Assert.Null(PlanTasks.Measured(plan, PlanTasks.Of<double>(plan, Embedded, Seed), Seed)[0].CreateMeasure());
    }

    [Fact]
    public void Own_tables_become_tasks()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.csv", "x,y,z\n1,2,3\n2,3,5\n3,5,8\n4,1,5\n");
        folder.Write("b.csv", "x,y,z\n1,1,2\n2,2,4\n3,3,6\n4,5,9\n");
        Plan plan = PlanFile.Read("sensors") with { Family = new FolderPlan(folder.Path, TargetKind.Regression, "z"), Model = new MlpPlan([3], ActivationName.Tanh) };

        IReadOnlyList<SupervisedTask<float>> tasks = PlanTasks.Of<float>(plan, Embedded, Seed);

        Assert.Equal(["a", "b"], tasks.Select(t => t.Name));
        Assert.Equal("0.weight [3x2] + 0.bias [3] + 2.weight [1x3] + 2.bias [1]", tasks[0].Layout.ToString());
    }

    [Fact]
    public void Images_go_into_convolutions()
    {
        Plan digits = PlanFile.Read("rotated-digits") with { Model = new ResNet18Plan() };
        SupervisedTask<float> task = PlanTasks.Of<float>(digits, Embedded, Seed)[0];

        Assert.Equal(new FeatureShape(1, 8, 8), task.Network.Input);
        Assert.Equal("conv1.weight [64x1x3x3]", task.Layout.Blocks[0].ToString());
        Assert.Equal("fc.bias [10]", task.Layout.Blocks[^1].ToString());
        Assert.Equal(new FeatureShape(1), PlanTasks.Of<float>(PlanFile.Read("digit-pairs") with { Model = new ResNet18Plan() }, Embedded, Seed)[0].Network.Output);
    }

    [Fact]
    public void Logistic_regression_wants_two_classes()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.csv", "1,2,a\n2,3,b\n3,5,c\n");
        Plan plan = PlanFile.Read("digit-pairs") with { Family = new FolderPlan(folder.Path) };

        var exception = Assert.Throws<ArgumentException>(() => PlanTasks.Of<double>(plan, Embedded, Seed));

        Assert.Contains("needs 2 classes", exception.Message, StringComparison.Ordinal);
        Assert.Contains("have 3; use 'softmax' or 'mlp'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Meta_quadratics_are_no_supervised_tasks() =>
        Assert.Throws<ArgumentException>(() => PlanTasks.Of<double>(PlanFile.Read("quadratics"), Embedded, Seed));
}
