using MetaMirror.Datasets;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.Tests.Objectives;

namespace MetaMirror.Tests.Tasks;

public sealed class SupervisedTaskTests
{
    private static readonly Network Mlp = Network.Mlp(6, 4, 3);

    [Fact]
    public void Data_is_read_only_when_needed_and_training_never_reads_the_rest()
    {
        int reads = 0;
        DataSplit<double> train = DataSplit<double>.Lazily("train", () =>
        {
            reads++;
            return Draws.Classification<double>(30, 6, 3);
        });
        var data = new TaskData<double>("task", train, DataSplit<double>.Of("validation", Draws.Classification<double>(10, 6, 3)), DataSplit<double>.Of("test", Draws.Classification<double>(10, 6, 3)));
        SupervisedTask<double> task = new SupervisedTask<double>(data, Mlp, new SupervisedOptions(8)).TrainingOnly();
        Assert.Equal("task", task.Name);
        Assert.True(task.Layout.Matches(Mlp.Layout));
        Assert.Equal(0, reads);

        double[] theta = Start(task);
        Objective<double> objective = task.CreateTrainingObjective();
        Assert.Equal(objective.Evaluate(theta, [], BatchKey.Full, []), task.MeanTrainingLoss(theta), 1e-13);
        task.CreateTrainingObjective();
        Assert.Equal(1, reads);
        Assert.Throws<InvalidOperationException>(() => task.CreateValidationObjective());
        Assert.Throws<InvalidOperationException>(() => task.Test(theta));
    }

    [Fact]
    public void Validation_and_test_are_whole_sets()
    {
        Dataset<double> validation = Draws.Classification<double>(20, 6, 3, 7), test = Draws.Classification<double>(25, 6, 3, 8);
        var data = new TaskData<double>("task", DataSplit<double>.Of("train", Draws.Classification<double>(30, 6, 3)), DataSplit<double>.Of("validation", validation), DataSplit<double>.Of("test", test));
        var task = new SupervisedTask<double>(data, Mlp, new SupervisedOptions(8) { Regularizer = new RegularizerWeight(3) });
        double[] theta = Start(task);
        Assert.Equal(new NetworkObjective<double>(Mlp, validation).Evaluate(theta, [], BatchKey.Full, []), task.CreateValidationObjective()!.Evaluate(theta, [], new BatchKey(1, 1, 1, 1), []));
        (double loss, double? accuracy) = new NetworkEvaluation<double>(Mlp, test).Measure(theta);
        Assert.Equal(new TestMeasure(loss, accuracy), task.Test(theta));

        // The training loss of comparisons leaves the regularizer out, the objective has it.
        double regularizer = 1.5 * Vectors.SquaredNorm<double>(theta);
        Assert.Equal(task.MeanTrainingLoss(theta) + regularizer, task.CreateTrainingObjective().Evaluate(theta, [3], BatchKey.Full, []), 1e-12);
        var bare = new SupervisedTask<double>(new TaskData<double>("bare", data.Train), Mlp, new SupervisedOptions(8));
        Assert.Null(bare.CreateValidationObjective());
        Assert.Null(bare.Test(theta));
    }

    [Fact]
    public void Starts_are_random_or_zero()
    {
        var data = new TaskData<double>("task", DataSplit<double>.Of("train", Draws.Classification<double>(30, 6, 3)));
        double[] random = Start(new SupervisedTask<double>(data, Mlp, new SupervisedOptions(8)));
        Assert.DoesNotContain(0.0, random);
        Assert.All(Start(new SupervisedTask<double>(data, Mlp, new SupervisedOptions(8) { StartAtZero = true })), w => Assert.Equal(0, w));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SupervisedOptions(0));
    }

    private static double[] Start(SupervisedTask<double> task)
    {
        double[] theta = new double[task.Layout.Length];
        Array.Fill(theta, double.NaN);
        var stream = new RandomStream(new StreamKey(3, 0, 0, StreamPurpose.InitialPoint, 1));
        task.Initialize(ref stream, theta);
        return theta;
    }
}
