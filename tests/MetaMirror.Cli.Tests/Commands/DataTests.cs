using System.Text.Json;
using MetaMirror.Cli.Tests.Running;

namespace MetaMirror.Cli.Tests.Commands;

public sealed class DataTests
{
    [Fact]
    public void Show_draws_the_embedded_digits()
    {
        ToolRun run = ToolRun.Of("data show optdigits --images 2");
        Assert.Equal(0, run.Code);
        ApprovedText.Check("data-show-optdigits", run.Transcript("data show optdigits --images 2"));
    }

    [Fact]
    public void List_says_what_is_embedded()
    {
        JsonElement first = ToolRun.Of("data list --json").Document().GetProperty("datasets")[0];
        Assert.Equal(
            ("optdigits", true, "embedded"),
            (first.GetProperty("name").GetString(), first.GetProperty("found").GetBoolean(), first.GetProperty("origin").GetString()));
    }

    [Fact]
    public void Verify_fails_on_a_file_with_another_content()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["usps"]);
        File.WriteAllText(folder["usps/usps-train-images-idx3-ubyte.gz"], "no images");
        ToolRun run = ToolRun.Of(["data", "verify", "usps", "--data", folder.Path, "--json"]);
        Assert.Equal(1, run.Code);
        JsonElement[] files = [.. run.Document().GetProperty("datasets")[0].GetProperty("files").EnumerateArray()];
        Assert.Equal(["different", "missing", "missing", "missing"], files.Select(f => f.GetProperty("verdict").GetString()));
    }

    [Fact]
    public void A_document_is_also_written_where_out_says()
    {
        using var folder = new TemporaryFolder();
        ToolRun run = ToolRun.Of(["plan", "quadratics", "--out", folder["plans"]]);
        Assert.Equal(0, run.Code);
        Assert.Equal(["plans/quadratics.json"], folder.Files);
        Assert.Equal(run.Out, File.ReadAllText(folder["plans/quadratics.json"]));
    }
}
