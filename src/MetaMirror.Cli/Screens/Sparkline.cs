using MetaMirror.Experiments.Plots;

namespace MetaMirror.Cli.Screens;

/// <summary>A curve in one line of text.</summary>
internal static class Sparkline
{
    private const string Levels = "▁▂▃▄▅▆▇█";
    private const int Points = 40;

    /// <summary>The values from first to last; by their logarithms where all are positive; values that are not finite are crosses.</summary>
    public static string Of(IReadOnlyList<double> values)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        if (finite.Length == 0)
            return "(no finite value)";
        Func<double, double> height = finite.Min() > 0 ? Math.Log : x => x;
        double least = height(finite.Min()), most = height(finite.Max());
        int points = Math.Min(Points, values.Count);
        IEnumerable<char> line = Enumerable.Range(0, points).Select(
            i => Level(height(values[(int)((long)i * (values.Count - 1) / Math.Max(1, points - 1))]), least, most));
        return $"{NumberText.Significant(values[0])} {string.Concat(line)} {NumberText.Significant(values[^1])}";
    }

    private static char Level(double height, double least, double most) =>
        !double.IsFinite(height) ? '×' : most > least ? Levels[(int)Math.Round((height - least) / (most - least) * (Levels.Length - 1))] : Levels[0];
}
