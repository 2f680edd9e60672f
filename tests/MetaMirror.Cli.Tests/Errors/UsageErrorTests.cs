using System.Text;
using MetaMirror.Cli.Tests.Running;

namespace MetaMirror.Cli.Tests.Errors;

public sealed class UsageErrorTests
{
    private static readonly string[] Lines =
    [
        "",
        "lern",
        "lern rotated-digits --out x",
        "--json",
        "--json doctor",
        "--seed 3 doctor",
        "--sede 3",
        "data",
        "data lits",
        "compare",
        "compare rotated-digit",
        "compare ./nowhere.json",
        "compare quadratics extra",
        "compare quadratics --sed 3",
        "compare quadratics --seed",
        "compare quadratics --seed abc",
        "compare quadratics --seed -1",
        "compare quadratics --seed 1 --seed 2",
        "compare quadratics --seed 99999999999999999999",
        "compare quadratics --threads 0",
        "compare quadratics --threads two",
        "compare quadratics --json=yes",
        "compare quadratics --held-out",
        "compare quadratics --rivals soup,muon",
        "reproduce optimism --rivals soap",
        "compare quadratics --sed 3 --thread 2",
        "compare quadratics -s",
        "learn rotated-digits",
        "learn",
        "train rotated-digits --task rotation-0",
        "train rotated-digits --task rotation-0 --optimizer adamm",
        "train rotated-digits --task rotation-0 --optimizer metamirror-basis",
        "train rotated-digits --task rotation-0 --optimizer ./no.safetensors",
        "train rotated-digits --task rotation-0 --optimizer adam --learning-rate 0",
        "train rotated-digits --task rotation-0 --optimizer adam --learning-rate nan",
        "reproduce",
        "reproduce quadratic",
        "reproduce quadratics --scale huge",
        "bench --only gemm-512x512",
        "bench --only update-235k-adam,",
        "bench --only",
        "bench --repeats 0",
        "bench --only mlp-b128-hvp --scaling",
        "data show",
        "data show minst",
        "data show optdigits --images 1000",
        "data verify mnist minst",
        "plan rotated-digts",
        "cite adm",
    ];

    [Fact]
    public void Mistakes_are_the_approved_texts()
    {
        var all = new StringBuilder();
        foreach (string line in Lines)
        {
            ToolRun run = ToolRun.Of(line);
            Assert.True(run.Code == 2, $"metamirror {line}: exit code {run.Code}");
            Assert.Equal("", run.Out);
            all.Append(run.Transcript(line)).Append('\n');
        }

        ApprovedText.Check("usage-errors", all.ToString());
    }

    [Fact]
    public void Control_characters_do_not_reach_the_terminal()
    {
        ToolRun run = ToolRun.Of(["compare", "quad\e[31mratics\a"]);
        Assert.Equal(2, run.Code);
        Assert.DoesNotContain('\e', run.Error);
        Assert.DoesNotContain('\a', run.Error);
    }

    [Fact]
    public void Long_words_are_cut()
    {
        ToolRun run = ToolRun.Of(["lern" + new string('x', 10_000)]);
        Assert.Equal(2, run.Code);
        Assert.True(run.Error.Length < 1000);
    }

    [Fact]
    public void A_word_that_begins_with_an_at_sign_is_no_response_file() => Assert.Contains(
        "found '@plan'", ToolRun.Of("compare @plan").Error, StringComparison.Ordinal);

    [Fact]
    public void Words_after_two_hyphens_are_no_options() => Assert.Contains("found '--sed'", ToolRun.Of("compare -- --sed").Error, StringComparison.Ordinal);
}
