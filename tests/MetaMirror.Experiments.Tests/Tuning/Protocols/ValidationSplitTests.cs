using MetaMirror.Datasets;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Tuning.Protocols;
using MetaMirror.Networks;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Tests.Tuning.Protocols;

public sealed class ValidationSplitTests
{
    [Fact]
    public void Training_data_are_parted_and_test_data_are_out_of_reach()
    {
        SupervisedTask<double> part = ValidationSplit.Of(Task(50), 0, 0.2, 7);
        double[] trained = part.Data.Train.Examples.Inputs.ToArray(), judged = part.Data.Test!.Examples.Inputs.ToArray();
        Assert.Equal((40, 10), (trained.Length, judged.Length));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (double)i), trained.Concat(judged).Order());
        Assert.Null(part.Data.Validation);
    }

    [Fact]
    public void The_split_depends_on_seed_and_task()
    {
        Assert.Equal(Judged(7, 0), Judged(7, 0));
        Assert.NotEqual(Judged(7, 0), Judged(8, 0));
        Assert.NotEqual(Judged(7, 0), Judged(7, 1));

        static double[] Judged(ulong seed, int number) => ValidationSplit.Of(Task(50), number, 0.2, seed).Data.Test!.Examples.Inputs.ToArray();
    }

    [Fact]
    public void Validation_data_of_its_own_are_taken()
    {
        Dataset<double> own = Examples(3);
        TaskData<double> data = Task(50).Data;
        var task = new SupervisedTask<double>(new TaskData<double>("t", data.Train, DataSplit<double>.Of("validation", own), data.Test), Network.Mlp(1, 2), new SupervisedOptions(8));
        SupervisedTask<double> part = ValidationSplit.Of(task, 0, 0.2, 7);
        Assert.Same(own, part.Data.Test!.Examples);
        Assert.Equal(50, part.Data.Train.Examples.Count);
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ValidationSplit.Of(Task(50), 0, 1, 7));
        Assert.Throws<ArgumentOutOfRangeException>(() => ValidationSplit.Of(Task(50), 0, double.NaN, 7));
        Assert.Throws<ArgumentException>(() => ValidationSplit.Of(Task(1), 0, 0.5, 7));
    }

    [Fact]
    public void Grids_are_those_of_appendix_E()
    {
        Assert.Equal([0.001, 0.005, 0.01, 0.05, 0.1], AppendixE.LearningRates("sgd"));
        Assert.Equal([0.001, 0.01, 0.1, 0.2, 0.3], AppendixE.LearningRates("adam"));
        Assert.Equal([1e-4, 5e-4, 1e-3], AppendixE.WeightDecays);
    }

    [Fact]
    public void Weight_decay_is_added_to_the_gradient_but_for_adamw()
    {
        var setting = new RuleSetting(0.1, ScheduleName.Constant);
        Assert.Equal("weight-decay > sgd", Catalogue.Optimizer<double>("sgd").CreateDecayed(setting, 0.25).Name);
        var own = (AdamW<double>)Catalogue.Optimizer<double>("adamw").CreateDecayed(setting, 0.25);
        Assert.Equal((0.1, 0.25), (own.Options.LearningRate, own.Options.WeightDecay));
    }

    private static SupervisedTask<double> Task(int count) => new(
        new TaskData<double>("t", DataSplit<double>.Of("train", Examples(count)), test: DataSplit<double>.Forbidden("test of t")), Network.Mlp(1, 2), new SupervisedOptions(8));

    private static Dataset<double> Examples(int count) => Dataset<double>.Classification(
        "t", Enumerable.Range(0, count).Select(i => (double)i).ToArray(), 1, Enumerable.Range(0, count).Select(i => i % 2).ToArray(), 2);
}
