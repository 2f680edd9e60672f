namespace MetaMirror.Experiments.Plots;

/// <summary>The points an optimizer visited in the plane.</summary>
/// <param name="Label">Name.</param>
/// <param name="Style">Color and weight.</param>
/// <param name="X">First coordinates, shape [n].</param>
/// <param name="Y">Second coordinates, shape [n].</param>
public sealed record PlanePath(string Label, SeriesStyle Style, IReadOnlyList<double> X, IReadOnlyList<double> Y);

/// <summary>Paths of optimizers on a two-dimensional quadratic over its level sets; both coordinates have the same scale.</summary>
public sealed record TrajectoryPlot : Plot
{
    private const int DotsPerPath = 60;
    private const int Levels = 7;

    /// <summary>The quadratic; null: no contours.</summary>
    public PlaneQuadratic? Quadratic { get; init; }

    /// <summary>The paths.</summary>
    public required IReadOnlyList<PlanePath> Paths { get; init; }

    /// <inheritdoc/>
    internal override double NeededHeight => Math.Max(Height, EndLabels.Height(Paths.Count) + 80);

    /// <inheritdoc/>
    internal override void Draw(MarkupWriter svg)
    {
        foreach (var path in Paths)
        {
            if (path.X.Count != path.Y.Count) throw new InvalidOperationException($"Path '{path.Label}': expected {path.X.Count} second coordinates, found {path.Y.Count}.");
        }

        var room = EndLabels.Room(Paths.Select(p => (p.Label, p.Style.Weight == SeriesWeight.Learned)));
        var frame = Frame(room);
        frame.Draw(svg, "θ₁", "θ₂");
        frame.OpenArea(svg);
        DrawContours(svg, frame);
        foreach (var path in Paths.OrderBy(p => p.Style.Layer)) DrawPath(svg, frame, path);
        DrawEnds(svg, frame);
        svg.Close();
        if (Paths.All(p => p.X.Count == 0)) frame.DrawNothing(svg);
        DrawLegend(svg, frame);
    }

    // Equal scales: the shorter side of the data is given the room that is left.
    private PlotFrame Frame(double room)
    {
        var x = Axis.Around(AxisKind.Linear, Visible(p => p.X).Concat(Center().Select(c => c.X)), 0.08);
        var y = Axis.Around(AxisKind.Linear, Visible(p => p.Y).Concat(Center().Select(c => c.Y)), 0.08);
        var probe = new PlotFrame(x, y, Width, NeededHeight, room);
        var (w, h) = (probe.Right - probe.Left, probe.Bottom - probe.Top);
        var scale = Math.Max((x.High - x.Low) / w, (y.High - y.Low) / h);
        return new PlotFrame(Widened(x, scale * w), Widened(y, scale * h), Width, NeededHeight, room);
    }

    private static Axis Widened(Axis axis, double length)
    {
        var middle = (axis.Low + axis.High) / 2;
        return Axis.Between(AxisKind.Linear, middle - (length / 2), middle + (length / 2));
    }

    // A baseline that flies off must not shrink everything else: the subject and the starts decide, others may leave the picture.
    private IEnumerable<double> Visible(Func<PlanePath, IReadOnlyList<double>> coordinate)
    {
        var limits = Paths.Where(p => p.Style.Weight == SeriesWeight.Learned).SelectMany(coordinate)
            .Concat(Paths.SelectMany(p => coordinate(p).Take(1))).Where(double.IsFinite).ToArray();
        var (low, high) = limits.Length == 0 ? (-1.0, 1.0) : (limits.Min(), limits.Max());
        var reach = 0.6 * Math.Max(high - low, 1e-9);
        return Paths.SelectMany(coordinate).Where(v => v >= low - reach && v <= high + reach);
    }

    private IEnumerable<(double X, double Y)> Center() => Quadratic is { IsConvex: true } q ? [q.Minimizer] : [];

    private void DrawContours(MarkupWriter svg, PlotFrame frame)
    {
        if (Quadratic is not { IsConvex: true } quadratic) return;
        var start = Paths.Where(p => p.X.Count > 0).Select(p => quadratic.Excess(p.X[0], p.Y[0])).Where(double.IsFinite).DefaultIfEmpty(1).Max();
        if (start <= 0) start = 1;
        for (var k = 0; k < Levels; k++)
        {
            var ellipse = quadratic.Ellipse(start * Math.Pow(4, 1 - k), 121);
            svg.Empty("path", ("class", "contour"), ("d", LinePath.Line([.. ellipse.Select(p => frame.X(p.X))], [.. ellipse.Select(p => frame.Y(p.Y))])));
        }
    }

    private static void DrawPath(MarkupWriter svg, PlotFrame frame, PlanePath path)
    {
        double[] x = [.. path.X.Select(frame.X)], y = [.. path.Y.Select(frame.Y)];
        svg.Open("path", ("class", "line " + path.Style.Classes), ("d", LinePath.Line(x, y)));
        svg.Element("title", path.Label);
        svg.Close();
        var first = Math.Min(x.Length, DotsPerPath);
        svg.Empty("path", ("class", "dots " + path.Style.Classes), ("d", LinePath.Dots(x.AsSpan(0, first), y.AsSpan(0, first))));
    }

    private void DrawEnds(MarkupWriter svg, PlotFrame frame)
    {
        var starts = Paths.Where(p => p.X.Count > 0 && double.IsFinite(p.X[0]) && double.IsFinite(p.Y[0])).Select(p => (p.X[0], p.Y[0])).Distinct();
        foreach (var (x, y) in starts)
        {
            svg.Empty("circle", ("class", "start"), ("cx", NumberText.Coordinate(frame.X(x))), ("cy", NumberText.Coordinate(frame.Y(y))), ("r", "5"));
        }

        foreach (var (x, y) in Center())
        {
            svg.Empty("path", ("class", "cross"), ("d", $"M{NumberText.Coordinate(frame.X(x) - 6)} {NumberText.Coordinate(frame.Y(y))}h12m-6-6v12"));
        }
    }

    // Paths end on top of one another at the minimizer, so names stand in a list.
    private void DrawLegend(MarkupWriter svg, PlotFrame frame)
    {
        for (var i = 0; i < Paths.Count; i++)
        {
            var y = NumberText.Coordinate(frame.Top + 8 + EndLabels.Height(i));
            svg.Empty("path", ("class", "line key " + Paths[i].Style.Classes), ("d", $"M{NumberText.Coordinate(frame.Right + 8)} {y}h16"));
            svg.Element("text", TextWidth.Fit(Paths[i].Label, EndLabels.FontSize, 240), ("class", "label " + Paths[i].Style.Classes), ("x", NumberText.Coordinate(frame.Right + 30)), ("y", y), ("dy", "0.35em"));
        }
    }
}
