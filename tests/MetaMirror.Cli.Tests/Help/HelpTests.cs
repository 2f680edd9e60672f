using MetaMirror.Cli.Tests.Running;

namespace MetaMirror.Cli.Tests.Help;

public sealed class HelpTests
{
    private static readonly string[] Commands =
        ["demo", "learn", "train", "compare", "tune", "certify", "gradcheck", "reproduce", "bench", "data list", "data show", "data verify", "data fetch", "plan", "doctor", "cite"];

    [Theory]
    [InlineData("", "tool")]
    [InlineData("demo", "demo")]
    [InlineData("learn", "learn")]
    [InlineData("train", "train")]
    [InlineData("compare", "compare")]
    [InlineData("tune", "tune")]
    [InlineData("certify", "certify")]
    [InlineData("gradcheck", "gradcheck")]
    [InlineData("reproduce", "reproduce")]
    [InlineData("bench", "bench")]
    [InlineData("data", "data")]
    [InlineData("data list", "data-list")]
    [InlineData("data show", "data-show")]
    [InlineData("data verify", "data-verify")]
    [InlineData("data fetch", "data-fetch")]
    [InlineData("plan", "plan")]
    [InlineData("doctor", "doctor")]
    [InlineData("cite", "cite")]
    public void Help_is_the_approved_text(string command, string name)
    {
        string line = $"{command} --help".Trim();
        ToolRun run = ToolRun.Of(line);
        Assert.Equal((0, ""), (run.Code, run.Error));
        ApprovedText.Check($"help-{name}", run.Transcript(line));
    }

    [Fact]
    public void Help_fits_a_narrow_terminal()
    {
        ToolRun run = ToolRun.Of("compare --help", width: 60);
        string[] prose = [.. run.Out.Split('\n').Where(l => !l.StartsWith("  metamirror", StringComparison.Ordinal))];
        Assert.All(prose, l => Assert.True(l.Length <= 60, l));
    }

    [Fact]
    public void Help_is_shown_whatever_else_is_wrong_with_the_line() => Assert.Equal(0, ToolRun.Of("compare --sed 3 --help").Code);

    [Fact]
    public void Every_command_has_examples_and_the_common_options()
    {
        foreach (string command in Commands)
        {
            string help = ToolRun.Of($"{command} --help").Out;
            Assert.All(
                (string[])["Examples:", $"  metamirror {command}", "--json", "--seed", "--threads", "--out", "--data", "--help"],
                part => Assert.Contains(part, help, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_command_without_an_engine_is_not_offered()
    {
        ToolRun run = ToolRun.Of("learn rotated-digits --out x", new Engines.EngineSet());
        Assert.Equal(2, run.Code);
        Assert.Contains("found 'learn'", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Version_is_said() => Assert.Matches(@"^\d+\.\d+\.\d+", ToolRun.Of("--version").Out);
}
