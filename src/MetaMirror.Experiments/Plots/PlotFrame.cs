namespace MetaMirror.Experiments.Plots;

/// <summary>The rectangle with axes, grid and marks into which data are drawn.</summary>
internal sealed class PlotFrame
{
    private const double FontSize = 12;
    private readonly Axis x;
    private readonly Axis y;
    private readonly IReadOnlyList<Tick> xTicks;
    private readonly IReadOnlyList<Tick> yTicks;

    /// <summary>Places the data rectangle inside a picture: margins hold the axis titles and the longest mark.</summary>
    /// <param name="x">Horizontal axis.</param>
    /// <param name="y">Vertical axis.</param>
    /// <param name="width">Width of the picture.</param>
    /// <param name="height">Height of the picture.</param>
    /// <param name="right">Room kept at the right for labels.</param>
    public PlotFrame(Axis x, Axis y, double width, double height, double right)
    {
        this.x = x;
        this.y = y;
        Top = 26;
        Bottom = height - 46;
        yTicks = y.RoundTicks(Math.Max(2, (int)((Bottom - Top) / 50)));
        Left = Math.Ceiling(14 + yTicks.Select(t => TextWidth.Of(t.Label, FontSize)).DefaultIfEmpty(20).Max());
        Right = Math.Max(Left + 40, width - Math.Max(right, 18));
        xTicks = x.RoundTicks(Math.Max(2, (int)((Right - Left) / 64)));
    }

    public double Left { get; }

    public double Right { get; }

    public double Top { get; }

    public double Bottom { get; }

    /// <summary>Horizontal coordinate of a value inside the data rectangle; NaN when the value is not drawable.</summary>
    public double X(double value) => x.Fraction(value) * (Right - Left);

    /// <summary>Vertical coordinate of a value inside the data rectangle; NaN when the value is not drawable.</summary>
    public double Y(double value) => (1 - y.Fraction(value)) * (Bottom - Top);

    /// <summary>Draws grid, marks and axis titles (the vertical one horizontally above the axis, where it is read without turning the head).</summary>
    public void Draw(MarkupWriter svg, string xTitle, string yTitle)
    {
        svg.Open("g", ("class", "frame"));
        foreach (var tick in yTicks)
        {
            var at = NumberText.Coordinate(Top + Y(tick.Value));
            svg.Empty("path", ("class", "grid"), ("d", $"M{NumberText.Coordinate(Left)} {at}H{NumberText.Coordinate(Right)}"));
            svg.Element("text", tick.Label, ("class", "tick"), ("x", NumberText.Coordinate(Left - 8)), ("y", at), ("dy", "0.35em"), ("text-anchor", "end"));
        }

        var bottom = NumberText.Coordinate(Bottom);
        svg.Empty("path", ("class", "axis"), ("d", $"M{NumberText.Coordinate(Left)} {bottom}H{NumberText.Coordinate(Right)}"));
        foreach (var tick in xTicks)
        {
            var at = NumberText.Coordinate(Left + X(tick.Value));
            svg.Empty("path", ("class", "axis"), ("d", $"M{at} {bottom}v5"));
            svg.Element("text", tick.Label, ("class", "tick"), ("x", at), ("y", NumberText.Coordinate(Bottom + 19)), ("text-anchor", "middle"));
        }

        svg.Element("text", yTitle, ("class", "axistitle"), ("x", "0"), ("y", "12"));
        svg.Element("text", xTitle, ("class", "axistitle"), ("x", NumberText.Coordinate((Left + Right) / 2)), ("y", NumberText.Coordinate(Bottom + 39)), ("text-anchor", "middle"));
        svg.Close();
    }

    /// <summary>Opens the clipped drawing area whose origin is the upper left corner of the data rectangle; close it once.</summary>
    public void OpenArea(MarkupWriter svg) => svg.Open(
        "svg",
        ("x", NumberText.Coordinate(Left)),
        ("y", NumberText.Coordinate(Top)),
        ("width", NumberText.Coordinate(Right - Left)),
        ("height", NumberText.Coordinate(Bottom - Top)),
        ("overflow", "hidden"));

    /// <summary>Writes "no data" in the middle of the data rectangle.</summary>
    public void DrawNothing(MarkupWriter svg) => svg.Element(
        "text",
        "no data",
        ("class", "tick"),
        ("x", NumberText.Coordinate((Left + Right) / 2)),
        ("y", NumberText.Coordinate((Top + Bottom) / 2)),
        ("text-anchor", "middle"));
}
