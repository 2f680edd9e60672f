using System.Text.Json;
using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Tests.Running;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Cli.Tests.Commands;

/// <summary>The experiments of MetaMD, at the smoke scale: seconds, on the embedded digits.</summary>
public sealed class ProtocolTests
{
    private static readonly string[] Rows =
    [
        "sgd", "sgd-momentum", "nesterov", "rmsprop", "adam", "nadam", "adamw", "soap", "muon", "metamd-diagonal-printed", "metamd-max3-printed", "metamd-diagonal", "metamd-max3", "metamirror-tracked",
        "unlearned-tracked", "unlearned-mirror",
    ];

    [Theory]
    [InlineData("linear", 3, "appendix D", "accuracy of MetaMD, lowest")]
    [InlineData("rotated-mlp", 3, "section 5.2", "paper: MetaMD − sgd-momentum")]
    [InlineData("digits-lenet", 2, "section 5.3", "paper: MetaMD")]
    [InlineData("cifar-resnet", 1, "section 5.4", "93.74")]
    [InlineData("activation", 1, "Figure 5", "Share of each component")]
    public void It_runs_with_every_row_and_says_what_stood_in(string experiment, int columns, string place, string words)
    {
        using var folder = new TemporaryFolder();
        ToolRun run = ToolRun.Of(["reproduce", experiment, "--scale", "smoke", "--json", "--threads", "2", "--out", folder["out"]], EngineSet.Shipped);
        Assert.True(run.Code == 0, run.Error);
        JsonElement document = run.Document();
        Assert.Equal(experiment, document.GetProperty("experiment").GetString());
        var tasks = document.GetProperty("comparison").EnumerateArray().GroupBy(r => r.GetProperty("heldOutTask").GetString()).ToArray();
        Assert.Equal(columns, tasks.Length);
        Assert.All(tasks, task => Assert.Equal(Rows.Order(StringComparer.Ordinal), task.Select(r => r.GetProperty("optimizer").GetString()!).Order(StringComparer.Ordinal)));
        Assert.Equal(Rows.Length * columns, document.GetProperty("accuracyCurves").GetArrayLength());
        Assert.Equal("optdigits", document.GetProperty("data")[0].GetProperty("dataset").GetString());
        Assert.Equal(2, document.GetProperty("threads").GetInt32());
        string page = File.ReadAllText(folder["out/report.html"]);
        Assert.All((string[])[place, words, "embedded optical digits", "What differs from the paper", "Data actually used", "Test accuracy along the run", "Training loss in seconds", "Test accuracy in seconds", $"reproduce {experiment} --scale smoke"], w => Assert.Contains(w, page, StringComparison.Ordinal));
        Assert.Equal(columns, Directory.GetFiles(folder["out/checkpoint"]).Length);
    }

    [Fact]
    public void Rivals_join_on_request()
    {
        using var folder = new TemporaryFolder();
        ToolRun run = ToolRun.Of(["reproduce", "linear", "--scale", "smoke", "--rivals", "lion,muon", "--json", "--out", folder["out"]], EngineSet.Shipped);
        Assert.True(run.Code == 0, run.Error);
        var roles = run.Document().GetProperty("comparison").EnumerateArray().Select(r => (r.GetProperty("optimizer").GetString(), r.GetProperty("role").GetString())).ToArray();
        Assert.Equal(3, roles.Count(r => r == ("lion", "rival")));
        Assert.Equal(3, roles.Count(r => r == ("muon", "rival")));
    }

    [Fact]
    public void Going_on_after_all_is_done_does_nothing_again()
    {
        using var folder = new TemporaryFolder();
        string[] line = ["reproduce", "cifar-resnet", "--scale", "smoke", "--json", "--out", folder["out"]];
        ToolRun first = ToolRun.Of(line, EngineSet.Shipped), again = ToolRun.Of([.. line, "--resume"], EngineSet.Shipped);
        Assert.Equal((0, 0), (first.Code, again.Code));
        Assert.DoesNotContain("tuning on", again.Error, StringComparison.Ordinal);
        Assert.Equal(first.Out, again.Out);
    }

