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
    /// <exception cref="ArgumentException">There is no phase from step 0 on, they are out of order or after the last step, lengths differ, or an entry is not positive.</exception>
    public MetricPhases(int steps, params ReadOnlySpan<(int Start, double[] Metric)> phases)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (phases.IsEmpty || phases[0].Start != 0)
            throw new ArgumentException("The first phase must begin at step 0.", nameof(phases));
        int next = 0, length = phases[0].Metric.Length;
        for (int k = 0; k < phases.Length; k++)
        {
            (int start, double[] metric) = phases[k];
            if (start < next || start >= steps || metric.Length != length)
                throw new ArgumentException($"Phase {k} begins at step {start} with {metric.Length} entries, expected a step from {next} to {steps - 1} and {length} entries.", nameof(phases));
            int wrong = Array.FindIndex(metric, p => !(p > 0 && double.IsFinite(p)));
            if (wrong >= 0)
                throw new ArgumentException($"Entry {wrong} of phase {k} is {metric[wrong]}, expected a positive number.", nameof(phases));
            next = start + 1;
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
