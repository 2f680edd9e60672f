using System.Text.Json;
using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Tests.Running;
using MetaMirror.Experiments.Plots;

namespace MetaMirror.Cli.Tests.Commands;

public sealed class CertifyTests
{
    private const string Pairs = """
        {
          "name": "few-pairs",
          "family": { "kind": "digit-pairs", "dataset": "optdigits", "trainExamples": 200, "testExamples": 20 },
          "model": { "kind": "logistic", "l2": 0.001 },
          "training": { "steps": 60 },
          "target": { "quantity": "trainingLoss", "value": 0.3 },
          "seeds": 1,
          "learn": { "optimizer": "metamd-diagonal", "outerSteps": 2 }
        }
        """;

    /// <summary>Learned in two outer steps on three sensors.</summary>
    private const string Matrix = """
        {
          "name": "few-sensors",
          "family": { "kind": "sensors", "tasks": 4 },
          "model": { "kind": "linear", "l2": 0.01 },
          "training": { "steps": 40 },
          "target": { "quantity": "trainingLoss", "value": 0.5 },
          "seeds": 1,
          "learn": { "optimizer": "OPTIMIZER", "outerSteps": 2, SETTINGS }
        }
        """;

    private const string Digits = """
        {
          "name": "few-digits",
          "family": { "kind": "rotated-images", "dataset": "optdigits", "angles": [0, 45, 60], "trainExamples": 100, "testExamples": 20 },
          "model": { "kind": "mlp", "hidden": [4] },
          "training": { "steps": 20, "batchSize": 8 },
          "target": { "quantity": "trainingLoss", "value": 5 },
          "seeds": 1,
          "learn": { "optimizer": "metamd-diagonal", "outerSteps": 1 }
        }
        """;

