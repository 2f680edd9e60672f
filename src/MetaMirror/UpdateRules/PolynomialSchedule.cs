using System.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>
/// f = final + (1 - final) (1 - c / C)^p, c = t - begin between 0 and C, C the number of transition steps (T unless given): optax's
/// polynomial schedule relative to its first value.
/// </summary>
/// <remarks>Meta-parameter: final_fraction.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class PolynomialSchedule<T> : Schedule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Takes the shape.</summary>
    /// <param name="finalFraction">Last value over first, at least 0.</param>
    /// <param name="power">p, positive.</param>
    /// <param name="begin">Steps before the change begins. Default: 0.</param>
    /// <param name="transitionSteps">C. Default: null, the planned number of steps.</param>
    /// <param name="learn">True to learn the final fraction. Default: false.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public PolynomialSchedule(double finalFraction, double power, int begin = 0, int? transitionSteps = null, bool learn = false)
        : base(new RuleMetas<T>("polynomial schedule", learn ? ["final_fraction"] : []).NotNegative("final_fraction", finalFraction).Specs)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(power);
        ArgumentOutOfRangeException.ThrowIfNegative(begin);
        if (transitionSteps is { } steps)
            ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1, nameof(transitionSteps));
        Power = power;
        Begin = begin;
        TransitionSteps = transitionSteps;
    }

    /// <summary>p.</summary>
    public double Power { get; }

    /// <summary>Steps before the change begins.</summary>
    public int Begin { get; }

    /// <summary>C; null for the planned number of steps.</summary>
    public int? TransitionSteps { get; }

    /// <inheritdoc/>
    public override string Name => "polynomial";

    /// <inheritdoc/>
    public override double Factor(int step, int steps, ReadOnlySpan<T> meta, Span<double> slope)
    {
        double transition = TransitionSteps ?? steps;
        double left = Math.Pow(1 - (Math.Clamp((double)step - Begin, 0, transition) / transition), Power);
        if (!slope.IsEmpty)
            slope[0] = 1 - left;
        return ((1 - double.CreateTruncating(meta[0])) * left) + double.CreateTruncating(meta[0]);
    }
}
