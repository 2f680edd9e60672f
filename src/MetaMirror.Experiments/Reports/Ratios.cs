using System.Globalization;
using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Reports;

/// <summary>Ratios of figures of which one may be missing, and their texts.</summary>
internal static class Ratios
{
    /// <summary>Own / other; 0 where own alone is there, infinite where the other alone is, null where none is; 1 where both are 0.</summary>
    public static double? Of(double? own, double? other) => (own, other) switch
    {
        (null, null) => null,
        (_, null) => 0,
        (null, _) => double.PositiveInfinity,
        ({ } a, { } b) => a == b ? 1 : a / b,
    };

    /// <summary>The median, missing ones left out; null where there is none, or it is infinite. Half way between a 0, which is no number of times, and a ratio: that ratio.</summary>
    public static double? Median(IEnumerable<double?> ratios)
    {
        double[] sorted = [.. ratios.OfType<double>().Order()];
        if (sorted.Length == 0)
            return null;
        double upper = sorted[sorted.Length / 2];
        return Figure.OrNull(sorted[(sorted.Length - 1) / 2] == 0 ? upper : Verdict.Median(sorted));
    }

    /// <summary>For example <c>0.58×</c>; "–" where there is none.</summary>
    public static string Text(double? ratio) => NumberText.Ratio(ratio ?? double.NaN);

    /// <summary>For example <c>3 of 6</c>.</summary>
    public static string Part(int count, int all) => string.Create(CultureInfo.InvariantCulture, $"{count} of {all}");
}
