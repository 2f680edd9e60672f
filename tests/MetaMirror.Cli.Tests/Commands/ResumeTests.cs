using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Tests.Running;
using MetaMirror.Experiments.Learning;

namespace MetaMirror.Cli.Tests.Commands;

/// <summary>A canceled <c>learn</c> keeps what it has, and goes on to the same bytes.</summary>
public sealed class ResumeTests
{
    internal const string Plan = """
        {
          "name": "few-sensors",
          "family": { "kind": "sensors", "tasks": 4 },
          "model": { "kind": "linear", "l2": 0.001 },
          "training": { "steps": 50 },
          "target": { "quantity": "trainingLoss", "value": 0.02 },
          "learn": { "optimizer": "metamd-diagonal", "outerSteps": 6, "learningRate": 0.1 }
        }
        """;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Interrupted_and_resumed_is_the_same_file_as_uninterrupted(int outerSteps)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["plan.json"], Plan);
        string[] line = ["learn", folder["plan.json"], "--out", folder["a.safetensors"]];
        Assert.Equal(0, ToolRun.Of(line, EngineSet.Shipped).Code);
        byte[] uninterrupted = File.ReadAllBytes(folder["a.safetensors"]);

        line = ["learn", folder["plan.json"], "--out", folder["b.safetensors"]];
        ToolRun canceled = ToolRun.Of(line, CanceledAfter(outerSteps));
        Assert.Equal(130, canceled.Code);
        Assert.Contains("--resume goes on", canceled.Error, StringComparison.Ordinal);
        Assert.Contains(folder.Files, f => f.StartsWith("b.safetensors.checkpoints", StringComparison.Ordinal));
        Assert.NotEqual(uninterrupted, File.ReadAllBytes(folder["b.safetensors"])); // the best so far

        ToolRun resumed = ToolRun.Of([.. line, "--resume"], EngineSet.Shipped);
        Assert.Equal(0, resumed.Code);
        Assert.DoesNotContain("warning", resumed.Error, StringComparison.Ordinal);
        Assert.Equal(uninterrupted, File.ReadAllBytes(folder["b.safetensors"]));
        Assert.Equal(["a.safetensors", "b.safetensors", "plan.json", "run.json"], folder.Files);
    }

    [Fact]
    public void A_checkpoint_of_another_plan_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["plan.json"], Plan);
        string[] line = ["learn", folder["plan.json"], "--out", folder["b.safetensors"]];
        Assert.Equal(130, ToolRun.Of(line, CanceledAfter(2)).Code);
        byte[] before = File.ReadAllBytes(folder["b.safetensors"]);
        ToolRun other = ToolRun.Of([.. line, "--resume", "--seed", "2"], EngineSet.Shipped);
        Assert.Equal(1, other.Code);
        Assert.Contains("error: ", other.Error, StringComparison.Ordinal);
        Assert.Contains("checkpoint: expected one", other.Error, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(folder["b.safetensors"]));
    }

    [Fact]
    public void Resuming_where_there_is_no_checkpoint_begins_anew_and_says_so()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["plan.json"], Plan);
        ToolRun run = ToolRun.Of(["learn", folder["plan.json"], "--out", folder["b.safetensors"], "--resume"], EngineSet.Shipped);
        Assert.Equal(0, run.Code);
        Assert.Contains("warning: There is no checkpoint", run.Error, StringComparison.Ordinal);
    }

    private static EngineSet CanceledAfter(int outerSteps) => new()
    {
        Learn = (request, context) =>
        {
            using var source = new CancellationTokenSource();
            return EngineSet.Shipped.Learn!(request, context with { Canceled = source.Token, Learning = new CancelingProgress(source, outerSteps) });
        },
    };

    private sealed class CancelingProgress(CancellationTokenSource source, int outerSteps) : IProgress<LearningProgress>
    {
        public void Report(LearningProgress value)
        {
            if (value.Done >= outerSteps)
                source.Cancel();
        }
    }
}
