using MetaMirror.Cli.Tests.Running;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Citations;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Cli.Tests.Commands;

public sealed class CiteTests
{
    [Fact]
    public void The_papers_that_are_implemented_are_cited_by_default() => ApprovedText.Check("cite", ToolRun.Of("cite").Transcript("cite"));

    [Fact]
    public void All_works_are_the_approved_ones() => ApprovedText.Check("cite-all", ToolRun.Of("cite all").Transcript("cite all"));

    [Fact]
    public void Every_name_of_the_catalogue_has_works()
    {
        foreach (string name in Catalogue.OptimizerNames.Concat(DatasetCatalogue.Known.Select(d => d.Name)).Concat(PlanFile.Embedded))
            Assert.NotEmpty(Bibliography.Of([name]));
    }

    [Fact]
    public void Keys_are_unique_and_entries_are_ascii()
    {
        var all = Bibliography.Of([Bibliography.Everything]);
        Assert.Equal(all.Count, all.Select(r => r.Key).Distinct(StringComparer.Ordinal).Count());
        Assert.All(all, r => Assert.All(r.BibTeX, c => Assert.True(char.IsAscii(c), r.BibTeX)));
        Assert.All(all, r => Assert.Equal(r.BibTeX.Count(c => c == '{'), r.BibTeX.Count(c => c == '}')));
    }

    [Fact]
    public void Names_that_share_a_work_cite_it_once() =>
        Assert.Equal(
            2,
            ToolRun.Of("cite powersign addsign unlearned-basis adam --json").Document().GetProperty("references").EnumerateArray()
                .Count(r => r.GetProperty("key").GetString() is "bello2017neural" or "kingma2015adam"));
}
