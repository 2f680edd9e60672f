namespace MetaMirror.Experiments.Tuning.Surrogates;

/// <summary>Points of the unit cube and what was observed there, standardized: z = (y - offset) / scale has mean 0 and, unless all are equal, variance 1.</summary>
public sealed class Observations
{
    private readonly double[] _points;
    private readonly double[] _standardized;

    private Observations(double[] points, int dimensions, double[] standardized, double offset, double scale)
    {
        _points = points;
        _standardized = standardized;
        Dimensions = dimensions;
        Offset = offset;
        Scale = scale;
    }

    /// <summary>d.</summary>
    public int Dimensions { get; }

    /// <summary>n.</summary>
    public int Count => _standardized.Length;

    /// <summary>Mean of the values.</summary>
    public double Offset { get; }

    /// <summary>Their standard deviation (with n in the denominator); 1 if they are all equal.</summary>
    public double Scale { get; }

    /// <summary>Shape [n, d].</summary>
    public ReadOnlySpan<double> Points => _points;

    /// <summary>z, shape [n].</summary>
    public ReadOnlySpan<double> Standardized => _standardized;

    /// <summary>Copies and standardizes.</summary>
    /// <param name="points">Shape [n, d], finite.</param>
    /// <param name="dimensions">d, at least 1.</param>
    /// <param name="values">Shape [n], n at least 1, finite.</param>
    /// <exception cref="ArgumentException">A shape is wrong, or a number is not finite.</exception>
    public static Observations Of(ReadOnlySpan<double> points, int dimensions, ReadOnlySpan<double> values)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        ArgumentOutOfRangeException.ThrowIfZero(values.Length, nameof(values));
        if (points.Length != (long)values.Length * dimensions)
            throw new ArgumentException($"Expected {values.Length} points of {dimensions} coordinates, found {points.Length} numbers.", nameof(points));
        Finite(points, nameof(points));
        Finite(values, nameof(values));
        double mean = 0, square = 0;
        foreach (double y in values)
            mean += y / values.Length;
        foreach (double y in values)
            square += (y - mean) * (y - mean) / values.Length;

        // Equal values differ from their mean by the rounding of its sum: n roundings of numbers of their size.
        double rounding = values.Length * Epsilon * Largest(values);
        double scale = square > rounding * rounding ? Math.Sqrt(square) : 1;
        var standardized = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
            standardized[i] = (values[i] - mean) / scale;
        return new Observations(points.ToArray(), dimensions, standardized, mean, scale);
    }

    /// <summary>The same with one more point; offset and scale stay.</summary>
    /// <param name="point">Shape [d].</param>
    /// <param name="value">What was, or is taken to be, observed there.</param>
    public Observations With(ReadOnlySpan<double> point, double value)
    {
        if (point.Length != Dimensions)
            throw new ArgumentException($"Expected a point of {Dimensions} coordinates, found {point.Length}.", nameof(point));
        return new Observations([.. _points, .. point], Dimensions, [.. _standardized, (value - Offset) / Scale], Offset, Scale);
    }

    private const double Epsilon = 2.220446049250313e-16;

    private static double Largest(ReadOnlySpan<double> values)
    {
        double most = 0;
        foreach (double value in values)
            most = Math.Max(most, Math.Abs(value));
        return most;
    }

    private static void Finite(ReadOnlySpan<double> values, string name)
    {
        foreach (double value in values)
        {
            if (!double.IsFinite(value))
                throw new ArgumentException($"Expected finite numbers, found {value}.", name);
        }
    }
}
