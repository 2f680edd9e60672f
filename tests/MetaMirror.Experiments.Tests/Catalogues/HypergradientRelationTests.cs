using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;

namespace MetaMirror.Experiments.Tests.Catalogues;

/// <summary>
/// Case A34, the relation that Baydin's repository reports for logistic regression (MNIST: .28778 / .37375 = .770, and .27233 / .27187) from learning rate .001: on the embedded
/// digits, and on FashionMNIST where METAMIRROR_DATA names a folder with it.
/// </summary>
public sealed class HypergradientRelationTests
{
    private const double StartRate = 0.001;
    private const double SgdRatio = 0.8;
    private const double AdamShare = 0.01;
    private const ulong Seed = 1;

    [Fact]
    public void A34_Hypergradient_descent_lowers_the_loss_of_an_untuned_rate_on_digits()
    {
        Plan plan = PlanFile.Read("logistic");
        var loss = Losses(plan with { Training = plan.Training with { Steps = 1500 } }, new DatasetCatalogue(new DataLocations()));

        Assert.True(loss("hypergradient-descent") <= SgdRatio * loss("sgd"));
        Assert.True(loss("hypergradient-adam") <= (1 + AdamShare) * loss("adam"));
    }

    /// <summary>The digits everywhere, FashionMNIST where it is found: what was used is in the test's name.</summary>
    public static TheoryData<string> LongRuns => DataLocations.Usual(null).Folders.Any(f => Directory.Exists(Path.Combine(f.Folder, "fashion-mnist"))) ? ["digits", "fashion-mnist"] : ["digits"];

    [Theory, MemberData(nameof(LongRuns))]
    public void A34_The_same_relation_after_4690_steps(string data)
    {
        bool isFashion = string.Equals(data, "fashion-mnist", StringComparison.Ordinal);
        Plan plan = PlanFile.Read("rotated-fashion"), embedded = PlanFile.Read("logistic");
        plan = plan with { Model = embedded.Model, Family = isFashion ? plan.Family : embedded.Family, Training = plan.Training with { Steps = 4690 } };
        var loss = Losses(plan, new DatasetCatalogue(DataLocations.Usual(null)));

        Assert.True(loss("hypergradient-descent") <= SgdRatio * loss("sgd"));
        Assert.InRange(loss("hypergradient-adam") / loss("adam"), isFashion ? 1 - AdamShare : 0, 1 + AdamShare);
    }

    /// <summary>The test loss after training at the start rate, by optimizer.</summary>
    private static Func<string, double> Losses(Plan plan, DatasetCatalogue datasets)
    {
        MeasuredTask<float> task = PlanTasks.Measured(plan, PlanTasks.Of<float>(plan, datasets, Seed), Seed)[0];
        var run = new TrainingRun<float>(task, Measurement.Of(plan) with { EverySteps = plan.Training.Steps });
        return name =>
        {
            OptimizerEntry<float> entry = Catalogue.Optimizer<float>(name);
            RunRecord record = run.Run(new Contender<float>(name, OptimizerRole.Rival, entry.Create(new RuleSetting(StartRate, ScheduleName.Constant))), Seed, 0);
            Assert.False(record.Diverged);
            return record.Test!.Value.Loss;
        };
    }
}
