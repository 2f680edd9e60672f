using System.Xml;
using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Reports;

/// <summary>A report that was found, in its own words.</summary>
/// <param name="Path">Of the page, relative to the index, with forward slashes.</param>
/// <param name="Title">Its title.</param>
/// <param name="Verdict">Its verdict; empty where it has none.</param>
public sealed record IndexedReport(string Path, string Title, string Verdict);

/// <summary>One page over all reports under a folder: a link and the verdict of each. It has no date, so that the same reports give the same bytes.</summary>
public static class ReportIndex
{
    /// <summary>Name of the page.</summary>
    public const string FileName = "index.html";

    private const string ReportName = "report.html";
    private const int Depth = 4;
    private const long MaxBytes = 64L << 20;

    /// <summary>The reports under a folder, in the order of their paths.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyList<IndexedReport> Find(string folder)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = Depth, IgnoreInaccessible = true };
        return
        [
            .. Directory.EnumerateFiles(folder, ReportName, options)
                .Select(file => (File: file, Path: System.IO.Path.GetRelativePath(folder, file).Replace(System.IO.Path.DirectorySeparatorChar, '/')))
                .OrderBy(f => f.Path, StringComparer.Ordinal)
                .Select(f => Read(f.File, f.Path)),
        ];
    }

    /// <summary>Writes the page.</summary>
    /// <param name="reports">What it links to.</param>
    /// <param name="destination">Receives the page; not closed. Write it as UTF-8.</param>
    public static void Write(IReadOnlyList<IndexedReport> reports, TextWriter destination)
    {
        ArgumentNullException.ThrowIfNull(reports);
        ArgumentNullException.ThrowIfNull(destination);
        var html = new MarkupWriter(destination);
        html.Raw("<!DOCTYPE html>\n");
        html.Open("html", ("lang", "en"));
        ReportWriter.WriteHead(html, "MetaMirror: all reports");
        html.Open("body");
        html.Open("main");
        html.Open("header");
        html.Element("p", "MetaMirror", ("class", "kicker"));
        html.Element("h1", "All reports");
        html.Element("p", reports.Count == 1 ? "One report, and its verdict." : $"{NumberText.Count(reports.Count)} reports, each with its verdict, in the order of their folders.");
        html.Close();
        foreach (IndexedReport report in reports)
        {
            html.Open("section");
            html.Open("h2");
            html.Element("a", report.Title, ("href", Uri(report.Path)));
            html.Close();
            if (report.Verdict.Length > 0) html.Element("p", report.Verdict);
            html.Element("p", report.Path, ("class", "caption"));
            html.Close();
        }

        html.Close();
        html.Close();
        html.Close();
    }

    /// <summary>Title and verdict of a page; its path alone where it cannot be read, so that one damaged page does not hide the others.</summary>
    private static IndexedReport Read(string file, string path)
    {
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null, MaxCharactersInDocument = MaxBytes };
        string title = path, verdict = "";
        try
        {
            using var reader = XmlReader.Create(file, settings);
            while (verdict.Length == 0 && reader.Read())
            {
                if (reader is { NodeType: XmlNodeType.Element, Name: "section" })
                    break;
                if (reader is { NodeType: XmlNodeType.Element, Name: "h1" })
                    title = reader.ReadElementContentAsString();
                if (reader is { NodeType: XmlNodeType.Element, Name: "p" } && reader.GetAttribute("class") == "verdict")
                    verdict = reader.ReadElementContentAsString();
            }
        }
        catch (XmlException damage)
        {
            verdict = $"This page cannot be read: {damage.Message}";
        }

        return new IndexedReport(path, title, verdict);
    }

    private static string Uri(string path) => string.Join('/', path.Split('/').Select(System.Uri.EscapeDataString));
}
