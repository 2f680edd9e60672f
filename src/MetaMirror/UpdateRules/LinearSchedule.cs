using System.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>
/// f = 1 - (1 - final) c / C, c = t - begin between 0 and C, C the number of transition steps (T unless given): with the defaults the
/// linear decay 1 - (1 - final) t / T of steps t = 0 .. T - 1.
/// </summary>
/// <remarks>Meta-parameter: final_fraction.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class LinearSchedule<T> : Schedule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Takes the end points.</summary>
    /// <param name="finalFraction">Last value over first, at least 0; it would be reached at t = T.</param>
    /// <param name="begin">Steps before the change begins. Default: 0.</param>
    /// <param name="transitionSteps">C. Default: null, the planned number of steps.</param>
    /// <param name="learn">True to learn the final fraction. Default: false.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public LinearSchedule(double finalFraction, int begin = 0, int? transitionSteps = null, bool learn = false)
        : base(new RuleMetas<T>("linear schedule", learn ? ["final_fraction"] : []).NotNegative("final_fraction", finalFraction).Specs)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(begin);
        if (transitionSteps is { } steps)
            ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1, nameof(transitionSteps));
        Begin = begin;
        TransitionSteps = transitionSteps;
    }

    /// <summary>Steps before the change begins.</summary>
    public int Begin { get; }

    /// <summary>C; null for the planned number of steps.</summary>
    public int? TransitionSteps { get; }

    /// <inheritdoc/>
    public override string Name => "linear";

    /// <inheritdoc/>
    public override double Factor(int step, int steps, ReadOnlySpan<T> meta, Span<double> slope)
    {
        double transition = TransitionSteps ?? steps;
        double done = Math.Clamp((double)step - Begin, 0, transition) / transition;
        if (!slope.IsEmpty)
            slope[0] = done;
        return 1 - ((1 - double.CreateTruncating(meta[0])) * done);
    }
}
