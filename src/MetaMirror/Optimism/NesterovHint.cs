using System.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Optimism;

/// <summary>
/// Nesterov's momentum in PyTorch's form, v_t = mu v_{t-1} + g_t, v_0 = 0 (PAPERS 6.8 f): the step goes along g_t + mu v_t. With step gamma = eta / (1 - mu) it is the
/// hint h_{t+1} = -mu^2 v_t: g_t - h_t + h_{t+1} = (1 - mu)(g_t + mu v_t).
/// </summary>
/// <remarks>Meta-parameter: momentum (mu).</remarks>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="momentum">mu in [0, 1).</param>
/// <param name="rate">What the learning rate of the rule that follows means. Default: eta.</param>
/// <param name="learn">True to learn mu. Default: false.</param>
public sealed class NesterovHint<T>(double momentum, RateMeaning rate = RateMeaning.OneStep, bool learn = false)
    : LinearHint<T>(new RuleMetas<T>("nesterov", learn ? ["momentum"] : []).Fraction("momentum", momentum).Specs)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>What the learning rate of the rule that follows means.</summary>
    public RateMeaning Rate { get; } = rate;

    /// <inheritdoc/>
    public override string Name => "nesterov";

    /// <inheritdoc/>
    public override bool TakesScale => Rate == RateMeaning.Total;

    /// <inheritdoc/>
    public override HintCoefficients<T> Coefficients(ReadOnlySpan<T> meta, bool first)
    {
        T mu = meta[0];
        return TakesScale ? new(T.One - mu, T.Zero, (T.One - mu) * mu, mu, T.One) : new(T.One, T.Zero, mu, mu, T.One);
    }

    /// <inheritdoc/>
    public override HintCoefficients<T> Slope(ReadOnlySpan<T> meta, bool first, int index) =>
        TakesScale ? new(-T.One, T.Zero, T.One - meta[0] - meta[0], T.One, T.Zero) : new(T.Zero, T.Zero, T.One, T.One, T.Zero);
}
