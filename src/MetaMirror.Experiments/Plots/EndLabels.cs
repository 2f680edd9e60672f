namespace MetaMirror.Experiments.Plots;

/// <summary>A name beside the end of a line.</summary>
/// <param name="Text">The name.</param>
/// <param name="Classes">Style-sheet classes of color and weight.</param>
/// <param name="X">Where the line ends, in pixels.</param>
/// <param name="Y">Where the line ends, in pixels.</param>
internal readonly record struct EndLabel(string Text, string Classes, double X, double Y);

/// <summary>Names at the right edge, moved apart as little as possible (in least squares) so that none covers another.</summary>
internal static class EndLabels
{
    public const double FontSize = 12;
    private const double LineHeight = 15;
    private const double Leader = 22;
    private const double MostWidth = 250;

    /// <summary>Room that the names need at the right.</summary>
    /// <param name="labels">The names and whether each is bold.</param>
    /// <returns>Pixels.</returns>
    public static double Room(IEnumerable<(string Text, bool Bold)> labels) =>
        Math.Min(MostWidth, labels.Select(l => TextWidth.Of(l.Text, FontSize, l.Bold)).DefaultIfEmpty(0).Max()) + Leader + 8;

    /// <summary>Height that so many names need.</summary>
    /// <param name="count">Number of names.</param>
    /// <returns>Pixels.</returns>
    public static double Height(int count) => count * LineHeight;

    /// <summary>Draws the names with thin leaders from the ends of their lines.</summary>
    public static void Draw(MarkupWriter svg, IReadOnlyList<EndLabel> labels, double right, double top, double bottom)
    {
        var ordered = labels.OrderBy(l => l.Y).ToArray();
        var places = Spread([.. ordered.Select(l => Math.Clamp(l.Y, top, bottom))], LineHeight, top, bottom);
        svg.Open("g", ("class", "endlabels"));
        for (var i = 0; i < ordered.Length; i++)
        {
            var (text, classes, x, y) = ordered[i];
            var end = Math.Clamp(y, top, bottom);
            var from = NumberText.Coordinate(Math.Min(x, right) + 3);
            var elbow = NumberText.Coordinate(right + 6);
            svg.Empty(
                "path",
                ("class", "leader " + classes),
                ("d", $"M{from} {NumberText.Coordinate(end)}H{elbow}L{NumberText.Coordinate(right + Leader - 4)} {NumberText.Coordinate(places[i])}"));
            svg.Element(
                "text",
                TextWidth.Fit(text, FontSize, MostWidth),
                ("class", "label " + classes),
                ("x", NumberText.Coordinate(right + Leader)),
                ("y", NumberText.Coordinate(places[i])),
                ("dy", "0.35em"));
        }

        svg.Close();
    }

    /// <summary>argmin sum_i (p_i - w_i)^2 subject to p_{i+1} - p_i >= gap and low &lt;= p &lt;= high: isotonic regression of w_i - i gap, then clamped.</summary>
    /// <param name="wished">Wished places, rising, shape [n].</param>
    /// <param name="gap">Least distance; made smaller when [low, high] cannot hold it.</param>
    /// <param name="low">First possible place.</param>
    /// <param name="high">Last possible place.</param>
    /// <returns>The places, shape [n].</returns>
    internal static double[] Spread(double[] wished, double gap, double low, double high)
    {
        var n = wished.Length;
        if (n == 0) return [];
        if (n > 1) gap = Math.Min(gap, (high - low) / (n - 1));
        var means = new List<(double Sum, int Count)>();
        for (var i = 0; i < n; i++)
        {
            (double Sum, int Count) block = (wished[i] - (i * gap), 1);
            while (means.Count > 0 && means[^1].Sum / means[^1].Count >= block.Sum / block.Count)
            {
                block = (block.Sum + means[^1].Sum, block.Count + means[^1].Count);
                means.RemoveAt(means.Count - 1);
            }

            means.Add(block);
        }

        var places = new double[n];
        var at = 0;
        foreach (var (sum, count) in means)
        {
            for (var k = 0; k < count; k++, at++) places[at] = Math.Clamp(sum / count, low, Math.Max(low, high - ((n - 1) * gap))) + (at * gap);
        }

        return places;
    }
}
