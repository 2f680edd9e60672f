using System.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>Normalized mirror descent: s_t = tau / G_t, a trust region that is always active, every step eta tau long in the metric (PAPERS 6.8 d).</summary>
/// <remarks>A gradient of 0 stays 0, with derivative 0 there: the map has none at that point, and it is 1 / G steep beside it.</remarks>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="radius">tau, positive.</param>
/// <param name="rule">The rule that gets the scaled gradient, with a mirror descent inside.</param>
/// <param name="learn">True to learn tau. Default: false.</param>
public sealed class NormalizedGradient<T>(double radius, UpdateRule<T> rule, bool learn = false) : DualNormScaling<T>(rule, "normalized-gradient", radius, learn)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => $"normalized({Rule.Name})";

    /// <inheritdoc/>
    public override bool UsesPrevious => false;

    /// <inheritdoc/>
    public override GradientFactor Factor(double square, double previous, double radius)
    {
        double norm = Math.Sqrt(square);
        return norm > 0 ? new(radius / norm, BySquare: -radius / norm / (2 * square), ByRadius: 1 / norm) : new(0);
    }
}
