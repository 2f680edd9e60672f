using System.Collections.Immutable;

namespace MetaMirror.Certificates;

/// <summary>AdaGrad's metric (Duchi, Hazan and Singer 2011): s_t = s_0 + sum_{k&lt;=t} g_k^2, Q_t = (sqrt(s_t) + eps) / eta_t, entry by entry.</summary>
public sealed class AccumulatedSquares : MetricSequence
{
    private readonly ImmutableArray<double> _rates;
    private readonly double _epsilon;
    private readonly double[] _squares;

    /// <summary>Takes the rates.</summary>
    /// <param name="length">n.</param>
    /// <param name="rates">eta_1 .. eta_T, positive.</param>
    /// <param name="epsilon">eps, at least 0.</param>
    /// <param name="initial">s_0, at least 0.</param>
    /// <exception cref="ArgumentException">A value is outside its range.</exception>
    public AccumulatedSquares(int length, ImmutableArray<double> rates, double epsilon, double initial = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        RequireRates(rates);
        if (!(epsilon >= 0) || !double.IsFinite(epsilon))
            throw new ArgumentException($"eps is {epsilon}, expected a number of at least 0.", nameof(epsilon));
        if (!(initial >= 0) || !double.IsFinite(initial))
            throw new ArgumentException($"The first sum of squares is {initial}, expected a number of at least 0.", nameof(initial));
        (Length, _rates, _epsilon, Initial) = (length, rates, epsilon, initial);
        _squares = new double[length];
        Clear();
    }

    /// <inheritdoc/>
    public override string Name => "adagrad";

    /// <inheritdoc/>
    public override int Length { get; }

    /// <inheritdoc/>
    public override int Steps => _rates.Length;

    /// <summary>s_0.</summary>
    public double Initial { get; }

    /// <summary>The largest of eta_t.</summary>
    public double LargestRate => _rates.Max();

    /// <summary>s_t, after the last step taken.</summary>
    public ReadOnlySpan<double> Squares => _squares;

    /// <inheritdoc/>
    public override void Clear() => Array.Fill(_squares, Initial);

    /// <inheritdoc/>
    public override void Next(int step, ReadOnlySpan<double> gradient, Span<double> metric)
    {
        double rate = _rates[step];
        for (int i = 0; i < metric.Length; i++)
        {
            _squares[i] += gradient[i] * gradient[i];
            metric[i] = (Math.Sqrt(_squares[i]) + _epsilon) / rate;
        }
    }
}
