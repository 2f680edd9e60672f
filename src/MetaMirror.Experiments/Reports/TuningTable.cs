using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Reports;

/// <summary>How each optimizer was tuned, and the setting behind each of its figures.</summary>
internal static class TuningTable
{
    private static readonly string[] KnownOrder = ["stepsToTarget", "finalTrainingLoss", "meanTrainingLoss", "testAccuracy", "testLoss", "millisecondsPerStep"];

    public static void Write(MarkupWriter html, IReadOnlyList<ComparisonRow> rows, SeriesPalette palette)
    {
        if (rows.All(r => r.Tuning is null)) return;
        var figures = rows.SelectMany(r => r.Tuning?.Settings.Keys ?? []).Distinct(StringComparer.Ordinal).OrderBy(Place).ThenBy(f => f, StringComparer.Ordinal).ToArray();
        html.Element("h3", "Tuning, and the setting behind each figure");
        HtmlTable.Open(html, [("optimizer", false), ("method", false), ("settings tried", true), .. figures.Select(f => ("for " + Verdict.Words(f), false))]);
        foreach (var row in rows)
        {
            html.Open("tr", ("class", HtmlTable.RowClass(row)));
            HtmlTable.RowHeader(html, row, palette);
            html.Element("td", row.Tuning?.Method ?? "none");
            html.Element("td", NumberText.Count(row.Tuning?.Evaluations ?? 0), ("class", "num"));
            WriteSettings(html, row.Tuning?.Settings, figures);
            html.Close();
        }

        HtmlTable.Close(html);
    }

    private static int Place(string figure)
    {
        var place = Array.IndexOf(KnownOrder, figure);
        return place < 0 ? KnownOrder.Length : place;
    }

    // One cell across all columns when one setting serves every figure.
    private static void WriteSettings(MarkupWriter html, IReadOnlyDictionary<string, string>? settings, string[] figures)
    {
        if (figures.Length == 0) return;
        var texts = figures.Select(f => settings?.GetValueOrDefault(f) ?? "–").ToArray();
        if (texts.Distinct(StringComparer.Ordinal).Count() == 1)
        {
            html.Element("td", texts[0], ("class", "setting"), ("colspan", NumberText.Coordinate(figures.Length)));
            return;
        }

        foreach (var text in texts) html.Element("td", text, ("class", "setting"));
    }
}
