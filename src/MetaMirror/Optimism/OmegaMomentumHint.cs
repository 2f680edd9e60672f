using System.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Optimism;

/// <summary>
/// OmegaM (PAPERS 5.5): the step goes along m_{t+1} + a (m_{t+1} - m_t), m_{t+1} = beta m_t + (1 - beta) g_t, m_1 = g_1: Omega with the average
/// in place of the gradient, h_{t+1} = h_t - g_t + m_{t+1} + a (m_{t+1} - m_t).
/// </summary>
/// <remarks>Meta-parameters: strength (a), averaging (beta).</remarks>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="strength">a, at least 0. Default: 1.</param>
/// <param name="averaging">beta in [0, 1). Default: 0.9.</param>
/// <param name="learn">True to learn both. Default: false.</param>
public sealed class OmegaMomentumHint<T>(double strength = 1, double averaging = 0.9, bool learn = false)
    : LinearHint<T>(new RuleMetas<T>("omega-momentum-hint", learn ? ["strength", "averaging"] : []).NotNegative("strength", strength).Fraction("averaging", averaging).Specs)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => "omega-momentum-hint";

    /// <inheritdoc/>
    public override bool TakesScale => true;

    /// <inheritdoc/>
    public override HintCoefficients<T> Coefficients(ReadOnlySpan<T> meta, bool first) =>
        first ? new(T.Zero, T.Zero, T.One, T.Zero, T.One) : new(T.Zero, -meta[0], T.One + meta[0], meta[1], T.One - meta[1]);

    /// <inheritdoc/>
    public override HintCoefficients<T> Slope(ReadOnlySpan<T> meta, bool first, int index) =>
        first ? default : index == 0 ? new(T.Zero, -T.One, T.One, T.Zero, T.Zero) : new(T.Zero, T.Zero, T.Zero, T.One, -T.One);
}
