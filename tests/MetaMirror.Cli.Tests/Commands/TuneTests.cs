using System.Text.Json;
using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Tests.Running;
using MetaMirror.Experiments.Runs;

namespace MetaMirror.Cli.Tests.Commands;

public sealed class TuneTests
{
    private const string Digits = """
        {
          "name": "few-digits",
          "family": { "kind": "rotated-images", "dataset": "optdigits", "angles": [0, 30] },
          "model": { "kind": "mlp", "hidden": [16] },
          "training": { "steps": 100, "batchSize": 32 },
          "target": { "quantity": "trainingLoss", "value": 0.5 },
          "seeds": 2
        }
        """;

    [Fact]
    public void The_table_is_the_approved_text()
    {
        using var folder = new TemporaryFolder();
        const string line = "tune rotated-digits --optimizer adam sgd --sampler random bayesian";
        ToolRun run = ToolRun.Of(line, folder: folder.Path);
        Assert.Equal(0, run.Code);
        ApprovedText.Check("tune", run.Transcript(line).Replace(folder.Path, "FOLDER", StringComparison.Ordinal));
    }

    [Fact]
    public void Interrupted_and_resumed_is_the_same_as_uninterrupted()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["plan.json"], Digits);
        string[] line = ["tune", folder["plan.json"], "--optimizer", "sgd", "adamw", "--budget", "7", "--parallel", "2", "--json", "--threads", "2"];
        ToolRun whole = ToolRun.Of([.. line, "--out", folder["a"]], EngineSet.Shipped);
        Assert.Equal(0, whole.Code);

        using var source = new CancellationTokenSource();
        var engines = EngineSet.Shipped with
        {
            Tune = (request, context) => TuningEngine.Run(request, context with { Canceled = source.Token, Runs = new CancelAfter(9, source) }),
        };
        ToolRun canceled = ToolRun.Of([.. line, "--out", folder["b"]], engines);
        Assert.Equal(130, canceled.Code);
        Assert.Contains("--resume goes on", canceled.Error, StringComparison.Ordinal);
        Assert.False(canceled.Document().GetProperty("complete").GetBoolean());

        ToolRun resumed = ToolRun.Of([.. line, "--out", folder["b"], "--resume"], EngineSet.Shipped);
        Assert.Equal(0, resumed.Code);
        Assert.Equal(Trials(whole), Trials(resumed));
        Assert.Equal(2 * 7, Trials(whole).Length);

        ToolRun other = ToolRun.Of([.. line, "--out", folder["b"], "--resume", "--seed", "2"], EngineSet.Shipped);
        Assert.Equal(1, other.Code);
        Assert.Contains("'seed' \"2\"", other.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void All_samplers_find_settings_that_train()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["plan.json"], Digits);
        ToolRun run = ToolRun.Of(["tune", folder["plan.json"], "--optimizer", "adam", "--sampler", "grid", "random", "bayesian", "--budget", "8", "--schedules", "--out", folder["o"], "--json"], EngineSet.Shipped);
        Assert.Equal(0, run.Code);
        JsonElement document = run.Document();
        Assert.Equal("validationAccuracy", document.GetProperty("quantity").GetString());
        JsonElement[] studies = [.. document.GetProperty("studies").EnumerateArray()];
        Assert.Equal(3, studies.Length);
        Assert.All(studies, s =>
        {
            Assert.Equal(8, s.GetProperty("evaluations").GetInt32());
            Assert.InRange(s.GetProperty("bestValue").GetDouble(), 0.5, 1);
            Assert.NotNull(s.GetProperty("bestSetting").GetProperty("schedule").GetString());
        });
        Assert.True(File.Exists(Path.Combine(folder["o"], "report.html")));
        Assert.True(File.Exists(Path.Combine(folder["o"], "trials-adam-grid.jsonl")));
        Assert.Equal(run.Out.Trim(), File.ReadAllText(Path.Combine(folder["o"], "tuning.json")).Trim());
    }

    [Fact]
    public void Where_no_setting_gives_a_value_it_fails_and_says_why()
    {
        using var folder = new TemporaryFolder();
        ToolRun run = ToolRun.Of("tune rotated-digits --optimizer adam --budget 1", folder: folder.Path);
        Assert.Equal(1, run.Code);
        Assert.Contains("no setting gave a value; the first: ArithmeticException: no such root", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_really_read_is_in_document_report_and_logs()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["plan.json"], Digits);
        ToolRun run = ToolRun.Of(["tune", folder["plan.json"], "--optimizer", "sgd", "--budget", "2", "--out", folder["o"], "--json"], EngineSet.Shipped);
        Assert.Equal(0, run.Code);
        JsonElement data = Assert.Single(run.Document().GetProperty("data").EnumerateArray().ToArray());
        Assert.Equal("optdigits", data.GetProperty("dataset").GetString());
        Assert.Equal("CC BY 4.0", data.GetProperty("license").GetString());
        Assert.Equal("whole, embedded", data.GetProperty("files")[0].GetProperty("content").GetString());
        Assert.Equal(1347, data.GetProperty("trainExamples").GetInt32());
        Assert.Equal(JsonValueKind.Null, data.GetProperty("testExamples").ValueKind);
        Assert.Contains("Data actually used", File.ReadAllText(Path.Combine(folder["o"], "report.html")), StringComparison.Ordinal);
        using JsonDocument header = JsonDocument.Parse(File.ReadLines(Path.Combine(folder["o"], "trials-sgd-bayesian.jsonl")).First());
        Assert.Equal("optdigits: whole, embedded, 1347 taken", header.RootElement.GetProperty("data").GetString());
        Assert.Equal("1", header.RootElement.GetProperty("sampler").GetProperty("beta").GetString());
    }

    [Fact]
    public void Other_contents_of_the_same_files_are_not_gone_on_with()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["own"]);
        File.WriteAllText(folder["own/a.csv"], string.Concat(Enumerable.Range(0, 40).Select(i => $"{i},{i % 7},{i % 2}\n").Prepend("x,y,class\n")));
        File.WriteAllText(folder["plan.json"], $$"""
            {
              "name": "own",
              "family": { "kind": "folder", "folder": "{{folder["own"]}}" },
              "model": { "kind": "softmax" },
              "training": { "steps": 10, "batchSize": 8 },
              "target": { "quantity": "trainingLoss", "value": 0.5 },
              "seeds": 1
            }
            """);
        string[] line = ["tune", folder["plan.json"], "--optimizer", "sgd", "--budget", "3", "--out", folder["o"], "--resume"];
        Assert.Equal(0, ToolRun.Of(line, EngineSet.Shipped).Code);
        Assert.Equal(0, ToolRun.Of(line, EngineSet.Shipped).Code);

        File.AppendAllText(folder["own/a.csv"], "1,2,1\n");
        ToolRun changed = ToolRun.Of(line, EngineSet.Shipped);
        Assert.Equal(1, changed.Code);
        Assert.Contains("the log of this study, 'data' \"own: SHA-256", changed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_in_use_is_refused_by_its_name()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["plan.json"], Digits);
        Directory.CreateDirectory(folder["o"]);
        string log = Path.Combine(folder["o"], "trials-sgd-bayesian.jsonl");
        using var other = new FileStream(log, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        ToolRun run = ToolRun.Of(["tune", folder["plan.json"], "--optimizer", "sgd", "--budget", "2", "--out", folder["o"], "--resume"], EngineSet.Shipped);
        Assert.Equal(1, run.Code);
        Assert.Contains($"{log}: expected a log that is this study's alone, found it open in another process", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tune rotated-digits --optimizer adan", "did you mean 'adam'?")]
    [InlineData("tune rotated-digits --sampler bayesien", "did you mean 'bayesian'?")]
    [InlineData("tune rotated-digits --task rotation-1", "--task: expected a task among")]
    [InlineData("tune quadratics", "expected a plan with examples to tune on")]
    [InlineData("tune rotated-digits --budget 0", "--budget: expected a whole number")]
    [InlineData("tune rotated-digits --budget 501", "--budget: expected at most 500 with the sampler bayesian")]
    [InlineData("tune rotated-digits --budget 501 --sampler grid bayesian", "--budget: expected at most 500 with the sampler bayesian")]
    public void Wrong_usage_is_refused(string line, string message)
    {
        using var folder = new TemporaryFolder();
        ToolRun run = ToolRun.Of(line, EngineSet.Shipped, folder.Path);
        Assert.Equal(2, run.Code);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    private static string[] Trials(ToolRun run) =>
    [
        .. run.Document().GetProperty("studies").EnumerateArray().SelectMany(s => s.GetProperty("trials").EnumerateArray())
            .Select(t => t.GetProperty("setting").GetRawText() + t.GetProperty("value").GetRawText() + t.GetProperty("status").GetRawText()),
    ];

    private sealed class CancelAfter(int reports, CancellationTokenSource source) : IProgress<RunProgress>
    {
        private int _left = reports;

        public void Report(RunProgress value)
        {
            if (--_left == 0)
                source.Cancel();
        }
    }
}
