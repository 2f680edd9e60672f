using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Reports;

/// <summary>Writes a report as one HTML file that needs nothing else: no network, no scripts, no fonts; light and dark, for screen and paper.</summary>
public static class ReportWriter
{
    /// <summary>Writes the page. Sections without data are left out; all text is escaped; the page is also well-formed XML.</summary>
    /// <param name="model">What to show.</param>
    /// <param name="destination">Receives the page; not closed. Write it as UTF-8.</param>
    public static void Write(ReportModel model, TextWriter destination)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(destination);
        var html = new MarkupWriter(destination);
        var palette = new SeriesPalette(model.Comparison);
        html.Raw("<!DOCTYPE html>\n");
        html.Open("html", ("lang", "en"));
        WriteHead(html, model.Title);
        html.Open("body");
        html.Open("main");
        HeaderSection.Write(html, model);
        CurvesSection.Write(html, model, palette);
        ComparisonSection.Write(html, model, palette);
        PictureSections.WriteTrajectories(html, model, palette);
        PictureSections.WriteActivations(html, model, palette);
        PictureSections.WritePreconditioner(html, model);
        PictureSections.WriteFigures(html, model);
        foreach (var section in model.Sections) PictureSections.WriteSection(html, section);
        ClosingSections.WritePaper(html, model);
        ClosingSections.WriteCost(html, model);
        DataSection.Write(html, model);
        ClosingSections.WriteDefinitions(html, model);
        ClosingSections.WriteMachine(html, model);
        ClosingSections.WriteReferences(html, model);
        html.Close();
        html.Close();
        html.Close();
    }

    internal static void WriteHead(MarkupWriter html, string title)
    {
        html.Open("head");
        html.Empty("meta", ("charset", "utf-8"));
        html.Empty("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
        html.Empty("meta", ("name", "color-scheme"), ("content", "light dark"));

        // Forbids the page to fetch or run anything, whatever its data say.
        html.Empty("meta", ("http-equiv", "Content-Security-Policy"), ("content", "default-src 'none'; style-src 'unsafe-inline'"));
        html.Element("title", title);
        html.Open("style");
        html.Raw(PlotStylesheet.Css);
        html.Raw(ReportStylesheet.Css);
        html.Close();
        html.Close();
    }
}
