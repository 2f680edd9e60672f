using System.Text.Json.Nodes;
using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Tests.Running;

namespace MetaMirror.Cli.Tests.Commands;

/// <summary>Comparisons that are interrupted and gone on with.</summary>
public sealed class ResumedComparisonTests
{
    private static readonly string[] Times = ["seconds", "millisecondsPerStep", "breakEvenSeconds"];

    [Fact]
    public void An_interrupted_comparison_that_goes_on_gives_the_same_document_but_for_times()
    {
        using TemporaryFolder folder = Convex();
        ToolRun whole = ToolRun.Of(["compare", folder["plan.json"], "--json", "--out", folder["whole"]], EngineSet.Shipped);
        Assert.True(whole.Code == 0, whole.Error);
        Assert.Equal(["rotation-0.json", "rotation-45.json"], Kept(folder, "whole"));
        // What a learned rival cost is told like that of ours; controls cost nothing.
        Assert.Equal(
            ["metamd-diagonal", "metamd-max3", "meta-sgd"], whole.Document().GetProperty("learningCosts").EnumerateArray().Select(c => c.GetProperty("optimizer").GetString()));

        using var canceled = new CancellationTokenSource();
        var second = new CanceledAtTask("rotation-45", canceled);
        EngineSet interrupted = EngineSet.Shipped with { Compare = (request, context) => ComparisonEngine.Run(request, context with { Runs = second, Canceled = canceled.Token }) };
        ToolRun part = ToolRun.Of(["compare", folder["plan.json"], "--json", "--out", folder["out"]], interrupted);
        Assert.Equal((130, "rotation-0.json"), (part.Code, Assert.Single(Kept(folder, "out"))));
        Assert.Contains("with --resume goes on", part.Error, StringComparison.Ordinal);

        ToolRun rest = ToolRun.Of(["compare", folder["plan.json"], "--json", "--out", folder["out"], "--resume"], EngineSet.Shipped);
        Assert.Equal(0, rest.Code);
        Assert.DoesNotContain("on rotation-0", rest.Error, StringComparison.Ordinal);
        Assert.Equal(WithoutTimes(whole.Out), WithoutTimes(rest.Out));
        string page = File.ReadAllText(folder["out/report.html"]);
        Assert.All((string[])["Certificates", "rotation-45", "What learning cost"], words => Assert.Contains(words, page, StringComparison.Ordinal));
    }

    [Fact]
    public void The_document_says_on_which_machine_and_how_many_threads()
    {
        using TemporaryFolder folder = Convex();
        ToolRun run = ToolRun.Of(["compare", folder["plan.json"], "--held-out", "rotation-45", "--threads", "1", "--json", "--out", folder["out"]], EngineSet.Shipped);
        Assert.Equal(1, run.Document().GetProperty("threads").GetInt32());
        Assert.Equal(Environment.ProcessorCount, run.Document().GetProperty("machine").GetProperty("cores").GetInt32());
    }

