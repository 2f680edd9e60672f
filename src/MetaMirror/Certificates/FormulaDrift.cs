using MetaMirror.Numerics;

namespace MetaMirror.Certificates;

/// <summary>How far a run leaves the formula that is replayed beside it, and what that adds to its linearized regret.</summary>
internal sealed class FormulaDrift(int length)
{
    private readonly double[] _away = new double[length];
    private double _size;

    /// <summary>Largest distance between the run and its formula, relative to the largest theta so far.</summary>
    public double Deviation { get; private set; }

    /// <summary>sum c_t &lt;g_t, theta_t - formula_t&gt;.</summary>
    public double Sum { get; private set; }

    /// <summary>Largest deviation that is taken for rounding: some roundings of the run's element type a step.</summary>
    public static double Limit(int steps, double unit) => 16 * (steps + 16) * unit;

    public void Clear() => (Deviation, Sum, _size) = (0, 0, 0);

    /// <summary>Adds a step whose gradient has weight c.</summary>
    public void Add(ReadOnlySpan<double> theta, ReadOnlySpan<double> formula, double c, ReadOnlySpan<double> gradient)
    {
        Compare(theta, formula);
        Sum += c * Vectors.Dot(gradient, _away);
    }

    /// <summary>Compares two points; the last of a run has no gradient.</summary>
    public void Compare(ReadOnlySpan<double> theta, ReadOnlySpan<double> formula)
    {
        // Rounding of a large point stays when the run comes back to a small one.
        _size = Math.Max(_size, Math.Sqrt(Vectors.SquaredNorm(formula)) + Math.Sqrt(Vectors.SquaredNorm(theta)));
        Vectors.Subtract(theta, formula, _away);
        double distance = Math.Sqrt(Vectors.SquaredNorm<double>(_away));
        if (distance > 0 || double.IsNaN(distance))
            Deviation = double.IsNaN(distance) ? double.PositiveInfinity : Math.Max(Deviation, distance / _size);
    }
}
