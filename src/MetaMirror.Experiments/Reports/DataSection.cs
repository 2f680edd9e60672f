using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Reports;

/// <summary>Which data were really read: subsets under the names of whole sets are told apart by their checksums.</summary>
internal static class DataSection
{
    public static void Write(MarkupWriter html, ReportModel model)
    {
        IReadOnlyList<DataUse> data = model.Comparison?.Data is { Count: > 0 } compared ? compared : model.Data;
        if (data.Count == 0)
            return;
        html.Open("section");
        html.Element("h2", "Data actually used");
        HtmlTable.Open(
            html,
            [("data set", false), ("training examples", true), ("test examples", true), ("its files, by their checksums", false), ("license", false)],
            "Numbers of examples are those that the tasks were made of. Whole: as published.");
        foreach (DataUse use in data)
        {
            html.Open("tr");
            html.Element("th", use.Dataset, ("scope", "row"));
            html.Element("td", Count(use.TrainExamples), ("class", "num"));
            html.Element("td", Count(use.TestExamples), ("class", "num"));
            html.Element("td", use.Contents, ("class", "setting"));
            html.Element("td", use.License, ("class", "setting"));
            html.Close();
        }

        HtmlTable.Close(html);
        html.Close();
    }

    private static string Count(int? examples) => examples is { } n ? NumberText.Count(n) : "–";
}
