using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Reports;

/// <summary>Activation frequencies, the learned preconditioner as images, paths on quadratics, and other pictures.</summary>
internal static class PictureSections
{
    public static void WriteActivations(MarkupWriter html, ReportModel model, SeriesPalette palette)
    {
        var shown = model.Activations.Where(a => a.ByStepAndComponent.Length > 0).ToArray();
        if (shown.Length == 0) return;
        html.Open("section");
        html.Element("h2", "Which component was active");
        foreach (var activation in shown)
        {
            var parts = activation.ByStepAndComponent.Max(r => r.Length);
            var dead = activation.Dead == 0 ? "" : $" {NumberText.Count(activation.Dead)} of {NumberText.Count(parts)} components were never active.";
            HtmlTable.Picture(
                html,
                new StackedAreaChart
                {
                    Title = $"Activation frequencies of {palette.Label(activation.Optimizer)}",
                    Width = 1040,
                    Height = 320,
                    XTitle = "step",
                    YTitle = "fraction of runs",
                    Labels = [.. Enumerable.Range(1, parts).Select(j => "component " + NumberText.Count(j))],
                    Values = activation.ByStepAndComponent,
                },
                $"{palette.Label(activation.Optimizer)}: how often each of the {NumberText.Count(parts)} components of the maximum was the active one, by step.{dead}");
        }

        html.Close();
    }

    public static void WritePreconditioner(MarkupWriter html, ReportModel model)
    {
        var groups = model.Preconditioner.Where(p => p.Rows > 0 && p.Columns > 0).GroupBy(p => p.Caption, StringComparer.Ordinal).ToArray();
        if (groups.Length == 0) return;
        html.Open("section");
        html.Element("h2", "The learned preconditioner");
        foreach (var group in groups)
        {
            HtmlTable.Picture(
                html,
                new Heatmap { Title = group.Key.Length > 0 ? group.Key : "The learned preconditioner", Width = 1040, Panels = [.. group.Select(p => new HeatmapPanel(p.Title, p.Rows, p.Columns, p.Values))] },
                group.Key);
        }

        html.Close();
    }

    public static void WriteTrajectories(MarkupWriter html, ReportModel model, SeriesPalette palette)
    {
        if (model.Trajectories.Count == 0) return;
        html.Open("section");
        html.Element("h2", "Paths on a quadratic");
        if (model.Trajectories.Count > 1) html.Open("div", ("class", "pair"));
        foreach (var picture in model.Trajectories)
        {
            html.Open("div");
            html.Element("h3", picture.Title);
            HtmlTable.Picture(
                html,
                new TrajectoryPlot
                {
                    Title = picture.Title,
                    Description = "Circle: start; cross: minimizer; ellipses: level sets, each a quarter of the next outer one",
                    Width = model.Trajectories.Count > 1 ? 504 : 1040,
                    Height = model.Trajectories.Count > 1 ? 380 : 500,
                    Quadratic = picture.Quadratic,
                    Paths = [.. picture.Paths.Select(p => new PlanePath(palette.Label(p.Optimizer), palette.Of(p.Optimizer), p.X, p.Y))],
                },
                picture.Caption);
            html.Close();
        }

        if (model.Trajectories.Count > 1) html.Close();
        html.Element("p", "Circle: start. Cross: minimizer. Ellipses: level sets of the excess loss, each a quarter of the next outer one. Dots: the first steps.", ("class", "caption"));
        html.Close();
    }

    public static void WriteFigures(MarkupWriter html, ReportModel model)
    {
        if (model.Figures.Count == 0 && model.Tables.Count == 0) return;
        html.Open("section");
        html.Element("h2", model.Comparison is null && model.Figures.Count == 0 ? "Results" : "Further results");
        foreach (var figure in model.Figures)
        {
            html.Element("h3", figure.Plot.Title);
            HtmlTable.Picture(html, figure.Plot, figure.Caption);
        }

        foreach (var table in model.Tables) WriteTable(html, table);
        html.Close();
    }

    public static void WriteSection(MarkupWriter html, ReportSection section)
    {
        html.Open("section");
        html.Element("h2", section.Title);
        foreach (var paragraph in section.Paragraphs) html.Element("p", paragraph);
        if (section.Facts.Count > 0) HtmlTable.Facts(html, section.Facts);
        foreach (var row in section.Figures.Chunk(section.InPairs ? 2 : 1))
        {
            if (section.InPairs) html.Open("div", ("class", "pair"));
            foreach (var figure in row)
            {
                html.Open("div");
                html.Element("h3", figure.Plot.Title);
                HtmlTable.Picture(html, figure.Plot, figure.Caption);
                html.Close();
            }

            // An empty cell keeps a last picture alone as wide as the others.
            if (section.InPairs && row.Length == 1) html.Element("div", "");
            if (section.InPairs) html.Close();
        }

        foreach (var table in section.Tables) WriteTable(html, table);
        html.Close();
    }

    private static void WriteTable(MarkupWriter html, ReportTable table)
    {
        html.Element("h3", table.Title);
        var numeric = table.Headers.Select((_, c) => table.Rows.Count > 0 && table.Rows.All(r => c < r.Count && IsNumber(r[c]))).ToArray();
        HtmlTable.Open(html, table.Headers.Select((h, c) => (h, numeric[c])), table.Caption);
        foreach (var row in table.Rows)
        {
            html.Open("tr");
            for (var c = 0; c < row.Count; c++) html.Element("td", row[c], ("class", c < numeric.Length && numeric[c] ? "num" : null));
            html.Close();
        }

        HtmlTable.Close(html);
    }

    private static bool IsNumber(string cell) => cell.Length > 0 && (char.IsAsciiDigit(cell[0]) || cell is "–" || (cell.Length > 1 && cell[0] is '-' or '−' or '+' or '<' && char.IsAsciiDigit(cell[1])));
}
