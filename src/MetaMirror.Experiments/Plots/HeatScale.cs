namespace MetaMirror.Experiments.Plots;

/// <summary>How values become colors.</summary>
public enum HeatScaleKind
{
    /// <summary>Symmetric about zero; for signed values.</summary>
    Diverging,

    /// <summary>From the least to the greatest value; for values of one sign.</summary>
    Sequential,

    /// <summary>As sequential, by the logarithm; for positive values over several decades.</summary>
    SequentialLog,
}

/// <summary>The map from values to color levels that the panels of a heat map share.</summary>
public sealed record HeatScale
{
    private readonly Axis axis;

    private HeatScale(HeatScaleKind kind, Axis axis) => (Kind, this.axis) = (kind, axis);

    /// <summary>How values become colors.</summary>
    public HeatScaleKind Kind { get; }

    /// <summary>Value of the first level.</summary>
    public double Low => axis.Low;

    /// <summary>Value of the last level.</summary>
    public double High => axis.High;

    /// <summary>Class prefix of the ramp.</summary>
    internal string Prefix => Kind == HeatScaleKind.Diverging ? "hd" : "hs";

    /// <summary>Chooses the scale: diverging when a value is negative, logarithmic when all are positive and span a factor of 100, else sequential from the least value.</summary>
    /// <param name="values">All values; those not finite are ignored.</param>
    /// <returns>The scale.</returns>
    public static HeatScale For(IEnumerable<double> values)
    {
        var finite = values.Where(double.IsFinite).ToArray();
        if (finite.Length == 0) return new HeatScale(HeatScaleKind.Sequential, Axis.Between(AxisKind.Linear, 0, 1));
        var (low, high) = (finite.Min(), finite.Max());
        if (low < 0)
        {
            var most = Math.Max(-low, high);
            return new HeatScale(HeatScaleKind.Diverging, Axis.Between(AxisKind.Linear, -most, most));
        }

        return low > 0 && high / low >= 100
            ? new HeatScale(HeatScaleKind.SequentialLog, Axis.Between(AxisKind.Logarithmic, low, high))
            : new HeatScale(HeatScaleKind.Sequential, Axis.Between(AxisKind.Linear, low, high));
    }

    /// <summary>Level of a value.</summary>
    /// <param name="value">Any number.</param>
    /// <returns>0 to <see cref="ColorRamp.Levels"/> - 1; -1 when not finite.</returns>
    public int Level(double value)
    {
        var fraction = axis.Fraction(value);
        return double.IsFinite(fraction) ? (int)Math.Round(Math.Clamp(fraction, 0, 1) * (ColorRamp.Levels - 1)) : -1;
    }

    /// <summary>Marks of the scale bar, as fractions of its length.</summary>
    internal IEnumerable<(double Fraction, string Label)> Marks(int about) => axis.RoundTicks(about).Select(t => (axis.Fraction(t.Value), t.Label));
}
