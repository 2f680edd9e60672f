using System.Collections.Immutable;

namespace MetaMirror.Certificates;

/// <summary>
/// Diagonal metrics Q_t, the step size included, that change from step to step: theta_{t+1} = theta_t - Q_t^-1 g_t (PAPERS 6.8 l). In a fixed orthonormal basis V the same is said of
/// V^T theta and V^T g: give it those.
/// </summary>
public abstract class MetricSequence
{
    /// <summary>Name in messages.</summary>
    public abstract string Name { get; }

    /// <summary>Number of parameters n.</summary>
    public abstract int Length { get; }

    /// <summary>Number of steps T.</summary>
    public abstract int Steps { get; }

    /// <summary>Forgets the run.</summary>
    public abstract void Clear();

    /// <summary>Q_t.</summary>
    /// <param name="step">t, from 0, one after the other.</param>
    /// <param name="gradient">g_t, which Q_t may depend on, shape [n].</param>
    /// <param name="metric">The diagonal of Q_t, shape [n], overwritten.</param>
    public abstract void Next(int step, ReadOnlySpan<double> gradient, Span<double> metric);

    /// <summary>Throws unless there are rates, all positive and finite.</summary>
    private protected static void RequireRates(ImmutableArray<double> rates)
    {
        if (rates.IsDefaultOrEmpty)
            throw new ArgumentException("A run needs at least one rate.", nameof(rates));
        foreach (double rate in rates)
        {
            if (!(rate > 0) || !double.IsFinite(rate))
                throw new ArgumentException($"A rate is {rate}, expected a positive number: a rate of 0 is an infinite metric.", nameof(rates));
        }
    }
}
