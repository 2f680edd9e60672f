using System.Collections.Immutable;

namespace MetaMirror.Certificates;

/// <summary>A diagonal metric that changes at given steps: Q_t = P_k / eta_k while phase k lasts.</summary>
public sealed class MetricPhases : MetricSequence
{
    private readonly ImmutableArray<double[]> _metrics;
    private readonly ImmutableArray<int> _starts;

    /// <summary>Takes the phases.</summary>
    /// <param name="steps">T.</param>
    /// <param name="phases">First step of a phase, from 0 and rising, and its Q, positive, shape [n].</param>
    /// <exception cref="ArgumentException">There is no phase from step 0 on, they are out of order, or lengths differ.</exception>
    public MetricPhases(int steps, params ReadOnlySpan<(int Start, double[] Metric)> phases)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (phases.IsEmpty || phases[0].Start != 0)
            throw new ArgumentException("The first phase must begin at step 0.", nameof(phases));
        for (int k = 1; k < phases.Length; k++)
        {
            if (phases[k].Start <= phases[k - 1].Start || phases[k].Metric.Length != phases[0].Metric.Length)
                throw new ArgumentException($"Phase {k} begins at step {phases[k].Start} with {phases[k].Metric.Length} entries, expected a step after {phases[k - 1].Start} and {phases[0].Metric.Length} entries.", nameof(phases));
        }

        Steps = steps;
        _starts = [.. phases.ToArray().Select(p => p.Start)];
        _metrics = [.. phases.ToArray().Select(p => (double[])p.Metric.Clone())];
    }

    /// <inheritdoc/>
    public override string Name => "phases";

    /// <inheritdoc/>
    public override int Length => _metrics[0].Length;

    /// <inheritdoc/>
    public override int Steps { get; }

    /// <inheritdoc/>
    public override void Clear()
    {
        // Nothing is remembered.
    }

    /// <inheritdoc/>
    public override void Next(int step, ReadOnlySpan<double> gradient, Span<double> metric)
    {
        int k = _starts.Length - 1;
        while (_starts[k] > step)
            k--;
        _metrics[k].CopyTo(metric);
    }
}
