using System.Numerics;
using MetaMirror.Descents;

namespace MetaMirror.Certificates;

/// <summary>Collects <see cref="RunSums"/> while a run goes on, and <see cref="ChangingMetricSums"/> for rules whose metric changes. A run that begins anew clears them.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class CertificateObserver<T> : DescentObserver<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly double[] _theta;
    private readonly double[] _gradient;

    /// <summary>Plans the memory.</summary>
    /// <param name="geometry">The metric.</param>
    /// <param name="form">The optimizer's formula in it; null where there is none.</param>
    /// <param name="steps">T.</param>
    /// <param name="metrics">The metric that changes, Q_t of as many parameters; null where there is none.</param>
    public CertificateObserver(Geometry geometry, DescentForm? form, int steps, MetricSequence? metrics = null)
    {
        double unit = double.CreateChecked(T.BitIncrement(T.One) - T.One);
        Sums = new RunSums(geometry, form, steps) { RoundingUnit = unit };
        Changing = metrics is null ? null : new ChangingMetricSums(metrics) { RoundingUnit = unit };
        _theta = new double[geometry.Length];
        _gradient = new double[geometry.Length];
    }

    /// <summary>What was collected.</summary>
    public RunSums Sums { get; }

    /// <summary>The same in the metric that changes; null where there is none.</summary>
    public ChangingMetricSums? Changing { get; }

    /// <inheritdoc/>
    public override void Visit(in PathPoint<T> point, ReadOnlySpan<T> state)
    {
        if (point.Step == 0)
        {
            Sums.Clear();
            Changing?.Clear();
        }

        Load(point.Theta, _theta);
        Load(point.Gradient, _gradient);
        Sums.Add(_theta, _gradient, point.Loss);
        Changing?.Add(_theta, _gradient);
    }

    /// <inheritdoc/>
    public override void Finish(ReadOnlySpan<T> initial, ReadOnlySpan<T> final)
    {
        Load(final, _theta);
        Sums.Finish(_theta);
        Changing?.Finish(_theta);
    }

    private static void Load(ReadOnlySpan<T> from, double[] to)
    {
        for (int i = 0; i < to.Length; i++)
            to[i] = double.CreateTruncating(from[i]);
    }
}
