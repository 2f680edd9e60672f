namespace MetaMirror.Certificates;

/// <summary>
/// What the bounds of a changing diagonal metric need of a run (PAPERS 6.8 l), collected while it goes on: O(n) vectors, so that they can be asked for any u afterwards. The formula
/// theta_{t+1} = theta_t - Q_t^-1 g_t is replayed beside the run; distances are those of the formula's points, and what leaving it adds is counted as drift.
/// </summary>
public sealed class ChangingMetricSums
{
    private readonly double[] _initial;
    private readonly double[] _theta;
    private readonly double[] _metric;
    private readonly double[] _first;
    private readonly double[] _next;
    private readonly double[] _constant;
    private readonly double[] _linear;
    private readonly double[] _least;
    private readonly double[] _most;
    private readonly FormulaDrift _drift;

    /// <summary>Plans the memory.</summary>
    /// <param name="metrics">Q_t.</param>
    public ChangingMetricSums(MetricSequence metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        Metrics = metrics;
        _drift = new FormulaDrift(metrics.Length);
        (_initial, _theta, _metric, _first, _next) = (Vector(), Vector(), Vector(), Vector(), Vector());
        (_constant, _linear, _least, _most) = (Vector(), Vector(), Vector(), Vector());

        double[] Vector() => new double[metrics.Length];
    }

    /// <summary>Q_t.</summary>
    public MetricSequence Metrics { get; }

    /// <summary>Unit of rounding of the run. Default: double's.</summary>
    public double RoundingUnit { get; init; } = Math.BitIncrement(1.0) - 1;

    /// <summary>Steps seen.</summary>
    public int Count { get; private set; }

    /// <summary>sum ||g_t||^2 in Q_t^-1.</summary>
    public double SquaredGradients { get; private set; }

    /// <summary>sum &lt;g_t, theta_t - formula_t&gt;.</summary>
    public double Drift => _drift.Sum;

    /// <summary>Largest distance between the run and its formula, relative to the largest theta so far.</summary>
    public double Deviation => _drift.Deviation;

    /// <summary>Largest deviation that is taken for rounding.</summary>
    public double DeviationLimit => FormulaDrift.Limit(Metrics.Steps, RoundingUnit);

    /// <summary>The smallest entry of any Q_t; not a number if one was none.</summary>
    public double LeastEntry { get; private set; } = double.PositiveInfinity;

    /// <summary>The least relative change of an entry from one step to the next; negative if the metric ever falls. Infinite for a single step.</summary>
    public double LeastGrowth { get; private set; } = double.PositiveInfinity;

    /// <summary>Q_T, shape [n].</summary>
    public ReadOnlySpan<double> Last => _metric;

    /// <summary>Forgets the run.</summary>
    public void Clear()
    {
        Count = 0;
        (SquaredGradients, LeastEntry, LeastGrowth) = (0, double.PositiveInfinity, double.PositiveInfinity);
        _drift.Clear();
        Array.Clear(_constant);
        Array.Clear(_linear);
        Metrics.Clear();
    }

    /// <summary>Adds a step, before its update.</summary>
    /// <param name="theta">theta_t, shape [n].</param>
    /// <param name="gradient">g_t, shape [n].</param>
    /// <exception cref="InvalidOperationException">The run has more steps than planned.</exception>
    /// <exception cref="ArgumentException">A length is not n.</exception>
    public void Add(ReadOnlySpan<double> theta, ReadOnlySpan<double> gradient)
    {
        RequireLength(theta.Length, nameof(theta));
        RequireLength(gradient.Length, nameof(gradient));
        if (Count == Metrics.Steps)
            throw new InvalidOperationException($"The run has more steps than the {Metrics.Steps} planned.");
        if (Count == 0)
        {
            theta.CopyTo(_initial);
            theta.CopyTo(_theta);
            theta.CopyTo(_least);
            theta.CopyTo(_most);
        }

        _drift.Add(theta, _theta, 1, gradient);
        Metrics.Next(Count, gradient, _next);
        for (int i = 0; i < _next.Length; i++)
        {
            double q = _next[i], g = gradient[i], y = _theta[i] - _initial[i];
            LeastEntry = q > 0 && double.IsFinite(q) ? Math.Min(LeastEntry, q) : double.NaN;
            if (Count == 0)
            {
                _first[i] = q;
            }
            else
            {
                double rise = q - _metric[i];
                LeastGrowth = Math.Min(LeastGrowth, rise / _metric[i]);
                _constant[i] += rise * y * y;
                _linear[i] += rise * y;
            }

            _metric[i] = q;
            _least[i] = Math.Min(_least[i], _theta[i]);
            _most[i] = Math.Max(_most[i], _theta[i]);
            SquaredGradients += g * g / q;
            _theta[i] -= g / q;
        }

        Count++;
    }

    /// <summary>Ends the run.</summary>
    /// <param name="theta">theta_{T+1}.</param>
    /// <exception cref="ArgumentException">Its length is not n.</exception>
    public void Finish(ReadOnlySpan<double> theta)
    {
        RequireLength(theta.Length, nameof(theta));
        _drift.Compare(theta, _theta);
    }

    /// <summary>1/2 ||u - theta_1||^2 in Q_1 + 1/2 sum_{t>=2} (||theta_t - u||^2 in Q_t - the same in Q_{t-1}).</summary>
    /// <param name="u">Shape [n].</param>
    /// <exception cref="ArgumentException">Its length is not n.</exception>
    public double Distances(ReadOnlySpan<double> u)
    {
        RequireLength(u.Length, nameof(u));
        double sum = 0;
        for (int i = 0; i < _first.Length; i++)
        {
            // sum rise (y - w)^2 with y = theta_t - theta_1, w = u - theta_1.
            double w = u[i] - _initial[i];
            sum += (_first[i] * w * w) + _constant[i] - (2 * w * _linear[i]) + ((_metric[i] - _first[i]) * w * w);
        }

        return sum / 2;
    }

    /// <summary>1/2 sum_i Q_{T,i} max_t (theta_{t,i} - u_i)^2: what the distances are at most if the metric never falls.</summary>
    /// <param name="u">Shape [n].</param>
    /// <exception cref="ArgumentException">Its length is not n.</exception>
    public double LargestDistances(ReadOnlySpan<double> u)
    {
        RequireLength(u.Length, nameof(u));
        double sum = 0;
        for (int i = 0; i < _metric.Length; i++)
        {
            double d = Math.Max(Math.Abs(_least[i] - u[i]), Math.Abs(_most[i] - u[i]));
            sum += _metric[i] * d * d;
        }

        return sum / 2;
    }

    private void RequireLength(int length, string name)
    {
        if (length != Metrics.Length)
            throw new ArgumentException($"{name} has length {length}, expected {Metrics.Length} as the metric '{Metrics.Name}'.", name);
    }
}
