using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Tests.Running;
using MetaMirror.Storage;

namespace MetaMirror.Cli.Tests.Commands;

/// <summary>Bad input of learning, with the engines of this build: one clear message, exit code 1, and no file.</summary>
public sealed class BadInputTests
{
    private const string Basis = """{ "optimizer": "metamirror-basis", "rank": 4, "learningRates": [0.01], "outerSteps": 1 }""";
    private const string Roots = """{ "optimizer": "metamirror-kronecker", "start": "fourth-roots", "learningRates": [0.01], "outerSteps": 0 }""";

    [Fact]
    public void A_family_of_one_task_has_nothing_to_learn_on()
    {
        using TemporaryFolder folder = FewDigits.Plan(Basis, angles: "0");
        Refused(folder, "The family of the plan 'few-digits' has one task, 'rotation-0': holding it out leaves none to learn on.", "compare", folder["plan.json"], "--out", folder["out"]);
        Refused(folder, "Holding out rotation-0 leaves no task to learn on.", "learn", folder["plan.json"], "--out", folder["x.safetensors"], "--held-out", "rotation-0");
    }

    [Fact]
    public void Learning_on_one_task_is_warned_of()
    {
        using TemporaryFolder one = FewDigits.Plan(Basis, angles: "0"), two = FewDigits.Plan(Basis);
        Warned(true, one, "a.safetensors");
        Warned(false, two, "a.safetensors");
        Warned(true, two, "b.safetensors", "--held-out", "rotation-45");

        static void Warned(bool expected, TemporaryFolder folder, string file, params string[] more)
        {
            ToolRun run = ToolRun.Of(["learn", folder["plan.json"], "--out", folder[file], .. more], EngineSet.Shipped);
            Assert.Equal(0, run.Code);
            Assert.Equal(expected, run.Error.Contains("There is one task to learn on, 'rotation-0': nothing shared can be learned from one task", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void An_optimizer_of_another_layout_is_refused()
    {
        using TemporaryFolder folder = FewDigits.Plan(Basis);
        Assert.Equal(0, ToolRun.Of(["learn", folder["plan.json"], "--out", folder["x.safetensors"]], EngineSet.Shipped).Code);
        File.WriteAllText(folder["plan.json"], File.ReadAllText(folder["plan.json"]).Replace("[4]", "[5]", StringComparison.Ordinal));
        const string found = "learned for 0.weight [4x64] + 0.bias [4] + 2.weight [10x4] + 2.bias [10], but the task";
        Refused(folder, found, "train", folder["plan.json"], "--task", "rotation-0", "--optimizer", folder["x.safetensors"], "--out", folder["out"]);
        Refused(folder, found, "certify", folder["x.safetensors"], "--plan", folder["plan.json"], "--out", folder["out"]);
    }

    [Fact]
    public void Statistics_of_another_layout_are_refused()
    {
        using TemporaryFolder folder = FewDigits.Plan(Basis);
        Assert.Equal(0, ToolRun.Of(["learn", folder["plan.json"], "--out", folder["x.safetensors"], "--statistics", folder["s.safetensors"]], EngineSet.Shipped).Code);
        File.WriteAllText(folder["plan.json"], File.ReadAllText(folder["plan.json"]).Replace("[4]", "[5]", StringComparison.Ordinal));
        Refused(folder, "are of 0.weight [4x64] + 0.bias [4] + 2.weight [10x4] + 2.bias [10], expected 0.weight [5x64]", "learn", folder["plan.json"], "--out", folder["y.safetensors"], "--from-statistics", folder["s.safetensors"]);
    }

    [Fact]
    public void A_factor_that_is_indefinite_is_named()
    {
        using TemporaryFolder folder = FewDigits.Plan(Roots);
        Assert.Equal(0, ToolRun.Of(["learn", folder["plan.json"], "--out", folder["x.safetensors"], "--statistics", folder["s.safetensors"]], EngineSet.Shipped).Code);
        using var changed = new MemoryStream();
        using (FileStream stream = File.OpenRead(folder["s.safetensors"]))
        {
            SafetensorsFile file = SafetensorsReader.Read(stream);
            double[] factor = file.Tensor("0.weight.left").ToDoubles();
            factor[1] = factor[4] = 2 * Math.Sqrt(factor[0] * factor[5]);
            SafetensorsWriter.Write(changed, [.. file.Tensors.Where(t => t.Name != "0.weight.left"), TensorEntry.From<double>("0.weight.left", factor, 4, 4)], file.Metadata);
        }

        File.WriteAllBytes(folder["s.safetensors"], changed.ToArray());
        Refused(folder, "tensor '0.weight.left': expected a sum of G G^T", "learn", folder["plan.json"], "--out", folder["y.safetensors"], "--from-statistics", folder["s.safetensors"]);
    }

    [Fact]
    public void A_solver_that_does_not_converge_is_said_to()
    {
        using TemporaryFolder folder = FewDigits.Plan("""{ "optimizer": "metamd-diagonal", "outerSteps": 2, "learningRate": 0.05, "metaObjective": "final-loss", "hypergradient": "implicit" }""");
        File.WriteAllText(folder["plan.json"], File.ReadAllText(folder["plan.json"]).Replace(", \"batchSize\": 8", "", StringComparison.Ordinal).Replace("\"steps\": 10", "\"steps\": 40", StringComparison.Ordinal));
        Refused(folder, "the linear system of an implicit hypergradient was not solved: ", "learn", folder["plan.json"], "--out", folder["y.safetensors"]);
    }

    private static void Refused(TemporaryFolder folder, string message, params string[] arguments)
    {
        string[] before = [.. folder.Files];
        ToolRun run = ToolRun.Of(arguments, EngineSet.Shipped);
        Assert.Equal(1, run.Code);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("unexpected failure", run.Error, StringComparison.Ordinal);
        Assert.Equal(before, folder.Files);
    }
}
