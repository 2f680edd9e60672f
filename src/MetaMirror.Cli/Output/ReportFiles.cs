using MetaMirror.Experiments.Reports;

namespace MetaMirror.Cli.Output;

/// <summary>A report as files: the page for people, the comparison for programs.</summary>
internal static class ReportFiles
{
    /// <summary>Writes <c>report.html</c> and, if there is a comparison, <c>comparison.json</c>.</summary>
    /// <returns>The page's path.</returns>
    public static string Write(string folder, ReportModel report)
    {
        string page = Path.Combine(folder, "report.html");
        WholeFile.Write(page, writer => ReportWriter.Write(report, writer));
        if (report.Comparison is { } comparison)
            WholeFile.Write(Path.Combine(folder, "comparison.json"), writer => ComparisonJson.Write(comparison, writer));
        return page;
    }
}
