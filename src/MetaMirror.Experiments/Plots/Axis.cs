namespace MetaMirror.Experiments.Plots;

/// <summary>How an axis maps values to lengths.</summary>
public enum AxisKind
{
    /// <summary>Equal differences are equal lengths.</summary>
    Linear,

    /// <summary>Equal ratios are equal lengths; values at or below zero are not drawn.</summary>
    Logarithmic,
}

/// <summary>The interval that an axis shows, and its map to [0, 1].</summary>
public sealed record Axis
{
    /// <summary>Beyond this, differences and ratios of two values could overflow; what is that large has diverged.</summary>
    private const double Greatest = 1e300;

    private Axis(AxisKind kind, double low, double high) => (Kind, Low, High) = (kind, low, high);

    /// <summary>Linear or logarithmic.</summary>
    public AxisKind Kind { get; }

    /// <summary>Value at the start of the axis.</summary>
    public double Low { get; }

    /// <summary>Value at the end of the axis, above <see cref="Low"/>.</summary>
    public double High { get; }

    /// <summary>An axis from <paramref name="low"/> to <paramref name="high"/>; an empty interval is widened so that one value stands in the middle.</summary>
    /// <param name="kind">Linear or logarithmic.</param>
    /// <param name="low">Lower end.</param>
    /// <param name="high">Upper end.</param>
    /// <returns>The axis.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An end is not finite, the ends are in the wrong order, or a logarithmic axis would start at or below zero.</exception>
    public static Axis Between(AxisKind kind, double low, double high)
    {
        if (!double.IsFinite(low) || (kind == AxisKind.Logarithmic && low <= 0))
            throw new ArgumentOutOfRangeException(nameof(low), low, kind == AxisKind.Logarithmic ? "Expected a positive finite end." : "Expected a finite end.");
        if (!double.IsFinite(high) || high < low) throw new ArgumentOutOfRangeException(nameof(high), high, $"Expected a finite end of at least {NumberText.Exact(low)}.");
        (low, high) = (Math.Clamp(low, kind == AxisKind.Logarithmic ? 1 / Greatest : -Greatest, Greatest), Math.Clamp(high, -Greatest, Greatest));
        if (high > low && (kind == AxisKind.Logarithmic ? high / low > 1 + 1e-12 : high - low > 1e-12 * Math.Max(Math.Abs(low), Math.Abs(high)))) return new Axis(kind, low, high);
        if (kind == AxisKind.Logarithmic) return new Axis(kind, low / 2, high * 2);
        var margin = low == 0 ? 1 : Math.Abs(low) / 2;
        return new Axis(kind, low - margin, high + margin);
    }

    /// <summary>The axis that shows all drawable values with a margin; [0, 1] or [0.1, 1] when there are none.</summary>
    /// <param name="kind">Linear or logarithmic.</param>
    /// <param name="values">Values; those not finite (on a logarithmic axis also those not positive) are ignored.</param>
    /// <param name="margin">Fraction of the length left free at both ends.</param>
    /// <returns>The axis.</returns>
    public static Axis Around(AxisKind kind, IEnumerable<double> values, double margin = 0)
    {
        ArgumentNullException.ThrowIfNull(values);
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        foreach (var value in values)
        {
            if (!IsDrawable(kind, value)) continue;
            low = Math.Min(low, value);
            high = Math.Max(high, value);
        }

        if (low > high) return Between(kind, kind == AxisKind.Logarithmic ? 0.1 : 0, 1);
        var tight = Between(kind, low, high);
        if (margin == 0 || low == high) return tight;
        if (kind == AxisKind.Linear) return Between(kind, low - (margin * (high - low)), high + (margin * (high - low)));
        var factor = Math.Pow(high / low, margin);
        return Between(kind, Math.Max(low / factor, 1 / Greatest), Math.Min(high * factor, Greatest));
    }

    /// <summary>Whether a value has a place on this kind of axis.</summary>
    /// <param name="kind">Linear or logarithmic.</param>
    /// <param name="value">Any number.</param>
    /// <returns>True when finite (at most 1e300 in size) and, on a logarithmic axis, positive.</returns>
    public static bool IsDrawable(AxisKind kind, double value) => Math.Abs(value) <= Greatest && (kind == AxisKind.Linear || value > 0);

    /// <summary>Place of a value: 0 at <see cref="Low"/>, 1 at <see cref="High"/>.</summary>
    /// <param name="value">Any number.</param>
    /// <returns>The fraction, kept within [-4, 5] so that far values leave the picture but no coordinate overflows; NaN when not drawable.</returns>
    public double Fraction(double value)
    {
        if (!IsDrawable(Kind, value)) return double.NaN;
        var fraction = Kind == AxisKind.Linear
            ? (value - Low) / (High - Low)
            : (Math.Log(value) - Math.Log(Low)) / (Math.Log(High) - Math.Log(Low));
        return Math.Clamp(fraction, -4, 5);
    }

    /// <summary>Round marks on this axis.</summary>
    /// <param name="about">Marks wished for.</param>
    /// <returns>The marks in rising order.</returns>
    public IReadOnlyList<Tick> RoundTicks(int about) =>
        Kind == AxisKind.Linear ? Ticks.Linear(Low, High, about) : Ticks.Logarithmic(Low, High, about);
}
