using System.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>
/// f = rate^p with p = (t - begin) / C, its whole part if staircase, and f = 1 while t is at most begin; with an end, f stays on the
/// start's side of it at every step: at least the end for rates below 1, at most the end otherwise (optax's exponential decay over its first value).
/// </summary>
/// <remarks>Meta-parameters: rate, and end_fraction if an end is given. At the end the derivative in the rate is 0.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ExponentialSchedule<T> : Schedule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Takes the shape.</summary>
    /// <param name="rate">Factor per transition, positive.</param>
    /// <param name="transitionSteps">C, at least 1.</param>
    /// <param name="begin">Steps before the change begins. Default: 0.</param>
    /// <param name="staircase">True to change once per transition. Default: false.</param>
    /// <param name="endFraction">Bound over first value, at least 0. Default: null, no bound.</param>
    /// <param name="learn">True to learn the rate. Default: false.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public ExponentialSchedule(double rate, int transitionSteps, int begin = 0, bool staircase = false, double? endFraction = null, bool learn = false)
        : base(Declare(rate, endFraction, learn).Specs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(transitionSteps, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(begin);
        Begin = begin;
        TransitionSteps = transitionSteps;
        IsStaircase = staircase;
        HasEnd = endFraction is not null;
    }

    /// <summary>C.</summary>
    public int TransitionSteps { get; }

    /// <summary>Steps before the change begins.</summary>
    public int Begin { get; }

    /// <summary>True if f changes once per transition.</summary>
    public bool IsStaircase { get; }

    /// <summary>True if f is bounded.</summary>
    public bool HasEnd { get; }

    /// <inheritdoc/>
    public override string Name => "exponential";

    /// <inheritdoc/>
    public override double Factor(int step, int steps, ReadOnlySpan<T> meta, Span<double> slope)
    {
        double rate = double.CreateTruncating(meta[0]);
        double p = step <= Begin ? 0 : (step - Begin) / (double)TransitionSteps;
        if (IsStaircase)
            p = Math.Floor(p);
        double f = Math.Pow(rate, p);
        double end = HasEnd ? double.CreateTruncating(meta[1]) : f;
        bool bounded = rate < 1 ? f < end : f > end;
        if (!slope.IsEmpty)
        {
            slope[0] = bounded ? 0 : p * Math.Pow(rate, p - 1);
            if (HasEnd)
                slope[1] = bounded ? 1 : 0;
        }

        return bounded ? end : f;
    }

    private static RuleMetas<T> Declare(double rate, double? endFraction, bool learn)
    {
        RuleMetas<T> metas = new RuleMetas<T>("exponential schedule", learn ? ["rate"] : []).Positive("rate", rate);
        return endFraction is { } end ? metas.NotNegative("end_fraction", end) : metas;
    }
}
