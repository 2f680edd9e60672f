using System.Text.Json;
using System.Xml.Linq;
using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Tests.Running;
using MetaMirror.Experiments.Downloads;

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
    public void Show_writes_a_contact_sheet_where_out_says()
    {
        using var folder = new TemporaryFolder();
        ToolRun run = ToolRun.Of(["data", "show", "optdigits", "--images", "0", "--out", folder["sheets"]]);
        Assert.Equal(0, run.Code);
        Assert.Equal(["sheets/optdigits.html", "sheets/optdigits.json"], folder.Files.Order(StringComparer.Ordinal));
        string page = File.ReadAllText(folder["sheets/optdigits.html"]);
        Assert.Equal(20, page.Split("data:image/png;base64,").Length - 1);
        XDocument.Parse(page["<!DOCTYPE html>".Length..]);
    }

    [Fact]
    public void Fetch_without_a_network_says_what_to_put_where()
    {
        using var folder = new TemporaryFolder();
        EngineSet offline = ToolRun.Fakes with { Web = () => new NoNetwork() };
        ToolRun run = ToolRun.Of(["data", "fetch", "kmnist", "--data", folder.Path], offline);
        Assert.Equal(1, run.Code);
        Assert.Contains("train-images-idx3-ubyte.gz could not be downloaded", run.Error, StringComparison.Ordinal);
        Assert.Contains("http://codh.rois.ac.jp/kmnist/dataset/kmnist/train-images-idx3-ubyte.gz: no such host", run.Error, StringComparison.Ordinal);
        Assert.Contains($"put these files, downloaded elsewhere, into {folder["kmnist"]}", run.Error, StringComparison.Ordinal);
        Assert.Contains("SHA-256 51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Fetch_all_goes_on_after_a_failure_and_fails_in_the_end()
    {
        using var folder = new TemporaryFolder();
        ToolRun run = ToolRun.Of(["data", "fetch", "all", "--data", folder["new"], "--json"], ToolRun.Fakes with { Web = () => new NoNetwork() });
        Assert.Equal(1, run.Code);
        JsonElement[] sets = [.. run.Document().GetProperty("datasets").EnumerateArray()];
        Assert.Equal(
            ["mnist", "fashion-mnist", "kmnist", "usps", "qmnist", "svhn", "cifar-10", "cifar-100", "stl-10"], sets.Select(s => s.GetProperty("name").GetString()));
        Assert.All(sets, s => Assert.Equal(JsonValueKind.String, s.GetProperty("error").ValueKind));
    }

    [Theory]
    [InlineData("data fetch optdigits", "expected a data set that is not part of this program already, found 'optdigits'")]
    [InlineData("data fetch minst", "did you mean 'mnist'?")]
    public void Fetch_of_what_cannot_be_fetched_is_wrong_usage(string line, string message)
    {
        ToolRun run = ToolRun.Of(line, ToolRun.Fakes with { Web = () => new NoNetwork() });
        Assert.Equal(2, run.Code);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Fetch_that_is_interrupted_exits_with_130()
    {
        using var folder = new TemporaryFolder();
        using var canceled = new CancellationTokenSource();
        canceled.Cancel();
        EngineSet engines = ToolRun.Fakes with { Web = () => new NoNetwork() };
        Assert.Equal(130, ToolRun.Of(["data", "fetch", "kmnist", "--data", folder.Path], engines, canceled: canceled.Token).Code);
    }

    [Fact]
    public void List_says_licenses_and_addresses()
    {
        JsonElement svhn = ToolRun.Of("data list --json").Document().GetProperty("datasets").EnumerateArray().Single(d => d.GetProperty("name").GetString() == "svhn");
        Assert.Equal("non-commercial use only", svhn.GetProperty("restriction").GetString());
        Assert.Equal("non-commercial use only", svhn.GetProperty("license").GetString());
        Assert.Equal("e26dedcc434d2e4c54c9b2d4a06d8373", svhn.GetProperty("downloads")[0].GetProperty("md5").GetString());
    }

    private sealed class NoNetwork : IWebSource
    {
        public Task<WebAnswer> OpenAsync(Uri address, long from, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new HttpRequestException(HttpRequestError.NameResolutionError, "no such host");
        }
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
