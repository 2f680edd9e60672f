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
                // KMNIST's training files may be whole, or the first 7,011 images.
                var counts = DatasetCatalogueTests.Histogram(task.Train.Examples);
                Assert.True(counts.SequenceEqual(train) || (name == "kmnist" && counts.All(c => c == 6000)), $"{name}: {string.Join(" ", counts)}");
                Assert.Equal(test, DatasetCatalogueTests.Histogram(task.Test!.Examples));
            }

            Assert.InRange(task.Train.Examples.Inputs.ToArray().Max(), 0.99f, 1f);
        }

        Assert.True(checkedSets >= 1, "expected at least the embedded digits");
    }
}
