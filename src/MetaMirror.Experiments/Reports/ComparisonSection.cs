using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Reports;

/// <summary>Steps to target as a picture and all figures as a table, per held-out task; with several tasks an overview first.</summary>
internal static class ComparisonSection
{
    public static void Write(MarkupWriter html, ReportModel model, SeriesPalette palette)
    {
        if (model.Comparison is not { Comparison.Count: > 0 } result) return;
        var duels = Duel.All(result);
        html.Open("section");
        html.Element("h2", "Comparison");
        html.Element("p", Lead(result) + " " + model.FairPlay, ("class", "lead"));
        if (duels.Count > 1) WriteOverview(html, result, duels, palette);
        ProfileSection.Write(html, result, palette);
        foreach (var duel in duels)
        {
            var rows = Ranked(result.Comparison.Where(r => string.Equals(r.HeldOutTask, duel.Task, StringComparison.Ordinal)));
            html.Element("h3", duels.Count > 1 ? $"Held-out task {duel.Task}: {Verdict.TargetOf(result, rows[0])}" : $"Steps to {Verdict.TargetOf(result, rows[0])} on {duel.Task}");
            HtmlTable.Picture(html, StepsChart(duel.Task, rows, palette), "");
            WriteTable(html, rows, duel.Baseline, palette);
            TuningTable.Write(html, rows, palette);
        }

        html.Close();
    }

    /// <summary>Fewest steps first; those that did not reach the target last, by final loss.</summary>
    private static ComparisonRow[] Ranked(IEnumerable<ComparisonRow> rows) =>
        [.. rows.OrderBy(r => Figure.OrNull(r.StepsToTarget.Median) ?? double.PositiveInfinity).ThenBy(r => Figure.OrNull(r.FinalTrainingLoss) ?? double.PositiveInfinity)];

    private static string Lead(ComparisonResult result)
    {
        var seeds = result.Comparison.Select(r => r.Seeds).Distinct().ToArray();
        var over = seeds.Length == 1 && seeds[0] > 0 ? $" over {NumberText.Count(seeds[0])} runs" : " over runs";
        return $"Medians{over}, quartiles in brackets, test figures with their standard error. The best figure of a column is set in bold.";
    }

    private static IntervalChart StepsChart(string task, ComparisonRow[] rows, SeriesPalette palette) => new()
    {
        Title = $"Steps to target on {task}",
        Description = string.Join(", ", rows.Select(r => $"{r.Label ?? r.Optimizer}: {RowText(r)}")),
        Width = 1040,
        XTitle = "steps to target (median and quartiles); fewer is better",
        Rows = [.. rows.Select(r => new IntervalRow(r.Label ?? r.Optimizer, palette.Of(r.Optimizer), Number(r.StepsToTarget.Median), Number(r.StepsToTarget.Lower), Number(r.StepsToTarget.Upper), RowText(r)))],
    };

    private static string RowText(ComparisonRow row) => Figure.OrNull(row.StepsToTarget.Median) is { } median ? NumberText.Count(median) : Verdict.NotReached(row);

    private static double Number(double? value) => value ?? double.NaN;

    private static void WriteTable(MarkupWriter html, ComparisonRow[] rows, ComparisonRow? reference, SeriesPalette palette)
    {
        var columns = ComparisonColumn.For(rows, reference);
        var best = columns.Select(c => c.BestText(rows)).ToArray();
        HtmlTable.Open(html, [("optimizer", false), .. columns.Select(c => (c.Header, true))]);
        foreach (var row in rows)
        {
            html.Open("tr", ("class", HtmlTable.RowClass(row)));
            HtmlTable.RowHeader(html, row, palette);
            for (var k = 0; k < columns.Count; k++) WriteCell(html, columns[k], row, best[k]);
            html.Close();
        }

        HtmlTable.Close(html);
    }

    private static void WriteCell(MarkupWriter html, ComparisonColumn column, ComparisonRow row, string? best)
    {
        var text = column.Text(row);
        var missing = !column.Value(row).HasValue;
        html.Open("td", ("class", missing ? "num missing" : "num"));
        if (!missing && string.Equals(text, best, StringComparison.Ordinal))
        {
            html.Element("strong", text, ("class", "best"));
            html.Element("span", " (best)", ("class", "hidden"));
        }
        else
        {
            html.Text(text);
        }

        var note = column.Note(row);
        if (note.Length > 0)
        {
            html.Text(" ");
            html.Element("span", note, ("class", "sub"));
        }

        html.Close();
    }

    private static void WriteOverview(MarkupWriter html, ComparisonResult result, IReadOnlyList<Duel> duels, SeriesPalette palette)
    {
        html.Element("h3", "Median steps to target on every held-out task");
        HtmlTable.Open(html, [("optimizer", false), .. duels.Select(d => (d.Task, true))], "–: not reached by half of the runs; in brackets, how many did reach it.");
        foreach (var rows in result.Comparison.GroupBy(r => r.Optimizer, StringComparer.Ordinal))
        {
            var first = rows.First();
            html.Open("tr", ("class", HtmlTable.RowClass(first)));
            HtmlTable.RowHeader(html, first, palette);
            foreach (var duel in duels) WriteOverviewCell(html, result, duel.Task, rows.FirstOrDefault(r => string.Equals(r.HeldOutTask, duel.Task, StringComparison.Ordinal)));
            html.Close();
        }

        if (duels.Any(d => d.Ratio.HasValue))
        {
            html.Open("tr");
            html.Element("th", "learned ÷ best tuned baseline", ("scope", "row"));
            foreach (var duel in duels) html.Element("td", NumberText.Ratio(duel.Ratio ?? double.NaN), ("class", "num"));
            html.Close();
        }

        HtmlTable.Close(html);
    }

    private static void WriteOverviewCell(MarkupWriter html, ComparisonResult result, string task, ComparisonRow? row)
    {
        var median = Figure.OrNull(row?.StepsToTarget.Median);
        if (row is null || median is null)
        {
            html.Element("td", row is null ? "–" : $"– ({NumberText.Count(row.StepsToTarget.Reached)} of {NumberText.Count(row.Seeds)})", ("class", "num missing"));
            return;
        }

        var least = result.Comparison.Where(r => string.Equals(r.HeldOutTask, task, StringComparison.Ordinal)).Min(r => Figure.OrNull(r.StepsToTarget.Median));
        html.Open("td", ("class", "num"));
        html.Element(median == least ? "strong" : "span", NumberText.Count(median.Value), ("class", median == least ? "best" : null));
        html.Close();
    }
}
