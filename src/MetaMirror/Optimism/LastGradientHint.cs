using System.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Optimism;

/// <summary>h_{t+1} = a g_t: the next gradient will be like the last. With a = 1 the step goes along 2 g_t - g_{t-1}, the first along 2 g_1 (PAPERS 6.8 g).</summary>
/// <remarks>
/// Meta-parameter: strength (a). Optax's convention is another: its scale_by_optimistic_gradient takes the plain gradient g_1 as first step, which is <see cref="OmegaHint{T}"/> with
/// a = 1, beta = 0; from the second step on both are the same. h_1 = 0, as the bound needs it, doubles the first. For l beta-smooth relative to P, a = 1 and eta &lt;= 1/(3 beta): sum r_t &lt;= D^2/(2 eta).
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="strength">a, at least 0. Default: 1.</param>
/// <param name="learn">True to learn a. Default: false.</param>
public sealed class LastGradientHint<T>(double strength = 1, bool learn = false)
    : LinearHint<T>(new RuleMetas<T>("last-gradient-hint", learn ? ["strength"] : []).NotNegative("strength", strength).Specs)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => "last-gradient-hint";

    /// <inheritdoc/>
    public override bool TakesScale => true;

    /// <inheritdoc/>
    public override HintCoefficients<T> Coefficients(ReadOnlySpan<T> meta, bool first) => new(T.One + meta[0], -meta[0], T.Zero, T.Zero, T.One);

    /// <inheritdoc/>
    public override HintCoefficients<T> Slope(ReadOnlySpan<T> meta, bool first, int index) => new(T.One, -T.One, T.Zero, T.Zero, T.Zero);
}
