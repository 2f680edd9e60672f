using MetaMirror.Cli.Machines;
using MetaMirror.Cli.Output;
using MetaMirror.Experiments.Citations;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Cli.Commands.Comparing;

/// <summary>Page and document of an experiment that is not one comparison.</summary>
/// <param name="Page">The page's path.</param>
/// <param name="Document">The JSON document.</param>
internal sealed record StudyFiles(string Page, string Document)
{
    /// <summary>Writes <c>report.html</c>, with machine, provenance and references, and <c>NAME.json</c>.</summary>
    /// <param name="session">The call.</param>
    /// <param name="folder">Where to.</param>
    /// <param name="name">Name of the experiment.</param>
    /// <param name="report">What the page shows.</param>
    /// <param name="document">The JSON document.</param>
    /// <param name="cited">Keys of what is cited.</param>
    public static StudyFiles Write(Session session, string folder, string name, ReportModel report, string document, params IEnumerable<string> cited)
    {
        string page = ReportFiles.Write(folder, report with
        {
            Machine = Machine.Describe(session.Threads),
            Provenance = [.. report.Provenance, .. Provenance.Of(session)],
            References = Bibliography.Of([.. cited]),
        });
        WholeFile.Write(Path.Combine(folder, $"{name}.json"), writer => writer.Write(document + "\n"));
        return new StudyFiles(page, document);
    }

    /// <summary>Says where the page is, and writes the document where <c>--json</c> asks for it.</summary>
    public void Tell(Session session)
    {
        session.People.WriteLine($"Report: {Page}");
        if (session.Json)
            session.WriteDocument(Document);
    }
}
