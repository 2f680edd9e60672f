using System.Text.Json;
using MetaMirror.Cli.Machines;
using MetaMirror.Cli.Tests.Running;

namespace MetaMirror.Cli.Tests.Commands;

public sealed class DoctorTests
{
    [Fact]
    public void This_machine_is_fit()
    {
        ToolRun run = ToolRun.Of("doctor");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Contains("This machine is fit for MetaMirror.", run.Out, StringComparison.Ordinal);
        Assert.Contains("Philox4x32-10 gives its published words", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void An_output_folder_that_cannot_be_written_to_is_a_warning()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "");
        JsonElement checks = ToolRun.Of("doctor --json", folder: folder["file"]).Document().GetProperty("checks");
        Assert.Contains(checks.EnumerateArray(), c => c.GetProperty("name").GetString() == "output folder" && c.GetProperty("status").GetString() == "warning");
        Assert.Equal(["file"], folder.Files);
    }

    [Fact]
    public void The_machine_is_described()
    {
        var machine = Machine.Describe(3);
        Assert.Equal((3, Environment.ProcessorCount), (machine.Threads, machine.Cores));
        Assert.NotEqual("", machine.Processor);
        Assert.True(machine.MemoryGibibytes > 0);
    }
}