    [Theory]
    [InlineData("", "certify", 0)]
    [InlineData(" --tasks 1", "certify-exceeded", 1)]
    public void Certificates_are_a_table_and_sentences(string options, string name, int code)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["pairs.safetensors"], "");
        ToolRun run = ToolRun.Of($"certify {folder["pairs.safetensors"]}{options}", folder: folder.Path);
        Assert.Equal(code, run.Code);
        ApprovedText.Check(name, run.Transcript($"certify pairs.safetensors{options}").Replace(folder.Path + "/", "", StringComparison.Ordinal));
    }

    [Fact]
    public void The_document_has_every_level_with_its_premises()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["pairs.safetensors"], "");
        JsonElement[] levels = [.. ToolRun.Of(["certify", folder["pairs.safetensors"], "--json"], folder: folder.Path).Document().GetProperty("levels").EnumerateArray()];
        Assert.Equal(["L1", "L1", "L2", "L3", "L4"], levels.Select(l => l.GetProperty("level").GetString()));
        Assert.Equal(("digits-0-1", 4.5, 1.5), (levels[0].GetProperty("task").GetString(), levels[0].GetProperty("bound").GetDouble(), levels[0].GetProperty("measured").GetDouble()));
        JsonElement failed = levels[2].GetProperty("premises")[0];
        Assert.Equal(
            ("no step is longer than 1 / beta", "failed", -0.5),
            (failed.GetProperty("premise").GetString(), failed.GetProperty("status").GetString(), failed.GetProperty("margin").GetDouble()));
        Assert.Equal("margin: 1 / beta less the longest step", failed.GetProperty("how").GetString());
        JsonElement family = levels[3].GetProperty("family");
        Assert.Equal((3, levels[3].GetProperty("bound").GetDouble()), (family.GetProperty("tasks").GetInt32(), family.GetProperty("corrected").GetDouble()));
        Assert.True(family.GetProperty("printed").GetDouble() < family.GetProperty("corrected").GetDouble());
        Assert.Equal(JsonValueKind.Null, levels[4].GetProperty("family").ValueKind);
        Assert.Equal(JsonValueKind.Null, levels[2].GetProperty("bound").ValueKind);
        Assert.StartsWith("refused: ", levels[2].GetProperty("verdict").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" --tasks 1")]
    public void A_folder_gets_the_document_and_a_page(string options)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["pairs.safetensors"], "");
        ToolRun.Of($"certify {folder["pairs.safetensors"]}{options} --out {folder["proofs"]}", folder: folder.Path);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder["proofs"], "certify-digit-pairs.json")));
        string page = File.ReadAllText(Path.Combine(folder["proofs"], "report.html"));
        JsonElement family = document.RootElement.GetProperty("levels")[3].GetProperty("family");
        foreach (string number in new[] { "corrected", "printed" })
            Assert.Contains($">{NumberText.Significant(family.GetProperty(number).GetDouble(), 4)}<", page, StringComparison.Ordinal);
        Assert.Equal(options.Length > 0, page.Contains("Theorem 4.1 of MetaMD v1, printed and corrected (refused)", StringComparison.Ordinal));
        Assert.DoesNotContain("The the", page, StringComparison.Ordinal);
        foreach (JsonElement premise in document.RootElement.GetProperty("levels").EnumerateArray().SelectMany(l => l.GetProperty("premises").EnumerateArray()))
            Assert.Contains($">{premise.GetProperty("premise").GetString()}<", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_convex_family_gets_every_level()
    {
        using var folder = new TemporaryFolder();
        JsonElement[] levels = Certify(folder, Pairs, "digits-0-1");
        Assert.All(levels, l => Assert.DoesNotContain("exceeded", l.GetProperty("verdict").GetString(), StringComparison.Ordinal));
        JsonElement regret = Assert.Single(levels, l => l.GetProperty("level").GetString() == "L1");
        Assert.Equal("digits-0-1", regret.GetProperty("task").GetString());
        Assert.InRange(regret.GetProperty("ratio").GetDouble(), 1, 10);
        Assert.All((string[])["L0", "L2", "L3", "L4"], level => Assert.Contains(levels, l => l.GetProperty("level").GetString() == level && l.GetProperty("bound").ValueKind == JsonValueKind.Number));
    }

    [Fact]
    public void A_network_gets_L0_and_L4_and_nothing_that_needs_convexity()
    {
        using var folder = new TemporaryFolder();
        JsonElement[] levels = Certify(folder, Digits, "rotation-0");
        Assert.All(levels, l => Assert.Equal(
            l.GetProperty("level").GetString() is not ("L0" or "L4"), l.GetProperty("refused").GetBoolean()));
        Assert.Contains(levels, l => l.GetProperty("level").GetString() == "L4");
    }

    [Theory]
    [InlineData("metamirror-kronecker", "\"momentum\": 0.5, \"trustRegion\": 0.5, \"schedule\": \"linear\"", new[] { "everything-measured", "everything-in-advance", "universal" })]
    [InlineData("metamirror-kronecker", "\"trustRegion\": 0.5", new[] { "linearized-regret", "regret", "average-iterate", "trust-region-in-advance", "last-iterate" })]
    [InlineData("metamirror-full", "\"momentum\": 0", new[] { "linearized-regret", "regret", "average-iterate", "last-iterate" })]
    [InlineData("metamirror-full", "\"momentum\": 0.5", new[] { "momentum-regret", "everything-measured", "universal" })]
    public void A_learned_matrix_is_trained_with_and_certified(string optimizer, string settings, string[] holds)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["plan.json"], Matrix.Replace("OPTIMIZER", optimizer, StringComparison.Ordinal).Replace("SETTINGS", settings, StringComparison.Ordinal));
        Assert.Equal(0, ToolRun.Of(["learn", folder["plan.json"], "--out", folder["x.safetensors"], "--held-out", "sensor-0"], EngineSet.Shipped).Code);
        JsonElement trained = ToolRun.Of(
            ["train", folder["plan.json"], "--task", "sensor-0", "--optimizer", folder["x.safetensors"], "--json", "--out", folder["out"]], EngineSet.Shipped).Document();
        Assert.False(trained.GetProperty("diverged").GetBoolean());
        Assert.InRange(trained.GetProperty("finalTrainingLoss").GetDouble(), 0, 1);
        ToolRun run = ToolRun.Of(["certify", folder["x.safetensors"], "--json", "--tasks", "2", "--out", folder["out"]], EngineSet.Shipped);
        Assert.Equal(0, run.Code);
        JsonElement[] levels = [.. run.Document().GetProperty("levels").EnumerateArray()];
        Assert.All(levels, l => Assert.DoesNotContain("exceeded", l.GetProperty("verdict").GetString(), StringComparison.Ordinal));
        foreach (string name in holds)
        {
            JsonElement found = Assert.Single(levels, l => string.Equals(l.GetProperty("certificate").GetString(), name, StringComparison.Ordinal));
            Assert.True(found.GetProperty("bound").ValueKind == JsonValueKind.Number && !found.GetProperty("refused").GetBoolean(), found.GetProperty("verdict").GetString());
            Assert.Equal("sensor-0", found.GetProperty("task").GetString());
        }
    }

    [Fact]
    public void The_seed_is_the_one_learned_with_unless_stated()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["plan.json"], Matrix.Replace("OPTIMIZER", "metamirror-full", StringComparison.Ordinal).Replace("SETTINGS", "\"momentum\": 0", StringComparison.Ordinal));
        Assert.Equal(0, ToolRun.Of(["learn", folder["plan.json"], "--out", folder["x.safetensors"], "--held-out", "sensor-0", "--seed", "7"], EngineSet.Shipped).Code);
        (ulong own, string ownLevels) = Run([]);
        (ulong same, string sameLevels) = Run(["--seed", "7"]);
        (ulong other, string otherLevels) = Run(["--seed", "8"]);
        Assert.Equal((7UL, 7UL, 8UL), (own, same, other));
        Assert.Equal(ownLevels, sameLevels);
        Assert.NotEqual(ownLevels, otherLevels);

        (ulong Seed, string Levels) Run(string[] seed)
        {
            JsonElement document = ToolRun.Of(["certify", folder["x.safetensors"], "--json", "--tasks", "1", .. seed], EngineSet.Shipped, folder.Path).Document();
            return (document.GetProperty("seed").GetUInt64(), document.GetProperty("levels").GetRawText());
        }
    }

    [Theory]
    [InlineData("certify FILE --seed -1", 2, "--seed: expected a whole number from 0 to 18446744073709551615, found '-1'")]
    [InlineData("certify nowhere.safetensors", 2, "error: FILE: expected the file of a learned optimizer, found none at 'nowhere.safetensors'\n")]
    [InlineData("certify FILE", 1, "safetensors")]
    [InlineData("certify FILE --plan quadratcs", 2, "did you mean 'quadratics'?")]
    [InlineData("certify FILE --tasks -1", 2, "expected a whole number from 0 to 1000000")]
    public void Mistakes_are_named(string line, int code, string message)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["x.safetensors"], "no safetensors");
        ToolRun run = ToolRun.Of(line.Replace("FILE", folder["x.safetensors"], StringComparison.Ordinal), EngineSet.Shipped, folder.Path);
        Assert.Equal(code, run.Code);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_optimizer_of_other_shapes_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        Learn(folder, Pairs, "digits-0-1");
        ToolRun run = ToolRun.Of(["certify", folder["x.safetensors"], "--plan", "rotated-digits", "--out", folder["out"]], EngineSet.Shipped);
        Assert.Equal(1, run.Code);
        Assert.Contains("was learned for 0.weight [1x64]", run.Error, StringComparison.Ordinal);
    }

    private static void Learn(TemporaryFolder folder, string plan, string heldOut)
    {
        File.WriteAllText(folder["plan.json"], plan);
        Assert.Equal(0, ToolRun.Of(["learn", folder["plan.json"], "--out", folder["x.safetensors"], "--held-out", heldOut], EngineSet.Shipped).Code);
    }

    private static JsonElement[] Certify(TemporaryFolder folder, string plan, string heldOut)
    {
        Learn(folder, plan, heldOut);
        ToolRun run = ToolRun.Of(["certify", folder["x.safetensors"], "--json", "--tasks", "4", "--out", folder["out"]], EngineSet.Shipped);
        Assert.Equal(0, run.Code);
        return [.. run.Document().GetProperty("levels").EnumerateArray()];
    }
}
