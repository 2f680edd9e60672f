namespace MetaMirror.Experiments.Plots;

/// <summary>Step functions as lines: the value at x_i holds until x_(i+1).</summary>
public static class StepLine
{
    /// <summary>The line with its corners.</summary>
    /// <param name="label">Name, written at the line's end.</param>
    /// <param name="style">Color and weight.</param>
    /// <param name="x">Where the steps are, rising, shape [n].</param>
    /// <param name="y">Values from there on, shape [n]; NaN is a gap.</param>
    /// <param name="end">Where the last value ends.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static LineSeries Of(string label, SeriesStyle style, IReadOnlyList<double> x, IReadOnlyList<double> y, double end)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        if (x.Count != y.Count)
            throw new ArgumentException($"Expected as many values as steps, {x.Count}, found {y.Count}.", nameof(y));
        List<double> across = [], up = [];
        for (int i = 0; i < x.Count; i++)
        {
            double next = i + 1 < x.Count ? x[i + 1] : end;
            across.Add(x[i]);
            up.Add(y[i]);
            if (!(next > x[i]))
                continue;
            across.Add(next);
            up.Add(y[i]);
        }

        return new LineSeries(label, style, across, up);
    }
}
