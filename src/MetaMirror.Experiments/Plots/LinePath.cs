using System.Text;

namespace MetaMirror.Experiments.Plots;

/// <summary>SVG path data of lines and bands; gaps where a value is not drawable.</summary>
internal static class LinePath
{
    /// <summary>Most points of one path; more would only make the file larger.</summary>
    private const int MostPoints = 1200;

    /// <summary>A line through (x_i, y_i) in pixels; a point between two gaps becomes a dot (zero-length segment with round caps).</summary>
    /// <param name="x">Horizontal coordinates, shape [n].</param>
    /// <param name="y">Vertical coordinates, shape [n]; NaN is a gap.</param>
    /// <returns>Path data; empty when nothing can be drawn.</returns>
    public static string Line(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var path = new StringBuilder();
        var run = 0;
        foreach (var i in Chosen(y))
        {
            if (!double.IsFinite(x[i]) || !double.IsFinite(y[i]))
            {
                EndRun(path, run);
                run = 0;
                continue;
            }

            path.Append(run == 0 ? 'M' : 'L').Append(NumberText.Coordinate(x[i])).Append(' ').Append(NumberText.Coordinate(y[i]));
            run++;
        }

        EndRun(path, run);
        return path.ToString();
    }

    /// <summary>A dot at each (x_i, y_i): zero-length segments, drawn round by the stroke's caps.</summary>
    /// <param name="x">Horizontal coordinates, shape [n].</param>
    /// <param name="y">Vertical coordinates, shape [n]; NaN is left out.</param>
    /// <returns>Path data; empty when nothing can be drawn.</returns>
    public static string Dots(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var path = new StringBuilder();
        for (var i = 0; i < y.Length; i++)
        {
            if (!double.IsFinite(x[i]) || !double.IsFinite(y[i])) continue;
            Append(path, 'M', x[i], y[i]);
            path.Append("h0");
        }

        return path.ToString();
    }

    /// <summary>The region between two lines; one polygon per run without gaps.</summary>
    /// <param name="x">Horizontal coordinates, shape [n].</param>
    /// <param name="lower">One edge, shape [n]; NaN is a gap.</param>
    /// <param name="upper">The other edge, shape [n]; NaN is a gap.</param>
    /// <returns>Path data; empty when nothing can be drawn.</returns>
    public static string Band(ReadOnlySpan<double> x, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        var path = new StringBuilder();
        var run = new List<int>();
        foreach (var i in Chosen(upper))
        {
            if (double.IsFinite(x[i]) && double.IsFinite(lower[i]) && double.IsFinite(upper[i])) run.Add(i);
            else EndBand(path, run, x, lower, upper);
        }

        EndBand(path, run, x, lower, upper);
        return path.ToString();
    }

    private static void EndRun(StringBuilder path, int run)
    {
        if (run == 1) path.Append("h0");
    }

    private static void EndBand(StringBuilder path, List<int> run, ReadOnlySpan<double> x, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        if (run.Count > 1)
        {
            for (var k = 0; k < run.Count; k++) Append(path, k == 0 ? 'M' : 'L', x[run[k]], upper[run[k]]);
            for (var k = run.Count - 1; k >= 0; k--) Append(path, 'L', x[run[k]], lower[run[k]]);
            path.Append('Z');
        }

        run.Clear();
    }

    private static void Append(StringBuilder path, char command, double x, double y) =>
        path.Append(command).Append(NumberText.Coordinate(x)).Append(' ').Append(NumberText.Coordinate(y));

    /// <summary>Indices worth drawing: all, or of every bucket the first, lowest, highest and last point, so that no spike is lost.</summary>
    /// <param name="y">Values, shape [n].</param>
    /// <returns>Rising indices.</returns>
    internal static IReadOnlyList<int> Chosen(ReadOnlySpan<double> y)
    {
        var indices = new List<int>();
        if (y.Length <= MostPoints)
        {
            for (var i = 0; i < y.Length; i++) indices.Add(i);
            return indices;
        }

        const int buckets = MostPoints / 4;
        for (var b = 0; b < buckets; b++)
        {
            var from = (int)((long)b * y.Length / buckets);
            var to = (int)((long)(b + 1) * y.Length / buckets);
            int low = from, high = from, gap = -1;
            for (var i = from; i < to; i++)
            {
                if (!double.IsFinite(y[i])) gap = i;
                if (!(y[low] <= y[i])) low = i;
                if (!(y[high] >= y[i])) high = i;
            }

            foreach (var i in new SortedSet<int> { from, low, high, gap < 0 ? from : gap, to - 1 }) indices.Add(i);
        }

        return indices;
    }
}
