using System.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>
/// Trust region by the dual norm of the step before: s_t = min(1, tau / G_{t-1}), s_1 = 1 (PAPERS 6.8 k). s_t is known before the batch is drawn, so that on mini-batches the
/// bound holds for the expected loss.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="radius">tau, positive.</param>
/// <param name="rule">The rule that gets the scaled gradient, with a mirror descent inside.</param>
/// <param name="learn">True to learn tau. Default: false.</param>
public sealed class PredictableTrustRegion<T>(double radius, UpdateRule<T> rule, bool learn = false)
    : DualNormScaling<T>(rule, "predictable-trust-region", radius, learn)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => $"predictable-trust-region({Rule.Name})";

    /// <inheritdoc/>
    public override bool UsesPrevious => true;

    /// <inheritdoc/>
    public override GradientFactor Factor(double square, double previous, double radius)
    {
        double norm = Math.Sqrt(previous);
        return norm > radius ? new(radius / norm, ByPrevious: -radius / norm / (2 * previous), ByRadius: 1 / norm) : GradientFactor.One;
    }
}
