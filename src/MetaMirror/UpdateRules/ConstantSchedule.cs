using System.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>f = c at every step.</summary>
/// <remarks>Meta-parameter: factor (c).</remarks>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="factor">c, positive. Default: 1.</param>
/// <param name="learn">True to learn it. Default: false.</param>
public sealed class ConstantSchedule<T>(double factor = 1, bool learn = false)
    : Schedule<T>(new RuleMetas<T>("constant schedule", learn ? ["factor"] : []).Positive("factor", factor).Specs)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => "constant";

    /// <inheritdoc/>
    public override double Factor(int step, int steps, ReadOnlySpan<T> meta, Span<double> slope)
    {
        if (!slope.IsEmpty)
            slope[0] = 1;
        return double.CreateTruncating(meta[0]);
    }
}
