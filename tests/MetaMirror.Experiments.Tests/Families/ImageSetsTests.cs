using MetaMirror.Datasets;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Tests.Readers;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Tests.Families;

public sealed class ImageSetsTests
{
    private const ulong Seed = 11;
    private const int Images = 30;

    [Fact]
    public void Gray_and_color_sets_become_one_family()
    {
        using TemporaryFolder folder = Sets();
        IReadOnlyList<SupervisedTask<float>> tasks = Tasks(folder, new ImageSetsPlan(["mnist", "svhn"]) { Gray = true });
        Assert.All(tasks, t => Assert.Equal(new ImageShape(28, 28, 1), t.Data.Train.Examples.Image));
        Assert.Null(tasks[0].Data.Validation);

        // SVHN's pixels of one color: red 10, green 20, blue 30.
        float luma = (float)(((0.299 * 10) + (0.587 * 20) + (0.114 * 30)) / 255);
        Assert.All(tasks[1].Data.Train.Examples.Inputs.ToArray(), v => Assert.Equal(luma, v, 1e-6f));
        Assert.True(tasks[0].Layout.Matches(tasks[1].Layout));
    }

    [Fact]
    public void Normalized_images_have_mean_0_and_deviation_1_in_training()
    {
        using TemporaryFolder folder = Sets();
        SupervisedTask<float> task = Tasks(folder, new ImageSetsPlan(["mnist"], TrainExamples: 20) { Normalize = true })[0];
        (double mean, double deviation) = Assert.Single(ChannelNormalization.Measure(task.Data.Train.Examples));
        Assert.Equal(0, mean, 1e-6);
        Assert.Equal(1, deviation, 1e-6);

        // Test images by the same numbers as training images: the first 20 are the same.
        Assert.Equal(task.Data.Train.Examples.Input(3).ToArray(), task.Data.Test!.Examples.Input(3).ToArray());

        // One color each: constant channels become 0.
        SupervisedTask<float> color = Tasks(folder, new ImageSetsPlan(["svhn"]) { Normalize = true })[0];
        Assert.All(color.Data.Train.Examples.Inputs.ToArray(), v => Assert.Equal(0, v, 1e-6f));
    }

    [Fact]
    public void Balanced_sets_are_split_for_validation()
    {
        using TemporaryFolder folder = Sets();
        var family = new ImageSetsPlan(["mnist", "svhn"], TrainExamples: 20) { Gray = true, Balanced = true, ValidationFraction = 0.5 };
        foreach (SupervisedTask<float> task in Tasks(folder, family))
        {
            foreach (DataSplit<float> split in new[] { task.Data.Train, task.Data.Validation! })
            {
                Assert.Equal(10, split.Examples.Count);
                Assert.Equal(Enumerable.Range(0, 10), split.Examples.Labels.ToArray().Order());
                Assert.Equal(new ImageShape(28, 28, 1), split.Examples.Image);
            }
        }
    }

