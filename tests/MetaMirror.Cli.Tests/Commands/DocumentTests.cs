using System.Text.Json;
using MetaMirror.Cli.Tests.Running;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Cli.Tests.Commands;

public sealed class DocumentTests
{
    [Theory]
    [InlineData("data list --json", "datasets")]
    [InlineData("data show optdigits --json", "splits")]
    [InlineData("data verify optdigits --json", "ok")]
    [InlineData("plan --json", "plans")]
    [InlineData("plan quadratics --json", "family")]
    [InlineData("plan --schema", "$schema")]
    [InlineData("doctor --json", "checks")]
    [InlineData("cite --json", "references")]
    [InlineData("gradcheck quadratics --json", "checks")]
    [InlineData("train rotated-digits --task rotation-0 --optimizer adam --json", "trainingLoss")]
    [InlineData("learn rotated-digits --out {0}/x.safetensors --json", "metaTraining")]
    [InlineData("bench --json", "medianMs")]
    [InlineData("demo --json", "comparison")]
    [InlineData("compare rotated-digits --json", "comparison")]
    [InlineData("reproduce quadratics --json", "comparison")]
    [InlineData("reproduce optimism --json", "slopeWithHint")]
    [InlineData("reproduce shifts --json", "whereItDegrades")]
    public void Standard_output_is_one_document(string line, string key)
    {
        using var folder = new TemporaryFolder();
        ToolRun run = ToolRun.Of(line.Replace("{0}", folder.Path, StringComparison.Ordinal), folder: folder.Path);
        Assert.Equal(0, run.Code);
        Assert.True(run.Document().TryGetProperty(key, out _), run.Out);
    }

    [Fact]
    public void Text_for_people_goes_to_standard_error_beside_a_document()
    {
        using var folder = new TemporaryFolder();
        ToolRun run = ToolRun.Of("demo --json", folder: folder.Path);
        Assert.Contains("On rotation-0, metamirror-basis reached training loss 0.1 in 42 steps", run.Error, StringComparison.Ordinal);
        Assert.Contains("Report: ", run.Error, StringComparison.Ordinal);
        ComparisonResult read = ComparisonJson.Read(run.Out);
        Assert.Equal("rotated-digits", read.Experiment);
        Assert.Null(read.Comparison[^1].StepsToTarget.Median);
    }

    [Fact]
    public void Figures_that_are_not_finite_are_null()
    {
        using var folder = new TemporaryFolder();
        JsonElement document = ToolRun.Of("train rotated-digits --task rotation-0 --optimizer adam --json", folder: folder.Path).Document();
        Assert.Equal(JsonValueKind.Null, document.GetProperty("trainingLoss")[2].ValueKind);
        Assert.Equal("the first gradients lie outside what meta-training saw", document.GetProperty("warnings")[0].GetString());
    }

    [Fact]
    public void Quotes_stand_as_they_are() => Assert.DoesNotContain("\\u", ToolRun.Of("doctor --json").Out, StringComparison.Ordinal);
}