    [Fact]
    public void Rivals_are_compared_on_every_plan_and_interrupted_runs_go_on()
    {
        using var folder = new TemporaryFolder();
        string[] line = ["reproduce", "rivals", "--scale", "smoke", "--json", "--out", folder["out"]];
        using var canceled = new CancellationTokenSource();
        EngineSet interrupted = EngineSet.Shipped with
        {
            Compare = (request, context) => ComparisonEngine.Run(request, context with { Runs = new CanceledAtTask("sensor-0", canceled), Canceled = canceled.Token }),
        };
        ToolRun part = ToolRun.Of(line, interrupted), rest = ToolRun.Of([.. line, "--resume"], EngineSet.Shipped);
        Assert.Equal((130, 0), (part.Code, rest.Code));
        Assert.Equal(["rotated-digits"], part.Document().GetProperty("families").EnumerateArray().Select(f => f.GetProperty("plan").GetString()!));
        Assert.DoesNotContain("on rotation-0", rest.Error, StringComparison.Ordinal);
        Assert.Equal(["rotated-digits", "sensors"], rest.Document().GetProperty("families").EnumerateArray().Select(f => f.GetProperty("plan").GetString()!));
        Assert.Equal(6, rest.Document().GetProperty("duels").GetArrayLength());
        Assert.All(
            (string[])["soap", "muon", "schedule-free", "powersign", "meta-sgd", "meta-curvature", "warp-grad", "aruba", "aruba-plus", "fds", "lstm-rule", "mlp-rule", "metamirror-tracked"],
            name => Assert.Contains($"\"optimizer\": \"{name}\"", rest.Out, StringComparison.Ordinal));
        Assert.All((string[])["out/report.html", "out/rivals.json", "out/rotated-digits/report.html", "out/sensors/comparison.json"], file => Assert.Contains(file, folder.Files));
        Assert.Contains("What to use when", File.ReadAllText(folder["out/report.html"]), StringComparison.Ordinal);
        Assert.Contains("Against the best of all others on each held-out task", rest.Error, StringComparison.Ordinal);
        Assert.StartsWith("1 of 2 plans are done", part.Document().GetProperty("unfinished").GetString(), StringComparison.Ordinal);
        Assert.Equal("", rest.Document().GetProperty("unfinished").GetString());
    }

    [Fact]
    public void Rivals_say_what_is_done_when_a_plan_fails_and_nothing_when_none_is_done()
    {
        using var folder = new TemporaryFolder();
        string[] line = ["reproduce", "rivals", "--scale", "smoke", "--rivals", "lion", "--out", folder["out"]];
        EngineSet failing = EngineSet.Shipped with
        {
            Compare = (request, context) => request.Plan.Name == "sensors" ? throw new ArgumentException("no such sensor") : ComparisonEngine.Run(request, context),
        };
        ToolRun run = ToolRun.Of(line, failing);
        Assert.Equal(1, run.Code);
        Assert.Contains("no such sensor", run.Error, StringComparison.Ordinal);
        Assert.Contains("Unfinished: 1 of 2 plans are done, and sensors failed.", File.ReadAllText(folder["out/report.html"]), StringComparison.Ordinal);

        using var canceled = new CancellationTokenSource();
        EngineSet interrupted = EngineSet.Shipped with
        {
            Compare = (request, context) => ComparisonEngine.Run(request, context with { Runs = new CanceledAtTask("rotation-0", canceled), Canceled = canceled.Token }),
        };
        ToolRun nothing = ToolRun.Of([.. line[..^1], folder["other"]], interrupted);
        Assert.Equal(130, nothing.Code);
        Assert.DoesNotContain("other/rivals.json", folder.Files);
    }