    [Fact]
    public void A_class_absent_from_a_split_is_named()
    {
        using TemporaryFolder folder = Sets();
        var family = new ImageSetsPlan(["mnist"], TrainExamples: 7);
        Assert.Equal(
            "training examples of 'mnist': expected an example of each of 10 classes, found none of class 7 among 7",
            Assert.Throws<DataFormatException>(() => Tasks(folder, family)).Message);
        SupervisedTask<float> task = Tasks(folder, new ImageSetsPlan(["mnist"], TestExamples: 3))[0];
        Assert.Contains("test examples of 'mnist': expected an example of each of 10 classes, found none of class 3", Assert.Throws<DataFormatException>(() => task.Data.Test!.Examples).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_are_read_checked_and_left_out_where_they_are_the_defaults()
    {
        string text = PlanJson.ToText(PlanFile.Read("lenet-families"));
        Assert.DoesNotContain("\"gray\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("validationFraction", text, StringComparison.Ordinal);
        Plan diverse = PlanFile.Read("diverse-digits");
        Assert.True(Assert.IsType<ImageSetsPlan>(diverse.Family).Gray);
        string stated = PlanJson.ToText(diverse with { Family = new ImageSetsPlan(["mnist", "svhn"]) { Gray = true, Balanced = true, ValidationFraction = 0.25 } });
        Assert.Equal(stated, PlanJson.ToText(PlanJson.Read(stated, "p")));
        Assert.Contains("\"balanced\": true", stated, StringComparison.Ordinal);
        PlanException error = Assert.Throws<PlanException>(() => PlanJson.Read(stated.Replace("\"gray\": true,", "", StringComparison.Ordinal), "p"));
        Assert.Contains("$.family.datasets[1]: expected a data set of 1 channels, as 'mnist' has, or 'gray': true, or 'color': true, found 'svhn' with 3", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<PlanException>(() => PlanJson.Read(stated.Replace("0.25", "1", StringComparison.Ordinal), "p"));
        Assert.Contains("$.family.validationFraction: expected a number of at least 0 and at most 0.9, found 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gray_images_get_three_equal_channels_and_all_sets_the_outputs_of_the_one_with_most_classes()
    {
        using TemporaryFolder folder = Sets();
        var family = new ImageSetsPlan(["mnist", "svhn"], TrainExamples: 12) { Color = true };
        Dataset<float> images = Tasks(folder, family)[0].Data.Train.Examples;
        Assert.Equal(new ImageShape(28, 28, 3), images.Image);
        Assert.True(images.Input(0)[..784].SequenceEqual(images.Input(0).Slice(784, 784)));
        Assert.True(images.Input(0)[..784].SequenceEqual(images.Input(0)[1568..]));
        Assert.Equal(20, (family with { Datasets = ["cifar-10", "cifar-100-coarse"] }).Classes());
        string both = PlanJson.ToText(PlanFile.Read("diverse-digits") with { Family = family with { Gray = true } });
        Assert.Contains("$.family.color: expected false with 'gray': true", Assert.Throws<PlanException>(() => PlanJson.Read(both, "p")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_read_is_told_with_counts_and_licenses()
    {
        using TemporaryFolder folder = Sets();
        Plan plan = PlanFile.Read("diverse-digits") with { Family = new ImageSetsPlan(["mnist", "svhn"], TrainExamples: 12) { Gray = true } };
        DatasetCatalogue datasets = Catalogue(folder);
        IReadOnlyList<SupervisedTask<float>> tasks = PlanTasks.Of<float>(plan, datasets, Seed);
        Assert.Equal(Images, tasks[1].Data.Test!.Examples.Count);
        IReadOnlyList<DataUse> used = PlanData.Used(plan, datasets, tasks);
        Assert.Equal(["mnist", "svhn"], used.Select(u => u.Dataset));
        Assert.Equal([(12, null), (12, Images)], used.Select(u => (u.TrainExamples, u.TestExamples)));
        Assert.Equal([null, "non-commercial use only"], used.Select(u => u.Restriction));
        Assert.StartsWith("unknown content", used[0].Files[0].Content, StringComparison.Ordinal);
        Assert.Equal([(12, Images), (12, Images)], DataUse.Merge([used, [used[0] with { TestExamples = Images }]]).Select(u => (u.TrainExamples!.Value, u.TestExamples!.Value)));
    }

    [Fact]
    public void What_is_learned_from_data_with_limits_says_so()
    {
        Plan plan = PlanFile.Read("diverse-digits");
        string limited = PlanData.LicenseOf(plan, ["mnist", "svhn"]);
        Assert.Equal("Non-commercial use only: learned from svhn", limited);
        Assert.True(PlanData.IsRestricted(limited));
        Assert.Contains("'f' has a license with limits", PlanData.Reminder("f", limited), StringComparison.Ordinal);

        // Held out, SVHN was not learned from.
        Assert.Equal("CC0-1.0", PlanData.LicenseOf(plan, ["mnist", "kmnist"]));
        Assert.Null(PlanData.Reminder("f", "CC0-1.0"));

        // Each restriction in its own words.
        string research = PlanData.LicenseOf(plan, ["mnist", "usps", "stl-10"]);
        Assert.Equal("Research use, no license stated: learned from usps, stl-10", research);
        Assert.True(PlanData.IsRestricted(research));
        Assert.Equal("Non-commercial use only: learned from svhn; research use, no license stated: learned from usps", PlanData.LicenseOf(plan, ["usps", "svhn"]));
        Plan own = plan with { Family = new FolderPlan("mine") };
        Assert.Equal("Not stated: learned from the user's own data", PlanData.LicenseOf(own, ["a"]));
        Assert.False(PlanData.IsRestricted(PlanData.LicenseOf(own, ["a"])));

        // All angles of one data set come from it.
        Plan rotated = PlanFile.Read("rotated-digits");
        Assert.Equal("CC0-1.0", PlanData.LicenseOf(rotated, ["rotation-0"]));
        Assert.True(PlanData.IsRestricted(PlanData.LicenseOf(rotated with { Family = new RotatedImagesPlan("svhn", [0, 15]) }, ["rotation-15"])));
        Assert.True(PlanData.IsRestricted(PlanData.LicenseOf(rotated, ["rotation-0", "svhn"])));
        Assert.Equal("CC0-1.0", PlanData.LicenseOf(PlanFile.Read("sensors"), ["sensor-0"]));
    }

    private static IReadOnlyList<SupervisedTask<float>> Tasks(TemporaryFolder folder, ImageSetsPlan family) =>
        PlanTasks.Of<float>(PlanFile.Read("diverse-digits") with { Family = family }, Catalogue(folder), Seed);

    private static DatasetCatalogue Catalogue(TemporaryFolder folder) => new(new DataLocations(new DataLocation(folder.Path, "--data")));

    /// <summary>MNIST, and SVHN in color, of 30 images each; labels 0 to 9 in turn.</summary>
    private static TemporaryFolder Sets()
    {
        var folder = new TemporaryFolder();
        byte[] labels = IdxBytes.Of([.. Enumerable.Range(0, Images).Select(i => (byte)(i % 10))], Images);
        foreach (string part in (string[])["mnist/train", "mnist/t10k", "svhn/train", "svhn/heldout"])
        {
            bool color = part.StartsWith("svhn", StringComparison.Ordinal);
            folder.Write($"{part}-images-idx{(color ? 4 : 3)}-ubyte", color
                ? IdxBytes.Of([.. Enumerable.Range(0, Images * 32 * 32 * 3).Select(i => (byte)(10 * ((i % 3) + 1)))], Images, 32, 32, 3)
                : IdxBytes.Of(IdxBytes.Pattern(Images * 28 * 28), Images, 28, 28));
            folder.Write($"{part}-labels-idx1-ubyte", labels);
        }

        return folder;
    }
}
