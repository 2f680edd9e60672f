using MetaMirror.Cli.Tests.Running;

namespace MetaMirror.Cli.Tests.Commands;

public sealed class ComparingTests
{
    [Fact]
    public void Demo_shows_table_and_verdict_and_writes_the_report()
    {
        using var folder = new TemporaryFolder();
        ToolRun run = ToolRun.Of("demo", folder: folder.Path);
        Assert.Equal(0, run.Code);
        Assert.Equal(["metamirror-out/demo-rotated-digits/comparison.json", "metamirror-out/demo-rotated-digits/report.html"], folder.Files);
        ApprovedText.Check("demo", run.Transcript("demo").Replace(folder.Path, ".", StringComparison.Ordinal));
    }

    [Fact]
    public void The_report_says_how_it_was_made()
    {
        using var folder = new TemporaryFolder();
        ToolRun.Of(["compare", "rotated-digits", "--held-out", "rotation-15", "--out", folder.Path]);
        string page = File.ReadAllText(folder["report.html"]);
        Assert.Contains("metamirror compare rotated-digits --held-out rotation-15 --out", page, StringComparison.Ordinal);
        Assert.Contains("Meta Mirror Descent", page, StringComparison.Ordinal);
        Assert.Contains("Optical Recognition of Handwritten Digits", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_canceled_comparison_keeps_what_was_done()
    {
        using var folder = new TemporaryFolder();
        ToolRun run = ToolRun.Of("compare rotated-digits --json", folder: folder.Path, canceled: new CancellationToken(canceled: true));
        Assert.Equal(130, run.Code);
        Assert.Contains("warning: canceled", run.Error, StringComparison.Ordinal);
        Assert.True(run.Document().TryGetProperty("comparison", out _));
        Assert.Contains("metamirror-out/compare-rotated-digits/report.html", folder.Files);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_to_ends_before_any_work()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "");
        bool worked = false;
        ToolRun run = ToolRun.Of(
            ["demo", "--out", folder["file/results"]], new Engines.EngineSet { Compare = (_, _) => { worked = true; throw new InvalidOperationException(); } });
        Assert.Equal((1, "", false), (run.Code, run.Out, worked));
        Assert.StartsWith($"error: --out: expected a folder that can be written to, found '{folder["file/results"]}': ", run.Error, StringComparison.Ordinal);
        Assert.Equal(["file"], folder.Files);
    }

    [Fact]
    public void Several_held_out_tasks_have_a_table_each()
    {
        using var folder = new TemporaryFolder();
        var engines = new Engines.EngineSet
        {
            Compare = (_, _) => new Engines.ComparisonOutcome(
                new Experiments.Reports.ReportModel { Title = "t", Comparison = SampleComparison.On("rotation-0", "rotation-15") }, IsComplete: true),
        };
        ToolRun run = ToolRun.Of("compare rotated-digits", engines, folder.Path);
        ApprovedText.Check("compare-two-tasks", run.Transcript("compare rotated-digits").Replace(folder.Path, ".", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(70)]
    [InlineData(100)]
    public void A_table_fits_the_terminal(int width)
    {
        using var folder = new TemporaryFolder();
        ToolRun run = ToolRun.Of("demo", folder: folder.Path, isTerminal: true, width: width);
        string[] table = [.. run.Out.Split('\n').SkipWhile(l => !l.Contains('─', StringComparison.Ordinal)).Take(5)];
        Assert.All(table, l => Assert.True(l.Length <= width, l));
        Assert.Contains(table, l => l.Contains("metamirror-basis", StringComparison.Ordinal) && l.Contains("42 [40, 45]", StringComparison.Ordinal));
    }
}
