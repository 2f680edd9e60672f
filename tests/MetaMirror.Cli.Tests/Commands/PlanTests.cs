using MetaMirror.Cli.Tests.Running;
using MetaMirror.Experiments.Plans;

namespace MetaMirror.Cli.Tests.Commands;

public sealed class PlanTests
{
    [Fact]
    public void Every_embedded_plan_is_printed_as_a_plan()
    {
        foreach (string name in PlanFile.Embedded)
        {
            ToolRun run = ToolRun.Of($"plan {name}");
            Assert.Equal((0, ""), (run.Code, run.Error));
            Assert.Equal(name, PlanJson.Read(run.Out, name).Name);
        }
    }

    [Fact]
    public void The_list_has_every_plan()
    {
        string list = ToolRun.Of("plan").Out;
        Assert.All(PlanFile.Embedded, name => Assert.Contains(name, list, StringComparison.Ordinal));
    }

    [Fact]
    public void A_plan_of_ones_own_is_checked_and_printed_with_its_defaults()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["mine.json"], PlanFile.EmbeddedJson("sensors"));
        ToolRun run = ToolRun.Of(["plan", folder["mine.json"]]);
        Assert.Equal((0, $"{folder["mine.json"]} is a plan without mistakes.\n"), (run.Code, run.Error));
        Assert.Contains("\"maxExtensions\"", run.Out, StringComparison.Ordinal);
    }
}
