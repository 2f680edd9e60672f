using System.Text.Json;
using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Tests.Running;

namespace MetaMirror.Cli.Tests.Commands;

/// <summary>The commands with the engines of this build.</summary>
public sealed class ShippedEngineTests
{
    [Fact]
    public void Reproduce_quadratics_at_smoke_scale()
    {
        using var folder = new TemporaryFolder();
        ToolRun run = ToolRun.Of("reproduce quadratics --scale smoke --json", EngineSet.Shipped, folder.Path);
        Assert.Equal(0, run.Code);
        JsonElement[] rows = [.. run.Document().GetProperty("comparison").EnumerateArray()];
        Assert.Equal(["round", "stretched", "steep"], rows.Select(r => r.GetProperty("heldOutTask").GetString()).Distinct());
        Assert.Contains(rows, r => r.GetProperty("learned").GetBoolean());
        Assert.Contains("metamirror-out/reproduce-quadratics/report.html", folder.Files);
    }

    [Fact]
    public void Gradcheck_passes()
    {
        JsonElement document = ToolRun.Of("gradcheck sensors --json", EngineSet.Shipped).Document();
        Assert.True(document.GetProperty("passed").GetBoolean());
    }

    [Theory]
    [InlineData("compare sensors --held-out sensor-99", "error: --held-out: expected a task among sensor-0, sensor-1, ... sensor-29, found 'sensor-99' (did you mean 'sensor-19'?)\n")]
    [InlineData("demo --held-out rotation-1", "error: --held-out: expected a task among rotation-0, rotation-15, rotation-30, rotation-45, rotation-60, rotation-75, found 'rotation-1' (did you mean 'rotation-0'?)\n")]
    [InlineData("compare quadratics --held-out round-1", "error: --held-out: expected none for meta-quadratics, whose plan says how many tasks are held out, found 'round-1'\n")]
    public void A_task_that_is_not_there_is_wrong_usage(string line, string message)
    {
        using var folder = new TemporaryFolder();
        ToolRun run = ToolRun.Of(line, EngineSet.Shipped, folder.Path);
        Assert.Equal((2, "", message), (run.Code, run.Out, run.Error));
        Assert.Empty(folder.Files);
    }

    [Fact]
    public void A_truncated_file_is_named()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["plan.json"], Experiments.Plans.PlanFile.EmbeddedJson("rotated-fashion").Replace("fashion-mnist", "usps", StringComparison.Ordinal));
        Directory.CreateDirectory(folder["data/usps"]);
        File.WriteAllBytes(folder["data/usps/usps-train-images-idx3-ubyte"], [0, 0, 8, 3, 255]);
        File.WriteAllBytes(folder["data/usps/usps-train-labels-idx1-ubyte"], [0, 0, 8, 1, 255]);
        File.WriteAllBytes(folder["data/usps/usps-test-images-idx3-ubyte"], [0, 0, 8, 3, 255]);
        File.WriteAllBytes(folder["data/usps/usps-test-labels-idx1-ubyte"], [0, 0, 8, 1, 255]);
        ToolRun run = ToolRun.Of(["compare", folder["plan.json"], "--data", folder["data"], "--out", folder["out"]], EngineSet.Shipped);
        Assert.Equal((1, ""), (run.Code, run.Out));
        Assert.StartsWith("error: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("usps-train-", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(folder.Files, f => f.StartsWith("out", StringComparison.Ordinal));
    }
}
