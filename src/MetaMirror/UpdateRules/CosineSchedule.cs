using System.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>f = final + (1 - final) (1 + cos(pi t / T)) / 2 (Loshchilov and Hutter 2017, without restarts); f = final from t = T on.</summary>
/// <remarks>Meta-parameter: final_fraction.</remarks>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="finalFraction">Last value over first, at least 0. Default: 0.</param>
/// <param name="learn">True to learn it. Default: false.</param>
public sealed class CosineSchedule<T>(double finalFraction = 0, bool learn = false)
    : Schedule<T>(new RuleMetas<T>("cosine schedule", learn ? ["final_fraction"] : []).NotNegative("final_fraction", finalFraction).Specs)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => "cosine";

    /// <inheritdoc/>
    public override double Factor(int step, int steps, ReadOnlySpan<T> meta, Span<double> slope)
    {
        double left = .5 * (1 + Math.Cos(Math.PI * Math.Clamp(step, 0, steps) / steps));
        if (!slope.IsEmpty)
            slope[0] = 1 - left;
        return ((1 - double.CreateTruncating(meta[0])) * left) + double.CreateTruncating(meta[0]);
    }
}
