namespace MetaMirror.Experiments.Tuning;

/// <summary>Quantiles over seeds, where "not reached" and "diverged" are infinite.</summary>
public static class Quantiles
{
    /// <summary>
    /// Sorted x_0 ... x_(n-1), h = (n - 1) p: x_floor(h) + (h - floor(h)) (x_ceil(h) - x_floor(h)), as NumPy's default. Where only the upper
    /// neighbor is infinite the lower one is taken: a median is null only if fewer than half of the values are finite.
    /// </summary>
    /// <param name="values">At least one; NaN counts as infinite.</param>
    /// <param name="p">0 to 1.</param>
    public static double Of(ReadOnlySpan<double> values, double p)
    {
        ArgumentOutOfRangeException.ThrowIfZero(values.Length, nameof(values));
        if (!(p is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(p), p, "A quantile's share must lie between 0 and 1.");
        double[] sorted = [.. values];
        for (int i = 0; i < sorted.Length; i++)
        {
            if (double.IsNaN(sorted[i]))
                sorted[i] = double.PositiveInfinity;
        }

        Array.Sort(sorted);
        double h = (sorted.Length - 1) * p;
        int low = (int)Math.Floor(h);
        double a = sorted[low], b = sorted[Math.Min(low + 1, sorted.Length - 1)];
        return double.IsFinite(b) ? a + ((h - low) * (b - a)) : a;
    }

    /// <summary>The median.</summary>
    public static double Median(ReadOnlySpan<double> values) => Of(values, 0.5);

    /// <summary>The value, or null where it is not finite.</summary>
    public static double? OrNull(double value) => double.IsFinite(value) ? value : null;
}
