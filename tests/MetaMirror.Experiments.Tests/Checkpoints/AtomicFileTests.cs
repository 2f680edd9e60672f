using MetaMirror.Experiments.Checkpoints;
using MetaMirror.Experiments.Tests.Readers;

namespace MetaMirror.Experiments.Tests.Checkpoints;

public sealed class AtomicFileTests
{
    [Fact]
    public void Content_takes_the_name_at_the_end()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "a.bin");
        AtomicFile.Write(path, stream =>
        {
            stream.Write([1, 2, 3]);
            Assert.False(File.Exists(path));
        });
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        AtomicFile.Write(path, stream => stream.Write([4]));
        Assert.Equal([4], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_writer_that_fails_leaves_the_old_content_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("a.bin", [7]);
        Assert.Throws<InvalidDataException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write(new byte[100_000]);
            throw new InvalidDataException();
        }));
        Assert.Equal([7], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void What_a_killed_writer_left_does_not_matter()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "a.bin");
        folder.Write("a.bin" + AtomicFile.TemporarySuffix, new byte[1000]);
        AtomicFile.Write(path, stream => stream.Write([5]));
        Assert.Equal([5], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Places_that_can_not_be_written_are_named()
    {
        using var folder = new TemporaryFolder();
        string missing = Path.Combine(folder.Path, "none", "a.bin");
        Assert.Contains("none", Assert.Throws<DirectoryNotFoundException>(() => AtomicFile.Write(missing, _ => { })).Message, StringComparison.Ordinal);
        Assert.Contains(folder.Path, Assert.Throws<IOException>(() => AtomicFile.Write(folder.Path, _ => { })).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }
}
