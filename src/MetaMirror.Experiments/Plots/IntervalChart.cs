namespace MetaMirror.Experiments.Plots;

/// <summary>One row of an <see cref="IntervalChart"/>.</summary>
/// <param name="Label">Name at the left.</param>
/// <param name="Style">Color and weight.</param>
/// <param name="Middle">The dot; NaN: not reached.</param>
/// <param name="Lower">Left end of the line; NaN: none.</param>
/// <param name="Upper">Right end of the line; NaN: none.</param>
/// <param name="Text">What is written at the right.</param>
public sealed record IntervalRow(string Label, SeriesStyle Style, double Middle, double Lower, double Upper, string Text);

/// <summary>Dots with lines (median and quartiles), one row each: shorter is better at a glance.</summary>
public sealed record IntervalChart : Plot
{
    private const double RowHeight = 24;
    private const double FontSize = 12;
    private const double Top = 8;

    /// <summary>Title of the horizontal axis.</summary>
    public string XTitle { get; init; } = "";

    /// <summary>The rows, from the top.</summary>
    public required IReadOnlyList<IntervalRow> Rows { get; init; }

    /// <inheritdoc/>
    internal override double NeededHeight => Top + (Rows.Count * RowHeight) + 48;

    /// <inheritdoc/>
    internal override void Draw(MarkupWriter svg)
    {
        var values = Rows.SelectMany(r => (double[])[r.Middle, r.Lower, r.Upper]).Where(v => double.IsFinite(v) && v >= 0).ToArray();
        var high = values.DefaultIfEmpty(1).Max();
        var low = values.Where(v => v > 0).DefaultIfEmpty(1).Min();

        // Slow baselines may need a hundred times the steps: a linear axis would press all others into one dot.
        var axis = high / low > 40 ? Axis.Between(AxisKind.Logarithmic, low / 1.3, high * 1.1) : Axis.Between(AxisKind.Linear, 0, high > 0 ? high * 1.02 : 1);
        var left = Math.Ceiling(Math.Min(260, Rows.Select(r => TextWidth.Of(r.Label, FontSize, bold: true)).DefaultIfEmpty(0).Max()) + 14);
        var right = Width - Math.Ceiling(Math.Min(220, Rows.Select(r => TextWidth.Of(r.Text, FontSize, bold: true)).DefaultIfEmpty(0).Max()) + 16);
        right = Math.Max(right, left + 60);
        double At(double value) => left + (Math.Clamp(axis.Fraction(value), 0, 1) * (right - left));
        var bottom = Top + (Rows.Count * RowHeight);
        foreach (var tick in axis.RoundTicks(Math.Max(2, (int)((right - left) / 90))))
        {
            var at = NumberText.Coordinate(At(tick.Value));
            svg.Empty("path", ("class", "grid"), ("d", $"M{at} {NumberText.Coordinate(Top)}V{NumberText.Coordinate(bottom)}"));
            svg.Element("text", tick.Label, ("class", "tick"), ("x", at), ("y", NumberText.Coordinate(bottom + 18)), ("text-anchor", "middle"));
        }

        svg.Element("text", XTitle, ("class", "axistitle"), ("x", NumberText.Coordinate((left + right) / 2)), ("y", NumberText.Coordinate(bottom + 38)), ("text-anchor", "middle"));
        for (var i = 0; i < Rows.Count; i++) DrawRow(svg, Rows[i], Top + ((i + 0.5) * RowHeight), left, right, At);
    }

    private void DrawRow(MarkupWriter svg, IntervalRow row, double y, double left, double right, Func<double, double> at)
    {
        var center = NumberText.Coordinate(y);
        svg.Element("text", TextWidth.Fit(row.Label, FontSize, 250), ("class", "label " + row.Style.Classes), ("x", NumberText.Coordinate(left - 12)), ("y", center), ("dy", "0.35em"), ("text-anchor", "end"));
        svg.Element("text", TextWidth.Fit(row.Text, FontSize, 210), ("class", "value " + row.Style.Classes), ("x", NumberText.Coordinate(right + 12)), ("y", center), ("dy", "0.35em"));
        if (!double.IsFinite(row.Middle))
        {
            svg.Empty("path", ("class", "missed"), ("d", $"M{NumberText.Coordinate(left)} {center}H{NumberText.Coordinate(right)}"));
            return;
        }

        svg.Empty("path", ("class", "stem " + row.Style.Classes), ("d", $"M{NumberText.Coordinate(left)} {center}H{NumberText.Coordinate(at(row.Middle))}"));
        if (double.IsFinite(row.Lower) && double.IsFinite(row.Upper))
            svg.Empty("path", ("class", "whisker " + row.Style.Classes), ("d", $"M{NumberText.Coordinate(at(row.Lower))} {center}H{NumberText.Coordinate(at(row.Upper))}"));
        svg.Empty("circle", ("class", "mark " + row.Style.Classes), ("cx", NumberText.Coordinate(at(row.Middle))), ("cy", center), ("r", row.Style.Weight == SeriesWeight.Learned ? "6" : "4.5"));
    }
}
