namespace MetaMirror.Experiments.Plots;

/// <summary>Parts that add up, over steps: layer j at step t spans [sum_{i &lt; j} v_ti, sum_{i &lt;= j} v_ti].</summary>
public sealed record StackedAreaChart : Plot
{
    /// <summary>Title of the horizontal axis.</summary>
    public string XTitle { get; init; } = "";

    /// <summary>Title of the vertical axis.</summary>
    public string YTitle { get; init; } = "";

    /// <summary>Horizontal values, shape [steps]; empty: 0, 1, ....</summary>
    public IReadOnlyList<double> X { get; init; } = [];

    /// <summary>Names of the parts, from the bottom, shape [parts].</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Values, shape [steps][parts]; what is negative or not finite counts as zero.</summary>
    public required IReadOnlyList<IReadOnlyList<double>> Values { get; init; }

    /// <inheritdoc/>
    internal override double NeededHeight => Math.Max(Height, EndLabels.Height(Labels.Count) + 80);

    /// <inheritdoc/>
    internal override void Draw(MarkupWriter svg)
    {
        var sums = Sums();
        IReadOnlyList<double> x = X.Count > 0 ? X : [.. Enumerable.Range(0, Values.Count).Select(t => (double)t)];
        if (x.Count != Values.Count) throw new InvalidOperationException($"Expected {Values.Count} horizontal values, found {x.Count}.");
        var top = sums.Select(s => s[^1]).DefaultIfEmpty(0).Max();
        var frame = new PlotFrame(
            Axis.Around(AxisKind.Linear, x),
            Axis.Between(AxisKind.Linear, 0, top > 0 ? top : 1),
            Width,
            NeededHeight,
            EndLabels.Room(Labels.Select(l => (l, false))));
        frame.Draw(svg, XTitle, YTitle);
        if (x.Count == 0 || top == 0)
        {
            frame.DrawNothing(svg);
            return;
        }

        // One step is drawn as a bar over the whole width.
        double[] pixels = x.Count == 1 ? [0, frame.Right - frame.Left] : [.. x.Select(frame.X)];
        int RowOf(int pixel) => x.Count == 1 ? 0 : pixel;
        frame.OpenArea(svg);
        for (var j = 0; j < Labels.Count; j++)
        {
            double[] Edge(int k) => [.. pixels.Select((_, i) => frame.Y(sums[RowOf(i)][k]))];
            svg.Open("path", ("class", "area " + Style(j).Classes), ("d", LinePath.Band(pixels, Edge(j), Edge(j + 1))));
            svg.Element("title", Labels[j]);
            svg.Close();
        }

        svg.Close();
        var last = sums[^1];
        EndLabels.Draw(
            svg,
            [.. Labels.Select((l, j) => new EndLabel(l, Style(j).Classes, frame.Right, frame.Top + ((frame.Y(last[j]) + frame.Y(last[j + 1])) / 2)))],
            frame.Right,
            frame.Top,
            frame.Bottom - 4);
    }

    private static SeriesStyle Style(int part) => new(SeriesWeight.Part, part);

    private double[][] Sums()
    {
        var sums = new double[Values.Count][];
        for (var t = 0; t < sums.Length; t++)
        {
            var row = Values[t];
            if (row.Count != Labels.Count) throw new InvalidOperationException($"Step {t}: expected {Labels.Count} parts, found {row.Count}.");
            sums[t] = new double[row.Count + 1];
            for (var j = 0; j < row.Count; j++) sums[t][j + 1] = sums[t][j] + (double.IsFinite(row[j]) ? Math.Max(0, row[j]) : 0);
        }

        return sums;
    }
}