    [Fact]
    public void Files_of_something_else_are_found_before_the_first_plan()
    {
        using var folder = new TemporaryFolder();
        string[] line = ["reproduce", "rivals", "--scale", "smoke", "--rivals", "lion", "--out", folder["out"]];
        Directory.CreateDirectory(folder["out/sensors/checkpoint"]);
        File.WriteAllText(folder["out/sensors/checkpoint/sensor-0.json"], "{");
        ToolRun run = ToolRun.Of([.. line, "--resume"], EngineSet.Shipped);
        Assert.Equal(1, run.Code);
        Assert.Contains("sensor-0.json': expected a finished part of a comparison, found a damaged file", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("learning", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_map_of_where_it_pays_has_every_change()
    {
        using var folder = new TemporaryFolder();
        ToolRun run = ToolRun.Of(["reproduce", "robustness", "--scale", "smoke", "--json", "--out", folder["out"]], EngineSet.Shipped);
        Assert.True(run.Code == 0, run.Error);
        Assert.Equal(["as learned", "batch 0.50×", "width 0.50×", "steps 2.00×", "20 % wrong labels"], run.Document().GetProperty("map").EnumerateArray().Select(m => m.GetProperty("change").GetString()!));
        Assert.Contains("out/robustness.json", folder.Files);
        Assert.Contains("a map of where a learned optimizer pays", File.ReadAllText(folder["out/report.html"]), StringComparison.Ordinal);
        Assert.Contains("metamirror-tracked", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("quadratics")]
    [InlineData("optimism")]
    [InlineData("shifts")]
    [InlineData("robustness")]
    public void What_is_done_in_one_piece_cannot_be_gone_on_with(string experiment)
    {
        using var folder = new TemporaryFolder();
        ToolRun run = ToolRun.Of($"reproduce {experiment} --scale smoke --resume", EngineSet.Shipped, folder.Path);
        Assert.Equal((2, ""), (run.Code, run.Out));
        Assert.EndsWith($"error: --resume: expected a comparison that holds out one task after the other, found '{experiment}', which is done in one piece\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_data_are_named_before_any_work()
    {
        using var folder = new TemporaryFolder();
        EngineSet elsewhere = EngineSet.Shipped with { Reproduce = (request, context) => ReproductionEngine.Run(request, context with { Data = new DataLocations(new DataLocation(folder["none"], "--data")) }) };
        ToolRun run = ToolRun.Of(["reproduce", "cifar-resnet", "--out", folder["out"]], elsewhere);
        Assert.Equal((1, ""), (run.Code, run.Out));
        Assert.All((string[])["error: data set 'cifar-10': expected", folder["none"], "test_batch.bin"], words => Assert.Contains(words, run.Error, StringComparison.Ordinal));
    }

    [Fact]
    public void The_index_links_every_report_with_its_verdict()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, ToolRun.Of("demo", folder: folder.Path).Code);
        Assert.Equal(0, ToolRun.Of("reproduce quadratics", folder: folder.Path).Code);
        Assert.Contains("metamirror-out/index.html", folder.Files);
        Directory.CreateDirectory(folder["metamirror-out/broken"]);
        File.WriteAllText(folder["metamirror-out/broken/report.html"], "<html><p>");
        ToolRun run = ToolRun.Of("reproduce index --json", folder: folder.Path);
        Assert.Equal(0, run.Code);
        Assert.Equal(
            ["broken/report.html", "demo-rotated-digits/report.html", "reproduce-quadratics/report.html"],
            run.Document().GetProperty("reports").EnumerateArray().Select(r => r.GetProperty("path").GetString()));
        string page = File.ReadAllText(folder["metamirror-out/index.html"]);
        Assert.All(
            (string[])["<a href=\"demo-rotated-digits/report.html\">MetaMirror: test</a>", "metamirror-basis reached", "This page cannot be read"],
            words => Assert.Contains(words, page, StringComparison.Ordinal));
        Assert.Equal(page, Again(folder));
    }

    [Fact]
    public void An_index_of_nothing_is_refused()
    {
        using var folder = new TemporaryFolder();
        ToolRun run = ToolRun.Of(["reproduce", "index", "--out", folder["nowhere"]]);
        Assert.Equal((1, $"error: --out: expected a folder with reports, found none at '{folder["nowhere"]}'\n"), (run.Code, run.Error));
    }

    private static string Again(TemporaryFolder folder)
    {
        ToolRun.Of("reproduce index", folder: folder.Path);
        return File.ReadAllText(folder["metamirror-out/index.html"]);
    }
}
