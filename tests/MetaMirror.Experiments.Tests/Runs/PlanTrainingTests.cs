using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Runs;
using MetaMirror.Experiments.Tests.Readers;
using MetaMirror.Storage;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Experiments.Tests.Runs;

public sealed class PlanTrainingTests
{
    private const ulong Seed = 3;
    private const int Steps = 30;
    private static readonly DatasetCatalogue Embedded = new(new DataLocations());

    [Theory]
    [InlineData(RateGranularity.Scalar)]
    [InlineData(RateGranularity.Block)]
    [InlineData(RateGranularity.Element)]
    public void A_learned_optimizer_goes_on_adapting_within_its_stated_regret(RateGranularity granularity)
    {
        using var folder = new TemporaryFolder();
        Plan plan = PlanFile.Read("logistic");
        string file = Path.Combine(folder.Path, "adam.safetensors");
        using (FileStream stream = File.Create(file))
            new LearnedOptimizer<float>("learned", new Adam<float>(), [0.02f, 0.9f, 0.99f, 0], PlanTasks.Of<float>(plan, Embedded, Seed)[0].Layout, Steps).Save(stream);

        PlanTrainingResult alone = new PlanTraining<float>(plan, Embedded, Seed).Run("rotation-0", file, null, Steps, fallBack: false, folder.Path);
        PlanTrainingResult result = new PlanTraining<float>(plan, Embedded, Seed) { AdaptRate = granularity }.Run("rotation-0", file, null, Steps, fallBack: false, folder.Path);

        // The first step has rate 1: the learned one, from the file.
        Assert.Equal(alone.Record.Losses[..2].ToArray(), result.Record.Losses[..2].ToArray());
        Assert.NotEqual(alone.Record.Losses[^1], result.Record.Losses[^1]);
        Assert.Null(alone.Rates);
        RateSummary rates = Assert.IsType<RateSummary>(result.Rates);
        Assert.Equal((granularity, Steps - 1), (rates.Granularity, rates.Steps));
        Assert.InRange(rates.LinearRegret, double.MinValue, rates.Bound);
        Assert.InRange(rates.Median, rates.Least, rates.Largest);
        Assert.InRange(rates.Least, 0.25, 4);
        Assert.InRange(rates.Largest, 0.25, 4);
    }

    /// <summary>No optimizer of the catalogue breaks on a convex task from the rate it would be given; those that learn their rates keep no schedule over them.</summary>
    [Fact]
    public void Every_tunable_optimizer_trains_from_its_default_rate()
    {
        using var folder = new TemporaryFolder();
        Plan plan = PlanFile.Read("rotated-digits");
        var training = new PlanTraining<float>(plan, Embedded, Seed);
        foreach (string name in Catalogue.NamesOf("tunable"))
        {
            PlanTrainingResult result = training.Run("rotation-0", name, null, Steps, fallBack: false, folder.Path);
            Assert.False(result.Record.Diverged, name);
            Assert.True(result.Record.FinalLoss < result.Record.Losses[0], $"{name}: {result.Record.FinalLoss} after {result.Record.Losses[0]}");
            Assert.Equal(Catalogue.Optimizer<float>(name).LearnsRates ? ScheduleName.Constant : ScheduleName.Linear, PlanTraining<float>.DefaultSetting(Catalogue.Optimizer<float>(name), null).Schedule);
        }
    }
}
