using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Protocols;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Tests.Protocols;

public sealed class ConvergenceRuleTests
{
    private static readonly ConvergenceRule Rule = new(Change: .01, Epochs: 2);

    [Fact]
    public void It_is_the_first_epoch_that_no_longer_lowers_the_loss_enough() =>
        Assert.Equal(4, Rule.EpochOf([2, 1, .5, .499, .498, .497]));

    [Fact]
    public void Losses_that_fall_to_the_end_take_all_epochs() => Assert.Equal(4, Rule.EpochOf([2, 1.5, 1, .5]));

    [Fact]
    public void A_run_that_diverges_counts_as_done() => Assert.Equal(3, Rule.EpochOf([2, 1, .5, double.NaN]));

    [Fact]
    public void A_plan_gets_whole_epochs_and_never_more_than_its_own_steps()
    {
        Plan plan = PaperProtocols.Named("rotated-mlp").At(ProtocolScale.Smoke) with { Training = new TrainingPlan(70, 20) };
        var datasets = new DatasetCatalogue(new DataLocations());
        Plan converged = new ConvergenceRule(Change: .9, Epochs: 1).Applied(plan, datasets, 1, null, TestContext.Current.CancellationToken);
        Assert.Equal(10, converged.Training.Steps);
        Assert.Equal(70, new ConvergenceRule(Change: 1e-9, Epochs: 50).Applied(plan, datasets, 1, null, TestContext.Current.CancellationToken).Training.Steps);
    }
}