    [Theory]
    [InlineData("--seed 7", "one of the plan 'few-digits' with seed 7, found one of the plan 'few-digits' with seed 1")]
    [InlineData("--rivals soap,muon", "one of the plan 'few-digits' (")]
    public void What_was_made_otherwise_is_refused_by_name(string change, string message)
    {
        using TemporaryFolder folder = Convex();
        string[] line = ["compare", folder["plan.json"], "--held-out", "rotation-45", "--out", folder["out"]];
        Assert.Equal(0, ToolRun.Of([.. line, "--seed", "1"], EngineSet.Shipped).Code);
        ToolRun run = ToolRun.Of([.. line, .. change.Split(' '), "--resume"], EngineSet.Shipped);
        Assert.Equal(1, run.Code);
        Assert.Contains($"--resume: expected checkpoint '{folder["out/checkpoint/rotation-45.json"]}' to be {message}", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_made_from_other_data_is_refused_by_name()
    {
        using TemporaryFolder folder = Convex();
        string[] line = ["compare", folder["plan.json"], "--held-out", "rotation-45", "--out", folder["out"]];
        Assert.Equal(0, ToolRun.Of(line, EngineSet.Shipped).Code);
        string kept = folder["out/checkpoint/rotation-45.json"];
        File.WriteAllText(kept, File.ReadAllText(kept).Replace("whole, embedded", "first 100 of 1,797", StringComparison.Ordinal));

        ToolRun run = ToolRun.Of([.. line, "--resume"], EngineSet.Shipped);

        Assert.Equal((1, ""), (run.Code, run.Out));
        Assert.Contains(
            $"--resume: expected checkpoint '{kept}' to be one of data set 'optdigits' as it is now (whole, embedded), found one of another 'optdigits/digits.csv.gz' (first 100 of 1,797);", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_file_is_refused_by_name()
    {
        using TemporaryFolder folder = Convex();
        Directory.CreateDirectory(folder["out/checkpoint"]);
        File.WriteAllText(folder["out/checkpoint/rotation-0.json"], "{ \"format\": 1,");
        ToolRun run = ToolRun.Of(["compare", folder["plan.json"], "--out", folder["out"], "--resume"], EngineSet.Shipped);
        Assert.Equal((1, ""), (run.Code, run.Out));
        Assert.Contains($"checkpoint '{folder["out/checkpoint/rotation-0.json"]}': expected a finished part of a comparison, found a damaged file", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_resume_what_was_there_is_set_aside()
    {
        using TemporaryFolder folder = Convex();
        Directory.CreateDirectory(folder["out/checkpoint"]);
        File.WriteAllText(folder["out/checkpoint/rotation-0.json"], "of another day");
        Assert.Equal(0, ToolRun.Of(["compare", folder["plan.json"], "--held-out", "rotation-45", "--out", folder["out"]], EngineSet.Shipped).Code);
        Assert.Equal("rotation-45.json", Assert.Single(Kept(folder, "out")));
        Assert.Equal("of another day", File.ReadAllText(folder["out/checkpoint-before/rotation-0.json"]));
    }

    /// <summary>Softmax regression, so that rows have certificates.</summary>
    private static TemporaryFolder Convex()
    {
        var folder = new TemporaryFolder();
        File.WriteAllText(folder["plan.json"], """
            {
              "name": "few-digits",
              "family": { "kind": "rotated-images", "dataset": "optdigits", "angles": [0, 45], "trainExamples": 60, "testExamples": 20 },
              "model": { "kind": "softmax" },
              "training": { "steps": 10, "batchSize": 8 },
              "target": { "quantity": "trainingLoss", "value": "bestClassicFinal" },
              "seeds": 2,
              "learn": { "optimizer": "metamd-diagonal", "outerSteps": 2 },
              "also": [{ "optimizer": "metamd-max3", "outerSteps": 2, "hypergradient": "reverse" }, { "optimizer": "meta-sgd", "outerSteps": 1, "learningRates": [0.1], "schedules": ["constant"] }],
              "controls": ["unlearned-mirror"],
              "baselines": ["sgd"],
              "tuning": { "learningRates": { "sgd": [0.1, 0.2] }, "schedules": ["constant"], "maxExtensions": 0 }
            }
            """);
        return folder;
    }

    private static string[] Kept(TemporaryFolder folder, string results) =>
        [.. Directory.GetFiles(folder[$"{results}/checkpoint"]).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    private static string WithoutTimes(string document)
    {
        JsonNode root = JsonNode.Parse(document)!;
        Clear(root);
        return root.ToJsonString();
    }

    private static void Clear(JsonNode? node)
    {
        if (node is JsonObject fields)
        {
            foreach (string time in Times.Where(fields.ContainsKey))
                fields[time] = null;
            foreach ((_, JsonNode? value) in fields)
                Clear(value);
        }
        else if (node is JsonArray items)
        {
            foreach (JsonNode? item in items)
                Clear(item);
        }
    }
}
