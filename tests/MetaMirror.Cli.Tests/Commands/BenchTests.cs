using System.Text.Json;
using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Tests.Running;

namespace MetaMirror.Cli.Tests.Commands;

public sealed class BenchTests
{
    private static readonly string[] Quantities = ["medianMs", "floorMs", "leastMs", "repeats"];

    [Theory]
    [InlineData("bench --only update-235k-sgdm,gemm-512x512x512,mlp-b128-hypergradient-T100 --threads 2", "bench")]
    [InlineData("bench --only mlp-b128-hvp --threads 1 --repeats 100", "bench-one-thread")]
    [InlineData("bench --only gemm-512x512x512,mlp-b128-hvp --threads 2 --repeats 1", "bench-busy")]
    [InlineData("bench --scaling --threads 1", "bench-scaling")]
    public void The_table_is_the_approved_text(string line, string name)
    {
        ToolRun run = ToolRun.Of(line);
        Assert.Equal(0, run.Code);
        ApprovedText.Check(name, run.Transcript(line));
    }

    [Fact]
    public void An_update_rule_is_measured()
    {
        ToolRun run = ToolRun.Of("bench --only update-235k-sgdm --repeats 3 --threads 1 --json", EngineSet.Shipped);
        Assert.Equal(0, run.Code);
        JsonElement document = run.Document();
        Assert.Equal(1, document.GetProperty("threads").GetInt32());
        foreach (string quantity in Quantities)
        {
            JsonProperty only = Assert.Single(document.GetProperty(quantity).EnumerateObject());
            Assert.Equal("update-235k-sgdm", only.Name);
            Assert.True(only.Value.GetDouble() > 0, quantity);
        }

        Assert.Equal(3, document.GetProperty("repeats").GetProperty("update-235k-sgdm").GetInt32());
        Assert.Empty(document.GetProperty("gigaflops").EnumerateObject());
        Assert.True(document.GetProperty("peaks").GetProperty("multiplyAddGigaflops").GetDouble() > 0);
        Assert.Equal(1, document.GetProperty("machine").GetProperty("threads").GetInt32());
        Assert.Contains("measuring", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_may_be_repeated_and_set_apart_by_spaces()
    {
        JsonElement medians = ToolRun.Of(["bench", "--only", "mlp-b128-hvp, mlp-b128-hvp,update-235k-adam", "--json"]).Document().GetProperty("medianMs");
        Assert.Equal(["mlp-b128-hvp", "update-235k-adam"], medians.EnumerateObject().Select(m => m.Name));
    }

    [Fact]
    public void The_document_is_written_where_asked()
    {
        using var folder = new TemporaryFolder();
        ToolRun run = ToolRun.Of(["bench", "--only", "mlp-b128-hvp", "--out", folder.Path]);
        Assert.Equal(0, run.Code);
        Assert.Equal(["bench.json"], folder.Files);
        Assert.Contains("\"mlp-b128-hvp\": 1.5", File.ReadAllText(folder["bench.json"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Scaling_is_a_document_too()
    {
        using var folder = new TemporaryFolder();
        ToolRun run = ToolRun.Of(["bench", "--scaling", "--json", "--out", folder.Path]);
        JsonElement document = run.Document();
        Assert.Equal(100, document.GetProperty("hypergradients")[0].GetProperty("steps").GetInt32());
        Assert.Equal("batch", document.GetProperty("derivatives")[0].GetProperty("grows").GetString());
        Assert.Equal(["scaling.json"], folder.Files);
    }

    [Fact]
    public void Canceling_ends_with_130()
    {
        ToolRun run = ToolRun.Of("bench --only mlp-b128-gradient", EngineSet.Shipped, canceled: new CancellationToken(canceled: true));
        Assert.Equal((130, ""), (run.Code, run.Out));
        Assert.EndsWith("Canceled.\n", run.Error, StringComparison.Ordinal);
    }
}
