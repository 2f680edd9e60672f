namespace MetaMirror.Experiments.Plots;

/// <summary>A named line with an optional band.</summary>
/// <param name="Label">Name, written at the line's end.</param>
/// <param name="Style">Color and weight.</param>
/// <param name="X">Horizontal values, shape [n].</param>
/// <param name="Y">Vertical values, shape [n]; NaN is a gap.</param>
public sealed record LineSeries(string Label, SeriesStyle Style, IReadOnlyList<double> X, IReadOnlyList<double> Y)
{
    /// <summary>Lower edge of the band, shape [n]; empty for no band.</summary>
    public IReadOnlyList<double> Lower { get; init; } = [];

    /// <summary>Upper edge of the band, shape [n]; empty for no band.</summary>
    public IReadOnlyList<double> Upper { get; init; } = [];

    /// <summary>True for a scatter of dots, false (default) for a line.</summary>
    public bool Dots { get; init; }
}

/// <summary>A horizontal line across the picture, such as a target.</summary>
/// <param name="Value">Vertical value.</param>
/// <param name="Label">Name, written at its right end among those of the lines.</param>
public sealed record ReferenceLine(double Value, string Label);

/// <summary>A dot, such as the median step at which a target was reached.</summary>
/// <param name="X">Horizontal value.</param>
/// <param name="Y">Vertical value.</param>
/// <param name="Style">Color.</param>
/// <param name="Label">Shown when pointed at.</param>
public sealed record PointMark(double X, double Y, SeriesStyle Style, string Label);

/// <summary>Lines over linear or logarithmic axes, with bands, reference lines, dots and names at the lines' ends.</summary>
public sealed record LineChart : Plot
{
    /// <summary>Title of the horizontal axis.</summary>
    public string XTitle { get; init; } = "";

    /// <summary>Title of the vertical axis.</summary>
    public string YTitle { get; init; } = "";

    /// <summary>Kind of the horizontal axis. Default linear.</summary>
    public AxisKind XKind { get; init; }

    /// <summary>Kind of the vertical axis. Default linear.</summary>
    public AxisKind YKind { get; init; }

    /// <summary>Horizontal axis; null: what the data need.</summary>
    public Axis? XAxis { get; init; }

    /// <summary>Vertical axis; null: what the data need. Lines that leave it are clipped.</summary>
    public Axis? YAxis { get; init; }

    /// <summary>The lines.</summary>
    public required IReadOnlyList<LineSeries> Series { get; init; }

    /// <summary>Horizontal lines.</summary>
    public IReadOnlyList<ReferenceLine> ReferenceLines { get; init; } = [];

    /// <summary>Dots.</summary>
    public IReadOnlyList<PointMark> Marks { get; init; } = [];

    /// <inheritdoc/>
    internal override double NeededHeight => Math.Max(Height, EndLabels.Height(Series.Count + ReferenceLines.Count) + 80);

    /// <inheritdoc/>
    internal override void Draw(MarkupWriter svg)
    {
        foreach (var series in Series) RequireSameLengths(series);
        var xAxis = XAxis ?? Axis.Around(XKind, Series.SelectMany(s => s.X));
        var yAxis = YAxis ?? Axis.Around(YKind, Series.SelectMany(s => s.Y).Concat(ReferenceLines.Select(r => r.Value)), 0.04);
        var room = EndLabels.Room(Series.Select(s => (s.Label, s.Style.Weight == SeriesWeight.Learned)).Concat(ReferenceLines.Select(r => (r.Label, true))));
        var frame = new PlotFrame(xAxis, yAxis, Width, NeededHeight, room);
        frame.Draw(svg, XTitle, YTitle);
        var drawn = Series.OrderBy(s => s.Style.Layer).Select(s => new Pixels(s, frame, yAxis)).ToArray();
        frame.OpenArea(svg);
        foreach (var line in drawn)
        {
            if (line.Band.Length > 0) svg.Empty("path", ("class", "band " + line.Series.Style.Classes), ("d", line.Band));
        }

        foreach (var reference in ReferenceLines) DrawReference(svg, frame, reference);
        foreach (var line in drawn)
        {
            if (line.Path.Length == 0) continue;
            svg.Open("path", ("class", (line.Series.Dots ? "dots " : "line ") + line.Series.Style.Classes), ("d", line.Path));
            svg.Element("title", line.Series.Label);
            svg.Close();
        }

        svg.Close();
        foreach (var mark in Marks) DrawMark(svg, frame, mark);
        var ends = drawn.Where(l => l.Last >= 0)
            .Select(l => new EndLabel(l.Series.Label, l.Series.Style.Classes, frame.Left + l.X[l.Last], frame.Top + l.Y[l.Last])).ToArray();
        if (ends.Length == 0) frame.DrawNothing(svg);
        var references = ReferenceLines.Where(r => double.IsFinite(frame.Y(r.Value))).Select(r => new EndLabel(r.Label, "wref", frame.Right, frame.Top + frame.Y(r.Value)));
        EndLabels.Draw(svg, [.. ends, .. references], frame.Right, frame.Top, frame.Bottom - 4);
    }

    private static void DrawReference(MarkupWriter svg, PlotFrame frame, ReferenceLine reference)
    {
        var y = frame.Y(reference.Value);
        if (!double.IsFinite(y)) return;
        svg.Empty("path", ("class", "reference"), ("d", $"M0 {NumberText.Coordinate(y)}H{NumberText.Coordinate(frame.Right - frame.Left)}"));
    }

    private static void DrawMark(MarkupWriter svg, PlotFrame frame, PointMark mark)
    {
        var (x, y) = (frame.X(mark.X), frame.Y(mark.Y));
        if (!double.IsFinite(x) || !double.IsFinite(y)) return;
        svg.Open("circle", ("class", "mark " + mark.Style.Classes), ("cx", NumberText.Coordinate(frame.Left + x)), ("cy", NumberText.Coordinate(frame.Top + y)), ("r", "4.5"));
        svg.Element("title", mark.Label);
        svg.Close();
    }

    private static void RequireSameLengths(LineSeries series)
    {
        var n = series.X.Count;
        if (series.Y.Count != n || (series.Lower.Count != 0 && series.Lower.Count != n) || series.Upper.Count != series.Lower.Count)
            throw new InvalidOperationException($"Line '{series.Label}': expected {n} values like X, found Y {series.Y.Count}, Lower {series.Lower.Count}, Upper {series.Upper.Count}.");
    }

    /// <summary>A line in pixels of the data rectangle.</summary>
    private sealed class Pixels
    {
        public Pixels(LineSeries series, PlotFrame frame, Axis yAxis)
        {
            Series = series;
            X = [.. series.X.Select(frame.X)];
            Y = [.. series.Y.Select(frame.Y)];
            for (Last = X.Length - 1; Last >= 0 && !(double.IsFinite(X[Last]) && double.IsFinite(Y[Last])); Last--) { }
            Path = series.Dots ? LinePath.Dots(X, Y) : LinePath.Line(X, Y);

            // A band that reaches zero goes to the bottom of a logarithmic axis.
            var floor = yAxis.Kind == AxisKind.Logarithmic ? yAxis.Low : double.NegativeInfinity;
            Band = LinePath.Band(X, [.. series.Lower.Select(v => frame.Y(Math.Max(v, floor)))], [.. series.Upper.Select(v => frame.Y(Math.Max(v, floor)))]);
        }

        public LineSeries Series { get; }

        public double[] X { get; }

        public double[] Y { get; }

        public int Last { get; }

        public string Path { get; }

        public string Band { get; }
    }
}
