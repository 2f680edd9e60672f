using MetaMirror.Datasets;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Tests.Readers;

public sealed class DatasetCatalogueTests
{
    /// <summary>Labels 0 to 9 of the 1,797 digits.</summary>
    private static readonly int[] DigitCounts = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180];

    [Fact]
    public void The_embedded_digits_are_all_there()
    {
        var task = new DatasetCatalogue(new DataLocations()).Load<double>("optdigits");
        var train = task.Train.Examples;
        var test = task.Test!.Examples;
        Assert.Equal((1347, 450, 64, 10), (train.Count, test.Count, train.Features, train.Classes));
        Assert.Equal(new ImageShape(8, 8, 1), train.Image);
        Assert.Equal(DigitCounts, Histogram(train).Zip(Histogram(test), (a, b) => a + b));
        Assert.Equal([0, 0, 5 / 16.0, 13 / 16.0], train.Input(0)[..4].ToArray());
        Assert.Equal([0, 1], train.Labels[..2].ToArray());
        Assert.All(train.Inputs.ToArray(), v => Assert.InRange(v, 0, 1));
        Assert.Equal(FileVerdict.Ok, Assert.Single(new DatasetCatalogue(new DataLocations()).Verify("optdigits")).Verdict);
        Assert.Equal(100, new DatasetCatalogue(new DataLocations()).Load<float>("optdigits", 100, 50).Train.Examples.Count);
    }

    [Fact]
    public void Rotating_the_digits_by_0_changes_nothing()
    {
        var train = new DatasetCatalogue(new DataLocations()).Load<float>("optdigits").Train.Examples;
        Assert.Equal(train.Inputs.ToArray(), ImageRotation.Rotate(train, 0).Inputs.ToArray());
    }

    [Fact]
    public void Files_are_found_in_order_packed_or_not()
    {
        using var first = new TemporaryFolder();
        using var second = new TemporaryFolder();
        WriteMnist(second, 5, 3, gzip: true);
        var catalogue = new DatasetCatalogue(new DataLocations(new DataLocation(first.Path, "--data"), new DataLocation(second.Path, "cache")));
        Assert.True(catalogue.TryFind("mnist", out var found));
        Assert.Equal("cache", found!.Origin);

        WriteMnist(first, 4, 2, gzip: false);
        Assert.True(catalogue.TryFind("mnist", out found));
        Assert.Equal("--data", found!.Origin);
        var task = catalogue.Load<float>("mnist", 3, 100);
        Assert.False(task.Test!.IsRead);
        Assert.Equal((3, 2), (task.Train.Examples.Count, task.Test.Examples.Count));
        Assert.Equal(10, task.Train.Examples.Classes);
        Assert.False(catalogue.TryFind("kmnist", out _));
    }

    [Fact]
    public void A_missing_set_says_which_files_to_put_where()
    {
        using var folder = new TemporaryFolder();
        folder.Write("mnist/train-images-idx3-ubyte.gz", [1]);
        var message = Assert.Throws<DatasetNotFoundException>(() => new DatasetCatalogue(new DataLocations(new DataLocation(folder.Path, "--data"))).Load<float>("mnist")).Message;
        Assert.Contains("train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz", message, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(folder.Path, "mnist") + " (--data; 1 of 4 files)", message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_name_is_answered_with_the_nearest()
    {
        Assert.Contains("(did you mean 'mnist'?)", Assert.Throws<ArgumentException>(() => DatasetCatalogue.Named("mnits")).Message, StringComparison.Ordinal);
        Assert.Contains("(did you mean 'fashion-mnist'?)", Assert.Throws<ArgumentException>(() => DatasetCatalogue.Named("FashionMNIST")).Message, StringComparison.Ordinal);
        var message = Assert.Throws<ArgumentException>(() => DatasetCatalogue.Named("imagenet-21k")).Message;
        Assert.Contains("among optdigits, mnist, fashion-mnist, kmnist, usps, qmnist, svhn, cifar-10, cifar-100, cifar-100-coarse, stl-10", message, StringComparison.Ordinal);
        Assert.DoesNotContain("did you mean", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Verification_tells_missing_and_different_files()
    {
        using var folder = new TemporaryFolder();
        WriteMnist(folder, 1, 1, gzip: true);
        File.Delete(Path.Combine(folder.Path, "mnist", "t10k-labels-idx1-ubyte.gz"));
        var checks = new DatasetCatalogue(new DataLocations(new DataLocation(folder.Path, "--data"))).Verify("mnist");
        Assert.Equal([FileVerdict.Different, FileVerdict.Different, FileVerdict.Different, FileVerdict.Missing], checks.Select(c => c.Verdict));
        Assert.Contains("expected SHA-256 440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609, found ", checks[0].Note, StringComparison.Ordinal);
        Assert.All(new DatasetCatalogue(new DataLocations()).Verify("usps"), c => Assert.Equal(FileVerdict.Missing, c.Verdict));
    }

    [Fact]
    public void Test_images_alone_cannot_be_learned_from()
    {
        using var folder = new TemporaryFolder();
        folder.Write("stl-10/test_X.bin", new byte[27648]);
        folder.Write("stl-10/test_y.bin", [3]);
        var catalogue = new DatasetCatalogue(new DataLocations(new DataLocation(folder.Path, "--data")));
        string message = Assert.Throws<DatasetNotFoundException>(() => catalogue.Load<float>("stl-10")).Message;
        Assert.Contains("expected training images, found only test_X.bin, test_y.bin in " + folder.Path, message, StringComparison.Ordinal);
        Assert.Contains("train_X.bin, train_y.bin", message, StringComparison.Ordinal);
        Assert.Equal([2], catalogue.LoadTest<float>("stl-10", 5).Labels.ToArray());
    }

    [Fact]
    public void Batches_are_joined_as_far_as_needed()
    {
        using var folder = new TemporaryFolder();
        for (int batch = 1; batch <= 5; batch++)
            folder.Write($"cifar-10/data_batch_{batch}.bin", [(byte)batch, .. new byte[3072], 0, .. new byte[3072]]);
        folder.Write("cifar-10/test_batch.bin", [9, .. new byte[3072]]);
        var catalogue = new DatasetCatalogue(new DataLocations(new DataLocation(folder.Path, "--data")));
        TaskData<float> task = catalogue.Load<float>("cifar-10");
        Assert.Equal([1, 0, 2, 0, 3, 0, 4, 0, 5, 0], task.Train.Examples.Labels.ToArray());
        Assert.Equal([1, 0, 2], catalogue.Load<float>("cifar-10", 3).Train.Examples.Labels.ToArray());
        Assert.Equal([9], task.Test!.Examples.Labels.ToArray());
        DataUse use = catalogue.Use("cifar-10");
        Assert.StartsWith("unknown content, SHA-256 ", use.Files[0].Content, StringComparison.Ordinal);
        Assert.Equal(6, use.Files.Count);
    }

    [Fact]
    public void Every_set_says_where_it_comes_from()
    {
        foreach (KnownDataset known in DatasetCatalogue.Known.Where(k => !k.IsEmbedded))
        {
            Assert.NotEmpty(known.License);
            Assert.NotEmpty(known.Downloads);
            Assert.All(known.Downloads, d => Assert.Matches("^[0-9a-f]{32}$", d.Md5));
            Assert.All(known.Downloads, d => Assert.NotEmpty(d.Addresses));
            Assert.All(known.Downloads, d => Assert.Equal(known.Name is "mnist" or "fashion-mnist" or "kmnist", d.Sha256 is not null));
            Assert.All(known.Downloads.Where(d => d.Sha256 is not null), d => Assert.Matches("^[0-9a-f]{64}$", d.Sha256));

            // What is downloaded makes one of its forms whole.
            string[] files = [.. known.Downloads.SelectMany(d => d.Members.Count > 0 ? d.Members : [d.File])];
            Assert.Contains(known.Editions, e => e.Files.Select(f => f.Name).Order().SequenceEqual(files.Order()));
            Assert.True(known.ClassNames.Count == 0 || known.ClassNames.Count == known.Classes);
            Assert.All(known.Editions.SelectMany(e => e.Files).SelectMany(f => f.Contents), c => Assert.DoesNotContain("unpacked", c.Mark, StringComparison.Ordinal));
        }

        Assert.Equal(["usps", "svhn", "stl-10"], DatasetCatalogue.Known.Where(k => k.Restriction is not null).Select(k => k.Name));
        Assert.All(DatasetCatalogue.Known.Where(k => k.License.Contains("research", StringComparison.Ordinal)), k => Assert.NotNull(k.Restriction));
    }

    [Fact]
    public void Images_of_another_size_are_refused()
    {
        using var folder = new TemporaryFolder();
        WriteMnist(folder, 2, 2, gzip: true, side: 16);
        Assert.Contains("expected images of 28x28x1 for mnist, found 16x16x1", Assert.Throws<DataFormatException>(() => new DatasetCatalogue(new DataLocations(new DataLocation(folder.Path, ""))).Load<float>("mnist")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_usual_places_come_in_order()
    {
        using var folder = new TemporaryFolder();
        Dictionary<string, string> variables = new() { ["METAMIRROR_DATA"] = "/data", ["XDG_CACHE_HOME"] = "/xdg", ["HOME"] = "/home/me" };
        string[] Folders(string? data) => [.. DataLocations.Usual(data, variables.GetValueOrDefault).Folders.Select(f => $"{f.Folder} ({f.Origin})")];

        Assert.Equal([$"{folder.Path} (--data)", "/data (METAMIRROR_DATA)", "/xdg/metamirror (cache)", "/usr/share/datasets (system)"], Folders(folder.Path));
        variables["XDG_CACHE_HOME"] = "relative";
        variables.Remove("METAMIRROR_DATA");
        Assert.Equal(["/home/me/.cache/metamirror (cache)", "/usr/share/datasets (system)"], Folders(null));
        Assert.Throws<DatasetNotFoundException>(() => Folders(Path.Combine(folder.Path, "none")));
    }

    internal static int[] Histogram<T>(Dataset<T> examples)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        var counts = new int[examples.Classes];
        foreach (var label in examples.Labels)
        {
            counts[label]++;
        }

        return counts;
    }

    private static void WriteMnist(TemporaryFolder folder, int train, int test, bool gzip, int side = 28)
    {
        foreach (var (part, count) in new[] { ("train", train), ("t10k", test) })
        {
            Write($"mnist/{part}-images-idx3-ubyte", IdxBytes.Of(IdxBytes.Pattern(count * side * side), count, side, side));
            Write($"mnist/{part}-labels-idx1-ubyte", IdxBytes.Of([.. IdxBytes.Pattern(count).Select(b => (byte)(b % 10))], count));
        }

        void Write(string name, byte[] bytes) => folder.Write(gzip ? name + ".gz" : name, gzip ? IdxBytes.Gzip(bytes) : bytes);
    }
}
