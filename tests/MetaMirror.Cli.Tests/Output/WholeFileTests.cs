using MetaMirror.Cli.Output;
using MetaMirror.Cli.Tests.Running;

namespace MetaMirror.Cli.Tests.Output;

public sealed class WholeFileTests
{
    [Fact]
    public void A_file_is_replaced_whole()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.txt"], "before");
        WholeFile.Write(folder["a.txt"], w => w.WriteLine("after"));
        Assert.Equal("after\n", File.ReadAllText(folder["a.txt"]));
        Assert.Equal(["a.txt"], folder.Files);
    }

    [Fact]
    public void What_fails_leaves_the_file_as_it_was()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.txt"], "before");
        Assert.Throws<InvalidDataException>(() => WholeFile.Write(folder["a.txt"], w =>
        {
            w.WriteLine("half");
            throw new InvalidDataException();
        }));
        Assert.Equal("before", File.ReadAllText(folder["a.txt"]));
        Assert.Equal(["a.txt"], folder.Files);
    }
}
