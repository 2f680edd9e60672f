using MetaMirror.Cli.Tests.Running;

namespace MetaMirror.Cli.Tests.Commands;

public sealed class LearningTests
{
    [Fact]
    public void Learn_says_what_was_learned()
    {
        using var folder = new TemporaryFolder();
        ToolRun run = ToolRun.Of(["learn", "rotated-digits", "--out", folder["digits.safetensors"]]);
        Assert.Equal(0, run.Code);
        Assert.Equal(["run.json"], folder.Files); // the fake engine writes no optimizer
        ApprovedText.Check("learn", run.Transcript("learn rotated-digits --out digits.safetensors").Replace(folder.Path + "/", "", StringComparison.Ordinal));
    }

    [Fact]
    public void A_canceled_learn_says_how_to_go_on()
    {
        using var folder = new TemporaryFolder();
        ToolRun run = ToolRun.Of(["learn", "rotated-digits", "--out", folder["digits.safetensors"]], canceled: new CancellationToken(canceled: true));
        Assert.Equal(130, run.Code);
        Assert.Contains("--resume goes on", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_record_of_a_run_says_when_and_where()
    {
        using var folder = new TemporaryFolder();
        ToolRun.Of(["learn", "rotated-digits", "--out", folder["digits.safetensors"], "--seed", "7", "--threads", "1"]);
        using var document = System.Text.Json.JsonDocument.Parse(File.ReadAllText(folder["run.json"]));
        var run = document.RootElement;
        Assert.Equal(
            ("digits.safetensors", 7UL, 1), (run.GetProperty("file").GetString(), run.GetProperty("seed").GetUInt64(), run.GetProperty("threads").GetInt32()));
        Assert.StartsWith("metamirror learn rotated-digits --out ", run.GetProperty("command").GetString(), StringComparison.Ordinal);
        Assert.Equal(12.5, run.GetProperty("metaTraining").GetProperty("seconds").GetDouble());
    }

    [Fact]
    public void Learn_refuses_a_folder_as_file()
    {
        using var folder = new TemporaryFolder();
        ToolRun run = ToolRun.Of(["learn", "rotated-digits", "--out", folder.Path]);
        Assert.Equal((1, $"error: --out: expected a file to write, found a folder at '{folder.Path}'\n"), (run.Code, run.Error));
    }

    [Fact]
    public void Statistics_that_are_not_there_are_named()
    {
        using var folder = new TemporaryFolder();
        ToolRun run = ToolRun.Of(["learn", "rotated-digits", "--out", folder["x.safetensors"], "--from-statistics", folder["a"], folder["b"]]);
        Assert.Equal((1, $"error: --from-statistics: expected a file, found none at '{folder["a"]}'\n"), (run.Code, run.Error));
        Assert.Empty(folder.Files);
    }

    [Theory]
    [InlineData("adam", 0)]
    [InlineData("adam --learning-rate 2", 1)]
    [InlineData("adam --fall-back", 0)]
    [InlineData("adam --adapt-rate scalar", 0)]
    [InlineData("adam --adapt-rate block", 0)]
    public void Train_says_how_it_went(string optimizer, int code)
    {
        using var folder = new TemporaryFolder();
        string line = $"train rotated-digits --task rotation-0 --optimizer {optimizer}";
        ToolRun run = ToolRun.Of(line, folder: folder.Path);
        Assert.Equal(code, run.Code);
        ApprovedText.Check($"train-{optimizer.Replace(" --", "-", StringComparison.Ordinal).Replace(' ', '-')}", run.Transcript(line));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData(" --steps 1", 1)]
    public void Gradcheck_shows_every_estimator(string steps, int code)
    {
        ToolRun run = ToolRun.Of("gradcheck rotated-digits" + steps);
        Assert.Equal(code, run.Code);
        ApprovedText.Check(code == 0 ? "gradcheck" : "gradcheck-failed", run.Transcript("gradcheck rotated-digits" + steps));
    }
}
