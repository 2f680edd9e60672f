using System.Collections.Immutable;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Robustness;
using MetaMirror.Experiments.Runs;
using MetaMirror.Experiments.Tests.Readers;
using MetaMirror.InitialPoints;
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

    /// <summary>Learned for 30 steps of 64 in a network of 32 units; trained with other numbers.</summary>
    [Fact]
    public void Other_sizes_are_refused_unless_asked_for_and_changed_training_is_warned_of()
    {
        using var folder = new TemporaryFolder();
        Plan plan = PlanFile.Read("rotated-digits"), wide = plan with { Model = new MlpPlan([40]) };
        ParameterLayout layout = PlanTasks.Of<float>(plan, Embedded, Seed)[0].Layout;
        var recipe = new LearningRecipe(LearningRecipe.PlanOf(plan), Seed, ["rotation-15"], null, "Single", 1e-9, 1e9);
        string file = Save("adam", new Adam<float>(), [0.02f, 0.9f, 0.99f, 0]), basis = Save("basis", LearnedBasis<float>.Unlearned(layout), null);

        Assert.EndsWith("With --resize its steps and schedule are used there all the same.", Assert.Throws<StorageException>(() => Run(wide, file, Steps, resize: false)).Message, StringComparison.Ordinal);
        Assert.EndsWith("What 'basis' learned belongs to the sizes of its tensors: it cannot be brought to others.", Assert.Throws<StorageException>(() => Run(wide, basis, Steps, resize: true)).Message, StringComparison.Ordinal);
        Assert.EndsWith("--resize expects the same layers in other widths.", Assert.Throws<StorageException>(() => Run(plan with { Model = new MlpPlan([32, 32]) }, file, Steps, resize: true)).Message, StringComparison.Ordinal);
        Assert.Contains("what belongs to other sizes starts anew", Assert.Single(Run(wide, file, Steps, resize: true)), StringComparison.Ordinal);

        Assert.StartsWith("The optimizer was learned with 32 units in a layer, here are 8: 0.25 times as many. On RotatedMNIST 0.5 to 2 times were tried", Run(plan with { Model = new MlpPlan([8]) }, file, Steps, resize: true)[1], StringComparison.Ordinal);

        Assert.Empty(Run(plan, file, Steps, resize: false));
        Assert.Empty(Run(plan with { Training = plan.Training with { BatchSize = 128 } }, file, Steps / 2, resize: false));
        Assert.StartsWith(
            $"The optimizer was learned with 64 examples in a mini-batch, here are 16: 0.25 times as many. On RotatedMNIST 0.25 times took {NumberText.Brief(RobustnessMap.Batches[0].Seconds, 2)} times tuned Adam's time to the same loss in the median",
            Assert.Single(Run(plan with { Training = plan.Training with { BatchSize = 16 } }, file, Steps, resize: false)),
            StringComparison.Ordinal);
        Assert.Equal(
            "The optimizer was learned with 64 examples in a mini-batch, here are 8: 0.12 times as many. On RotatedMNIST 0.25 to 4 times were tried ('metamirror reproduce robustness'). Compare it with a tuned optimizer before you rely on it.",
            Assert.Single(Run(plan with { Training = plan.Training with { BatchSize = 8 } }, file, Steps, resize: false)));
        Assert.StartsWith(
            "The optimizer was learned with mini-batches of 64, here are the whole training set at every step: that was never tried.", Assert.Single(Run(plan with { Training = plan.Training with { BatchSize = null } }, file, Steps, resize: false)), StringComparison.Ordinal);
        Assert.StartsWith("The optimizer was learned with 30 steps, here are 9: 0.3 times", Assert.Single(Run(plan, file, 9, resize: false)), StringComparison.Ordinal);

        string Save(string name, UpdateRule<float> rule, ImmutableArray<float>? values)
        {
            string path = Path.Combine(folder.Path, $"{name}.safetensors");
            using FileStream stream = File.Create(path);
            new LearnedOptimizer<float>(name, rule, values ?? [.. new MetaParameters<float>([], rule.MetaSpecs(layout), []).Natural], layout, Steps) { Recipe = recipe.ToText() }.Save(stream);
            return path;
        }

        List<string> Run(Plan trained, string optimizer, int steps, bool resize)
        {
            var warnings = new List<string>();
            PlanTrainingResult result = new PlanTraining<float>(trained, Embedded, Seed) { Warn = warnings.Add, Resize = resize }.Run("rotation-0", optimizer, null, steps, fallBack: false, folder.Path);
            Assert.True(result.Record.FinalLoss < result.Record.Losses[0]);
            return warnings;
        }
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
