using System.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>f = 1 / (1 + r t / T): falls fast at first and never to zero; 1 / (1 + r) at t = T.</summary>
/// <remarks>Meta-parameter: decay (r).</remarks>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="decay">r, positive. Default: 4.</param>
/// <param name="learn">True to learn it. Default: false.</param>
public sealed class InverseTimeSchedule<T>(double decay = 4, bool learn = false)
    : Schedule<T>(new RuleMetas<T>("inverse-time schedule", learn ? ["decay"] : []).Positive("decay", decay).Specs)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => "inverse-time";

    /// <inheritdoc/>
    public override double Factor(int step, int steps, ReadOnlySpan<T> meta, Span<double> slope)
    {
        double time = (double)Math.Max(0, step) / steps, f = 1 / (1 + (double.CreateTruncating(meta[0]) * time));
        if (!slope.IsEmpty)
            slope[0] = -time * f * f;
        return f;
    }
}
