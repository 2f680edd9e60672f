using System.Numerics;
using MetaMirror.Descents;

namespace MetaMirror.Certificates;

/// <summary>Collects <see cref="ChangingMetricSums"/> while a run goes on. A run that begins anew clears them.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ChangingMetricObserver<T> : DescentObserver<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly double[] _theta;
    private readonly double[] _gradient;

    /// <summary>Plans the memory.</summary>
    /// <param name="metrics">Q_t.</param>
    public ChangingMetricObserver(MetricSequence metrics)
    {
        Sums = new ChangingMetricSums(metrics) { RoundingUnit = double.CreateChecked(T.BitIncrement(T.One) - T.One) };
        _theta = new double[metrics.Length];
        _gradient = new double[metrics.Length];
    }

    /// <summary>What was collected.</summary>
    public ChangingMetricSums Sums { get; }

    /// <inheritdoc/>
    public override void Visit(in PathPoint<T> point, ReadOnlySpan<T> state)
    {
        if (point.Step == 0)
            Sums.Clear();
        Load(point.Theta, _theta);
        Load(point.Gradient, _gradient);
        Sums.Add(_theta, _gradient);
    }

    /// <inheritdoc/>
    public override void Finish(ReadOnlySpan<T> initial, ReadOnlySpan<T> final)
    {
        Load(final, _theta);
        Sums.Finish(_theta);
    }

    private static void Load(ReadOnlySpan<T> from, double[] to)
    {
        for (int i = 0; i < to.Length; i++)
            to[i] = double.CreateTruncating(from[i]);
    }
}
