using System.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Optimism;

/// <summary>
/// Omega (PAPERS 5.5): h_{t+1} = h_t + a (g_t - m_t), so the step goes along g_t + a (g_t - m_t); m_{t+1} = beta m_t + (1 - beta) g_t, m_1 = g_1.
/// beta = 0, a = 1 is optimistic gradient descent 2 g_t - g_{t-1} with g_0 = g_1: Optax's convention, whose first step is the plain gradient (case A19).
/// </summary>
/// <remarks>Meta-parameters: strength (a), averaging (beta).</remarks>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="strength">a, at least 0. Default: 1.</param>
/// <param name="averaging">beta in [0, 1). Default: 0.9.</param>
/// <param name="learn">True to learn both. Default: false.</param>
public sealed class OmegaHint<T>(double strength = 1, double averaging = 0.9, bool learn = false)
    : LinearHint<T>(new RuleMetas<T>("omega-hint", learn ? ["strength", "averaging"] : []).NotNegative("strength", strength).Fraction("averaging", averaging).Specs)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => "omega-hint";

    /// <inheritdoc/>
    public override bool TakesScale => true;

    /// <inheritdoc/>
    public override HintCoefficients<T> Coefficients(ReadOnlySpan<T> meta, bool first) =>
        first ? new(T.One, T.Zero, T.Zero, T.Zero, T.One) : new(T.One + meta[0], -meta[0], T.Zero, meta[1], T.One - meta[1]);

    /// <inheritdoc/>
    public override HintCoefficients<T> Slope(ReadOnlySpan<T> meta, bool first, int index) =>
        first ? default : index == 0 ? new(T.One, -T.One, T.Zero, T.Zero, T.Zero) : new(T.Zero, T.Zero, T.Zero, T.One, -T.One);
}
