using MetaMirror.Experiments.Checkpoints;
using MetaMirror.Experiments.Tests.Readers;
using MetaMirror.Storage;

namespace MetaMirror.Experiments.Tests.Checkpoints;

public sealed class CheckpointFolderTests
{
    [Fact]
    public void The_newest_is_loaded_and_the_one_before_it_is_kept()
    {
        using var temporary = new TemporaryFolder();
        var folder = new CheckpointFolder(Path.Combine(temporary.Path, "made", "when needed"), "run");
        Assert.Null(folder.Load(Read));
        Assert.False(Directory.Exists(folder.Folder));
        for (int i = 1; i <= 12; i++)
        {
            Save(folder, i);
            Assert.Equal(new LoadedCheckpoint<byte>((byte)i, $"run-{i:D6}.mmck", null), folder.Load(Read));
        }

        Assert.Equal(["run-000011.mmck", "run-000012.mmck"], Names(folder));
        Assert.Equal((byte)12, new CheckpointFolder(folder.Folder, "run").Load(Read)!.Content);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(-1)]
    public void A_damaged_one_is_refused_by_name_and_the_one_before_it_is_used(int length)
    {
        using var temporary = new TemporaryFolder();
        var folder = new CheckpointFolder(temporary.Path, "run");
        Save(folder, 1);
        Save(folder, 2);
        string newest = Path.Combine(temporary.Path, "run-000002.mmck");
        byte[] bytes = File.ReadAllBytes(newest);
        if (length < 0)
            bytes[^40] ^= 1;
        File.WriteAllBytes(newest, length < 0 ? bytes : bytes[..length]);

        LoadedCheckpoint<byte>? loaded = folder.Load(Read);
        Assert.Equal((byte)1, loaded!.Content);
        Assert.Equal("run-000001.mmck", loaded.File);
        Assert.StartsWith("'run-000002.mmck' is refused: ", loaded.Warning, StringComparison.Ordinal);
        Assert.EndsWith("Going on from the one before, 'run-000001.mmck'.", loaded.Warning, StringComparison.Ordinal);

        // The next save keeps the valid one, not the damaged one.
        Save(folder, 3);
        Assert.Equal(["run-000001.mmck", "run-000003.mmck"], Names(folder));
    }

    [Fact]
    public void Where_all_are_damaged_each_is_named()
    {
        using var temporary = new TemporaryFolder();
        temporary.Write("run-000001.mmck", "x");
        temporary.Write("run-000002.mmck", new byte[100]);
        string message = Assert.Throws<StorageException>(() => new CheckpointFolder(temporary.Path, "run").Load(Read)).Message;
        Assert.Contains("expected a checkpoint that can be read, found none", message, StringComparison.Ordinal);
        Assert.Contains("run-000001.mmck", message, StringComparison.Ordinal);
        Assert.Contains("run-000002.mmck", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_files_are_left_alone()
    {
        using var temporary = new TemporaryFolder();
        string[] others = ["run.json", "run-x.mmck", "other-000009.mmck", "run-000009.mmck.tmp"];
        foreach (string other in others)
            temporary.Write(other, "x");
        var folder = new CheckpointFolder(temporary.Path, "run");
        Assert.Null(folder.Load(Read));
        Save(folder, 1);
        Assert.Equal("run-000001.mmck", folder.Load(Read)!.File);
        folder.Clear();
        Assert.Equal(others.Order(StringComparer.Ordinal), Names(folder));
        Assert.Throws<ArgumentException>(() => new CheckpointFolder(temporary.Path, "a/b"));
    }

    private static void Save(CheckpointFolder folder, int value) => folder.Save(
        stream => CheckpointWriter.Write(stream, new CheckpointContainer("test", 1, [new("value", new[] { (byte)value })])));

    private static byte Read(Stream stream) => CheckpointReader.Read(stream, "test", 1).Section("value").Span[0];

    private static IEnumerable<string> Names(CheckpointFolder folder) => Directory.GetFiles(folder.Folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal);
}
