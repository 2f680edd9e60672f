using System.Text;

namespace MetaMirror.Experiments.Plots;

/// <summary>A matrix drawn as an image.</summary>
/// <param name="Title">Written above it; may be empty.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Columns">Number of columns.</param>
/// <param name="Values">Row-major, shape [rows * columns]; what is not finite is drawn as missing.</param>
public sealed record HeatmapPanel(string Title, int Rows, int Columns, IReadOnlyList<double> Values);

/// <summary>Matrices as a grid of images with one shared color scale and its scale bar.</summary>
public sealed record Heatmap : Plot
{
    private const int MostCells = 30_000;
    private const double Gap = 14;
    private const double TitleHeight = 18;
    private const double BarHeight = 44;

    /// <summary>The images, row by row.</summary>
    public required IReadOnlyList<HeatmapPanel> Panels { get; init; }

    /// <summary>What the colors mean; written at the scale bar.</summary>
    public string Unit { get; init; } = "";

    /// <inheritdoc/>
    internal override double NeededHeight => Layout().Height;

    /// <inheritdoc/>
    internal override void Draw(MarkupWriter svg)
    {
        foreach (var panel in Panels) Require(panel);
        var shown = Panels.Select(Pooled).ToArray();
        var scale = HeatScale.For(shown.SelectMany(p => p.Values));
        var (perRow, cell, _) = Layout();
        var (w, h) = LargestPanel(cell);
        for (var i = 0; i < shown.Length; i++)
        {
            var left = i % perRow * (w + Gap);
            var top = i / perRow * (h + TitleHeight + Gap);
            DrawPanel(svg, shown[i], scale, left, top, w, h);
        }

        DrawBar(svg, scale, NeededHeight - BarHeight + 10);
    }

    private (int PerRow, double Cell, double Height) Layout()
    {
        if (Panels.Count == 0) return (1, 1, BarHeight);
        var rows = Math.Max(1, Panels.Max(p => p.Rows));
        var columns = Math.Max(1, Panels.Max(p => p.Columns));
        var most = Panels.Count switch { 1 => 400.0, <= 4 => 200, <= 12 => 140, _ => 117 };
        var cell = columns > 2 * rows
            ? Math.Min((Panels.Count == 1 ? Width : 2 * most) / columns, most / rows)
            : Math.Min(most / columns, most / rows);
        cell = Math.Min(cell, 36);
        var perRow = Math.Clamp((int)((Width + Gap) / ((columns * cell) + Gap)), 1, Panels.Count);
        var lines = (Panels.Count + perRow - 1) / perRow;
        return (perRow, cell, (lines * ((rows * cell) + TitleHeight + Gap)) + BarHeight);
    }

    private (double Width, double Height) LargestPanel(double cell) =>
        (Panels.Select(p => p.Columns * cell).DefaultIfEmpty(0).Max(), Panels.Select(p => p.Rows * cell).DefaultIfEmpty(0).Max());

    private static void DrawPanel(MarkupWriter svg, HeatmapPanel panel, HeatScale scale, double left, double top, double width, double height)
    {
        svg.Element("text", TextWidth.Fit(panel.Title, 11, width + Gap - 4), ("class", "paneltitle"), ("x", NumberText.Coordinate(left)), ("y", NumberText.Coordinate(top + 12)));
        if (panel.Rows == 0 || panel.Columns == 0) return;
        svg.Open(
            "svg",
            ("x", NumberText.Coordinate(left)),
            ("y", NumberText.Coordinate(top + TitleHeight)),
            ("width", NumberText.Coordinate(width)),
            ("height", NumberText.Coordinate(height)),
            ("viewBox", $"0 0 {panel.Columns} {panel.Rows}"),
            ("preserveAspectRatio", panel.Rows * width > panel.Columns * height * 1.001 ? "xMinYMin" : "none"),
            ("shape-rendering", "crispEdges"));
        foreach (var (level, path) in Runs(panel, scale)) svg.Empty("path", ("class", level < 0 ? "missing" : scale.Prefix + NumberText.Coordinate(level)), ("d", path));
        svg.Close();
    }

    // One path per color level, equal neighbors in a row merged: a 28 x 28 image takes a few kilobytes.
    private static IEnumerable<(int Level, string Path)> Runs(HeatmapPanel panel, HeatScale scale)
    {
        var paths = new SortedDictionary<int, StringBuilder>();
        for (var r = 0; r < panel.Rows; r++)
        {
            for (int c = 0, end; c < panel.Columns; c = end)
            {
                var level = scale.Level(panel.Values[(r * panel.Columns) + c]);
                for (end = c + 1; end < panel.Columns && scale.Level(panel.Values[(r * panel.Columns) + end]) == level; end++) { }
                if (!paths.TryGetValue(level, out var path)) paths[level] = path = new StringBuilder();
                path.Append(System.Globalization.CultureInfo.InvariantCulture, $"M{c} {r}h{end - c}v1h-{end - c}z");
            }
        }

        return paths.Select(p => (p.Key, p.Value.ToString()));
    }

    private void DrawBar(MarkupWriter svg, HeatScale scale, double top)
    {
        const double length = 260;
        for (var k = 0; k < ColorRamp.Levels; k++)
        {
            svg.Empty(
                "rect",
                ("class", scale.Prefix + NumberText.Coordinate(k)),
                ("x", NumberText.Coordinate(10 + (k * length / ColorRamp.Levels))),
                ("y", NumberText.Coordinate(top)),
                ("width", NumberText.Coordinate((length / ColorRamp.Levels) + 0.3)),
                ("height", "10"));
        }

        foreach (var (fraction, label) in scale.Marks(5))
        {
            var x = NumberText.Coordinate(10 + (fraction * length));
            svg.Empty("path", ("class", "axis"), ("d", $"M{x} {NumberText.Coordinate(top + 10)}v4"));
            svg.Element("text", label, ("class", "tick"), ("x", x), ("y", NumberText.Coordinate(top + 27)), ("text-anchor", "middle"));
        }

        svg.Element("text", Unit, ("class", "tick"), ("x", NumberText.Coordinate(length + 28)), ("y", NumberText.Coordinate(top + 10)));
    }

    // With more cells than this, cells are smaller than pixels and the file grows for nothing: k x k blocks are averaged.
    private static HeatmapPanel Pooled(HeatmapPanel panel)
    {
        var k = 1;
        while ((long)Blocks(panel.Rows, k) * Blocks(panel.Columns, k) > MostCells) k++;
        if (k == 1) return panel;
        var (rows, columns) = (Blocks(panel.Rows, k), Blocks(panel.Columns, k));
        var pooled = new double[rows * columns];
        for (var i = 0; i < pooled.Length; i++)
        {
            double sum = 0;
            var count = 0;
            for (var r = i / columns * k; r < Math.Min(panel.Rows, ((i / columns) + 1) * k); r++)
            {
                for (var c = i % columns * k; c < Math.Min(panel.Columns, ((i % columns) + 1) * k); c++, count++) sum += panel.Values[(r * panel.Columns) + c];
            }

            pooled[i] = sum / count;
        }

        return new HeatmapPanel($"{panel.Title} (means of {k} × {k})", rows, columns, pooled);
    }

    private static int Blocks(int cells, int k) => (cells + k - 1) / k;

    private static void Require(HeatmapPanel panel)
    {
        if (panel.Rows < 0 || panel.Columns < 0 || panel.Values.Count != panel.Rows * panel.Columns)
            throw new InvalidOperationException($"Panel '{panel.Title}': expected {panel.Rows} x {panel.Columns} = {panel.Rows * panel.Columns} values, found {panel.Values.Count}.");
    }
}
