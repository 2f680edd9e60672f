using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using MetaMirror.Cli.Tests.Running;

namespace MetaMirror.Cli.Tests.Terminals;

/// <summary>The tool as a process of its own: exit codes and signals.</summary>
public sealed class ProcessTests
{
    private const int Interrupt = 2, Terminate = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    [Fact]
    public async Task Wrong_usage_ends_with_2_and_says_so()
    {
        using Process tool = Start("lern");
        string error = await tool.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, await End(tool));
        Assert.Contains("found 'lern'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_comes_out_whole()
    {
        using Process tool = Start("plan", "rotated-digits", "--json");
        string text = await tool.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, await End(tool));
        using var document = JsonDocument.Parse(text);
        Assert.Equal("rotated-digits", document.RootElement.GetProperty("name").GetString());
    }

    [Theory]
    [InlineData(Interrupt)]
    [InlineData(Terminate)]
    public async Task A_signal_ends_long_work_soon_with_130(int signal)
    {
        using var folder = new TemporaryFolder();
        using Process tool = Start("demo", "--threads", "1", "--out", folder["out"]);
        string? first = await tool.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("learning", first, StringComparison.Ordinal);
        Assert.Equal(0, Signal(tool.Id, signal));
        string rest = await tool.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(130, await End(tool));
        Assert.Contains("Stopping", rest, StringComparison.Ordinal);
        Assert.EndsWith("Canceled.\n", rest, StringComparison.Ordinal);
        Assert.Empty(folder.Files);
    }

    private static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } self && Path.GetFileNameWithoutExtension(self) == "dotnet" ? self : "dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "MetaMirror.Cli.dll"));
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    private static async Task<int> End(Process process)
    {
        using var patience = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(patience.Token);
        return process.ExitCode;
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Signal(int process, int signal);
}
