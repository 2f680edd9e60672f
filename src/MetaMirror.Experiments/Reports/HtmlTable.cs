using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Reports;

/// <summary>Tables and other pieces that several sections write.</summary>
internal static class HtmlTable
{
    /// <summary>Opens a table in a box that scrolls sideways on narrow screens, with its header row; then the body is open.</summary>
    /// <param name="html">Receives the markup.</param>
    /// <param name="headers">Column names and whether the column holds numbers.</param>
    /// <param name="caption">Written below; may be empty.</param>
    public static void Open(MarkupWriter html, IEnumerable<(string Text, bool Number)> headers, string caption = "")
    {
        html.Open("div", ("class", "wide"));
        html.Open("table");
        if (caption.Length > 0) html.Element("caption", caption);
        html.Open("thead");
        html.Open("tr");
        foreach (var (text, number) in headers) html.Element("th", text, ("scope", "col"), ("class", number ? "num" : null));
        html.Close();
        html.Close();
        html.Open("tbody");
    }

    /// <summary>Closes what <see cref="Open"/> opened.</summary>
    public static void Close(MarkupWriter html)
    {
        html.Close();
        html.Close();
        html.Close();
    }

    /// <summary>The row's name: a swatch of its line, the optimizer's label and its role where that needs saying.</summary>
    public static void RowHeader(MarkupWriter html, ComparisonRow row, SeriesPalette palette)
    {
        html.Open("th", ("scope", "row"));
        html.Element("span", "", ("class", "swatch " + palette.Of(row.Optimizer).Classes));
        html.Text(row.Label ?? row.Optimizer);
        if (Tag(row.Role) is { } tag) html.Element("span", tag, ("class", "tag"));
        html.Close();
    }

    /// <summary>Class of a table row by role.</summary>
    public static string? RowClass(ComparisonRow row) => row.Role switch
    {
        OptimizerRole.Learned => "learned",
        OptimizerRole.Control => "control",
        _ => null,
    };

    /// <summary>Names and texts, as a description list.</summary>
    public static void Facts(MarkupWriter html, IEnumerable<NamedText> facts)
    {
        html.Open("dl");
        foreach (var fact in facts)
        {
            html.Element("dt", fact.Name);
            html.Element("dd", fact.Text);
        }

        html.Close();
    }

    /// <summary>A picture with its caption, in a box that scrolls sideways on narrow screens.</summary>
    public static void Picture(MarkupWriter html, Plot plot, string caption)
    {
        html.Open("figure");
        html.Open("div", ("class", "wide"));
        plot.Write(html);
        html.Close();
        if (caption.Length > 0) html.Element("figcaption", caption);
        html.Close();
    }

    private static string? Tag(OptimizerRole role) => role switch
    {
        OptimizerRole.Learned => "learned",
        OptimizerRole.Control => "control",
        OptimizerRole.Rival => "rival",
        _ => null,
    };
}
