using System.Text.Json;
using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Tests.Running;

namespace MetaMirror.Cli.Tests.Commands;

/// <summary>The commands with the engines of this build.</summary>
public sealed class ShippedEngineTests
{
    private const string Rotations =
        "expected a task among rotation-0, rotation-15, rotation-30, rotation-45, rotation-60, rotation-75, found 'rotation-1' (did you mean 'rotation-0'?)\n";

    [Fact]
    public void Quadratics_are_compared_and_drawn()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["plan.json"], """
            {
              "name": "few-quadratics",
              "family": { "kind": "meta-quadratics", "regime": "stretched", "learnTasks": 3, "heldOutTasks": 4, "tuningTasks": 1 },
              "training": { "steps": 2000 },
              "target": { "quantity": "gradientNorm", "value": 0.001 },
              "seeds": 1,
              "learn": { "optimizer": "metamd-diagonal", "outerSteps": 3, "innerSteps": 20, "learningRate": 0.05 },
              "baselines": ["sgd", "adam"],
              "tuning": { "schedules": ["constant"], "maxExtensions": 2 }
            }
            """);
        ToolRun run = ToolRun.Of(["compare", folder["plan.json"], "--json", "--out", folder["out"]], EngineSet.Shipped);
        Assert.Equal(0, run.Code);
        JsonElement[] rows = [.. run.Document().GetProperty("comparison").EnumerateArray()];
        Assert.Equal(["metamd-diagonal", "sgd", "adam"], rows.Select(r => r.GetProperty("optimizer").GetString()));
        Assert.Equal("few-quadratics", run.Document().GetProperty("experiment").GetString());
        Assert.Contains("iterations", run.Error, StringComparison.Ordinal);
        Assert.Contains("<svg", File.ReadAllText(folder["out/report.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Optimism_is_reproduced_at_smoke_scale()
    {
        using var folder = new TemporaryFolder();
        ToolRun run = ToolRun.Of(["reproduce", "optimism", "--scale", "smoke", "--json", "--out", folder["out"]], EngineSet.Shipped);
        Assert.Equal(0, run.Code);
        JsonElement document = run.Document();
        Assert.InRange(document.GetProperty("slopeWithoutHint").GetDouble(), -1.05, -.95);
        Assert.InRange(document.GetProperty("slopeWithHint").GetDouble(), -2.05, -1.95);
        Assert.True(document.GetProperty("boundsHold").GetBoolean());
        Assert.Contains("convex quadratics", run.Error, StringComparison.Ordinal);
        string page = File.ReadAllText(folder["out/report.html"]);
        Assert.Contains("Optimistic Meta-Gradients", page, StringComparison.Ordinal);
        Assert.Contains("What could not be known", page, StringComparison.Ordinal);
        Assert.Equal(run.Out, File.ReadAllText(folder["out/optimism.json"]));
    }

    [Fact]
    public void Every_task_is_held_out_in_turn()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["plan.json"], """
            {
              "name": "few-digits",
              "family": { "kind": "rotated-images", "dataset": "optdigits", "angles": [0, 45], "trainExamples": 100, "testExamples": 20 },
              "model": { "kind": "mlp", "hidden": [4] },
              "training": { "steps": 20, "batchSize": 8 },
              "target": { "quantity": "trainingLoss", "value": 2 },
              "seeds": 2,
              "learn": { "optimizer": "metamirror-basis", "rank": 4, "learningRates": [0.01], "outerSteps": 1 },
              "controls": ["unlearned-basis"],
              "baselines": ["adam"],
              "tuning": { "learningRates": { "adam": [0.01, 0.02] }, "schedules": ["constant"], "maxExtensions": 1 }
            }
            """);
        ToolRun run = ToolRun.Of(["compare", folder["plan.json"], "--json", "--out", folder["out"]], EngineSet.Shipped);
        Assert.Equal(0, run.Code);
        JsonElement document = run.Document();
        Assert.Equal(
            ["rotation-0: metamirror-basis", "rotation-0: unlearned-basis", "rotation-0: adam",
                "rotation-45: metamirror-basis", "rotation-45: unlearned-basis", "rotation-45: adam"],
            document.GetProperty("comparison").EnumerateArray().Select(r => $"{r.GetProperty("heldOutTask")}: {r.GetProperty("optimizer")}"));
        Assert.Equal(1, document.GetProperty("metaTraining").GetProperty("tasks").GetInt32());
        string page = File.ReadAllText(folder["out/report.html"]);
        Assert.All((string[])["rotation-45", "Machine", "Optical Recognition"], part => Assert.Contains(part, page, StringComparison.Ordinal));
    }

    [Fact]
    public void Gradcheck_passes()
    {
        JsonElement document = ToolRun.Of("gradcheck sensors --json", EngineSet.Shipped).Document();
        Assert.True(document.GetProperty("passed").GetBoolean());
    }

    [Theory]
    [InlineData(
        "compare sensors --held-out sensor-99",
        "error: --held-out: expected a task among sensor-0, sensor-1, ... sensor-29, found 'sensor-99' (did you mean 'sensor-19'?)\n")]
    [InlineData(
        "demo --held-out rotation-1",
        "error: --held-out: " + Rotations)]
    [InlineData(
        "learn rotated-digits --out x.safetensors --held-out rotation-1",
        "error: --held-out: " + Rotations)]
    [InlineData(
        "train rotated-digits --optimizer adam --task rotation-1",
        "error: --task: " + Rotations)]
    [InlineData(
        "train quadratics --optimizer adam --task round-1",
        "error: PLAN: expected a plan with examples to train on, found the meta-quadratics of 'quadratics'\n")]
    [InlineData(
        "compare quadratics --held-out round-1",
        "error: --held-out: expected none for meta-quadratics, whose plan says how many tasks are held out, found 'round-1'\n")]
    public void A_task_that_is_not_there_is_wrong_usage(string line, string message)
    {
        using var folder = new TemporaryFolder();
        ToolRun run = ToolRun.Of(line, EngineSet.Shipped, folder.Path);
        Assert.Equal((2, ""), (run.Code, run.Out));
        Assert.EndsWith(message, run.Error, StringComparison.Ordinal);
        Assert.Empty(folder.Files);
    }

    [Fact]
    public void What_learn_wrote_trains_a_task()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["plan.json"], ResumeTests.Plan);
        string file = folder["sensors.safetensors"];
        Assert.Equal(0, ToolRun.Of(["learn", folder["plan.json"], "--out", file, "--held-out", "sensor-0"], EngineSet.Shipped).Code);
        Assert.Equal(["plan.json", "run.json", "sensors.safetensors"], folder.Files);
        ToolRun run = ToolRun.Of(
            ["train", folder["plan.json"], "--task", "sensor-0", "--optimizer", file, "--out", folder["trained"], "--json"], EngineSet.Shipped);
        Assert.Equal(0, run.Code);
        Assert.Equal("metamd-diagonal", run.Document().GetProperty("optimizer").GetString());
        Assert.Contains("trained/sensor-0.safetensors", folder.Files);

        byte[] whole = File.ReadAllBytes(file);
        File.WriteAllBytes(file, whole[..(whole.Length / 2)]);
        run = ToolRun.Of(["train", folder["plan.json"], "--task", "sensor-0", "--optimizer", file, "--out", folder["again"]], EngineSet.Shipped);
        Assert.Equal(1, run.Code);
        Assert.Contains($"error: --optimizer '{file}': ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(folder.Files, f => f.StartsWith("again", StringComparison.Ordinal));
    }

    [Fact]
    public void A_truncated_file_is_named()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(
            folder["plan.json"], Experiments.Plans.PlanFile.EmbeddedJson("rotated-fashion").Replace("fashion-mnist", "usps", StringComparison.Ordinal));
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
