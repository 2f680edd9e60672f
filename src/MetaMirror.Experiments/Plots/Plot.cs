namespace MetaMirror.Experiments.Plots;

/// <summary>A picture that can write itself as SVG. Colors are classes of <see cref="PlotStylesheet"/>, so one picture serves light and dark pages.</summary>
public abstract record Plot
{
    /// <summary>What the picture shows; becomes its accessible name.</summary>
    public required string Title { get; init; }

    /// <summary>What a person who cannot see the picture should know; may be empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>Width in pixels of the drawing; the page scales it. Default 960.</summary>
    public double Width { get; init; } = 960;

    /// <summary>Height in pixels of the drawing; some pictures choose their own. Default 420.</summary>
    public double Height { get; init; } = 420;

    /// <summary>Height that the picture needs.</summary>
    internal abstract double NeededHeight { get; }

    /// <summary>Draws everything inside the <c>svg</c> element.</summary>
    /// <param name="svg">Receives the elements.</param>
    /// <exception cref="InvalidOperationException">Data that belong together differ in length.</exception>
    internal abstract void Draw(MarkupWriter svg);

    /// <summary>Writes the picture for use inside an HTML page that has the style sheet.</summary>
    /// <param name="markup">Receives the <c>svg</c> element.</param>
    /// <exception cref="InvalidOperationException">Data that belong together differ in length.</exception>
    public void Write(MarkupWriter markup) => Write(markup, standalone: false);

    /// <summary>The picture as text for use inside an HTML page.</summary>
    /// <returns>The <c>svg</c> element.</returns>
    public string ToSvg() => ToText(standalone: false);

    /// <summary>The picture as a file of its own, with its style sheet.</summary>
    /// <returns>The SVG document.</returns>
    public string ToStandaloneSvg() => ToText(standalone: true);

    private string ToText(bool standalone)
    {
        using var text = new StringWriter();
        Write(new MarkupWriter(text), standalone);
        return text.ToString();
    }

    private void Write(MarkupWriter markup, bool standalone)
    {
        ArgumentNullException.ThrowIfNull(markup);
        var size = (Width: NumberText.Coordinate(Width), Height: NumberText.Coordinate(NeededHeight));
        markup.Open(
            "svg",
            ("xmlns", standalone ? "http://www.w3.org/2000/svg" : null),
            ("class", standalone ? "plot page" : "plot"),
            ("role", "img"),
            ("aria-label", Description.Length == 0 ? Title : Title + ". " + Description),
            ("viewBox", $"0 0 {size.Width} {size.Height}"),
            ("width", size.Width),
            ("height", size.Height));
        markup.Element("title", Title);
        if (Description.Length > 0) markup.Element("desc", Description);
        if (standalone)
        {
            markup.Open("style");
            markup.Raw(PlotStylesheet.Standalone);
            markup.Close();
            markup.Empty("rect", ("class", "surface"), ("width", "100%"), ("height", "100%"));
        }

        Draw(markup);
        markup.Close();
    }
}
