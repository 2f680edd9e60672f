using MetaMirror.Cli.Output;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Cli.Commands.Comparing;

/// <summary>What <c>reproduce index --json</c> writes.</summary>
/// <param name="Index">Path of the page.</param>
/// <param name="Reports">What it links to.</param>
internal sealed record IndexDocument(string Index, IReadOnlyList<IndexedReport> Reports);

/// <summary><c>reproduce index</c>: one page over all reports under a folder.</summary>
internal static class IndexRun
{
    /// <summary>Writes the page and says where it is.</summary>
    public static int Show(Session session)
    {
        string folder = session.Out ?? OutputPlace.All(session);
        if (!Directory.Exists(folder))
            throw new IOException($"--out: expected a folder with reports, found none at '{folder}'");
        (string page, IReadOnlyList<IndexedReport> reports) = Write(folder);
        foreach (IndexedReport report in reports)
            session.People.WriteLine($"{report.Title} ({report.Path}){(report.Verdict.Length > 0 ? $": {report.Verdict}" : "")}");
        session.People.WriteLine($"Index: {page}");
        if (session.Json)
            session.WriteDocument(new IndexDocument(page, reports), DocumentJson.Plain.IndexDocument);
        return ExitCodes.Done;
    }

    /// <summary>Writes the page over all reports under a folder.</summary>
    public static (string Page, IReadOnlyList<IndexedReport> Reports) Write(string folder)
    {
        IReadOnlyList<IndexedReport> reports = ReportIndex.Find(folder);
        string page = Path.Combine(folder, ReportIndex.FileName);
        WholeFile.Write(page, writer => ReportIndex.Write(reports, writer));
        return (page, reports);
    }
}
