using MetaMirror.Datasets;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Tests.Readers;

/// <summary>The real data sets against their published label counts, where METAMIRROR_DATA names a folder with them; else the same assertions on the embedded digits only.</summary>
public sealed class RealDataTests
{
    private static readonly (string Name, int[] Train, int[] Test)[] Published =
    [
        ("mnist", [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949], [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]),
        ("fashion-mnist", [6000, 6000, 6000, 6000, 6000, 6000, 6000, 6000, 6000, 6000], [1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000]),
        ("kmnist", [690, 690, 695, 702, 757, 708, 688, 708, 672, 701], [1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000]),
        ("usps", [1194, 1005, 731, 658, 652, 556, 664, 645, 542, 644], [359, 264, 198, 166, 200, 160, 170, 147, 166, 177]),
        ("cifar-10", [1005, 974, 1032, 1016, 998, 935, 1028, 1000, 920, 981], [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
        ("svhn", [45, 173, 104, 96, 87, 76, 55, 52, 63, 48], [21, 54, 37, 38, 23, 36, 23, 18, 15, 19]),
        ("cifar-100-coarse", [.. Enumerable.Repeat(250, 20)], [.. Enumerable.Repeat(50, 20)]),
        ("cifar-100", [.. Enumerable.Repeat(50, 100)], [.. Enumerable.Repeat(10, 100)]),
        ("optdigits", [], []),
    ];

    [Fact]
    public void Label_counts_and_checksums_are_the_published_ones()
    {
        var data = Environment.GetEnvironmentVariable(DataLocations.Variable);
        var catalogue = new DatasetCatalogue(string.IsNullOrEmpty(data) ? new DataLocations() : new DataLocations(new DataLocation(data, DataLocations.Variable)));
        var checkedSets = 0;
        foreach (var (name, train, test) in Published)
        {
            if (!catalogue.TryFind(name, out _))
            {
                continue;
            }

            checkedSets++;
            Assert.All(catalogue.Verify(name), c => Assert.True(c.Verdict == FileVerdict.Ok, $"{c.Path}: {c.Note}"));
            var task = catalogue.Load<float>(name, int.MaxValue, int.MaxValue);
            if (train.Length > 0)
            {
                // Sets that are here as subsets may be whole elsewhere: then each class is as frequent as any other, or its count is not stated here.
                var counts = DatasetCatalogueTests.Histogram(task.Train.Examples);
                bool whole = catalogue.Use(name).Files.All(f => f.Content.StartsWith(KnownContent.Whole, StringComparison.Ordinal));
                bool usual = name is "mnist" or "fashion-mnist" or "usps";
                Assert.True(counts.SequenceEqual(train) || (whole && !usual), $"{name}: {string.Join(" ", counts)}");
                Assert.True(DatasetCatalogueTests.Histogram(task.Test!.Examples).SequenceEqual(test) || (whole && !usual), $"{name}, test");
            }

            Assert.InRange(task.Train.Examples.Inputs.ToArray().Max(), 0.99f, 1f);
        }

        Assert.True(checkedSets >= 1, "expected at least the embedded digits");
    }

    [Fact]
    public void Other_forms_of_the_same_images_agree()
    {
        string? data = Environment.GetEnvironmentVariable(DataLocations.Variable);
        int compared = 0;
        Compare("svhn/train_32x32.mat", "svhn/train", "idx4", (s, f) => SvhnReader.Read(s, f), 799);
        Compare("svhn/heldout_32x32.mat", "svhn/heldout", "idx4", (s, f) => SvhnReader.Read(s, f), 284);
        Compare("usps/zip.train.gz", "usps/usps-train", "idx3", (s, f) => UspsReader.Read(s, f), 7291);
        Compare("usps/zip.test.gz", "usps/usps-test", "idx3", (s, f) => UspsReader.Read(s, f), 2007);
        Assert.True(compared == 4 || string.IsNullOrEmpty(data) || !Directory.Exists(Path.Combine(data, "usps")), "expected both forms of usps and svhn in the data folder");

        void Compare(string file, string stem, string kind, Func<Stream, string, ImageBytes> read, int count)
        {
            string path = Path.Combine(data ?? "", file), images = Path.Combine(data ?? "", $"{stem}-images-{kind}-ubyte.gz");
            if (string.IsNullOrEmpty(data) || !File.Exists(path) || !File.Exists(images))
                return;
            using FileStream stream = File.OpenRead(path);
            Dataset<float> other = read(stream, file).ToDataset<float>("s", 10);
            Dataset<float> idx = ImageFiles.Read<float>("s", images, Path.Combine(data, $"{stem}-labels-idx1-ubyte.gz"), classes: 10);
            Assert.Equal(count, other.Count);
            Assert.True(idx.Labels.SequenceEqual(other.Labels));
            Assert.True(idx.Inputs.SequenceEqual(other.Inputs));
            compared++;
        }
    }

    [Fact]
    public void Test_images_alone_are_read_as_such()
    {
        string? data = Environment.GetEnvironmentVariable(DataLocations.Variable);
        using var none = new TemporaryFolder();
        var catalogue = new DatasetCatalogue(new DataLocations(new DataLocation(string.IsNullOrEmpty(data) ? none.Path : data, "")));
        if (!catalogue.TryFind("stl-10", out FoundDataset? found))
        {
            Assert.Null(found);
            return;
        }

        Assert.All(catalogue.Verify("stl-10"), c => Assert.Equal(FileVerdict.Ok, c.Verdict));
        int[] counts = DatasetCatalogueTests.Histogram(catalogue.LoadTest<float>("stl-10", 95));
        Assert.True(found!.HasTraining || counts.SequenceEqual([14, 16, 8, 9, 9, 11, 8, 9, 3, 8]), string.Join(" ", counts));
    }
}
