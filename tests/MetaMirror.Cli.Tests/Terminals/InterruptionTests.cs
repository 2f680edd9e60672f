using MetaMirror.Cli.Terminals;

namespace MetaMirror.Cli.Tests.Terminals;

public sealed class InterruptionTests
{
    [Fact]
    public void The_first_signal_cancels_and_the_second_ends_the_process()
    {
        using var error = new StringWriter();
        var exits = new List<int>();
        using var interruption = new Interruption(error, exits.Add);
        Assert.False(interruption.Token.IsCancellationRequested);
        interruption.Interrupt();
        Assert.True(interruption.Token.IsCancellationRequested);
        Assert.Empty(exits);
        Assert.Contains("Press Ctrl-C again", error.ToString(), StringComparison.Ordinal);
        interruption.Interrupt();
        Assert.Equal([130], exits);
    }
}
