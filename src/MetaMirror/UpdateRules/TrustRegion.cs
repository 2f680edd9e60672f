using System.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>Trust region: s_t = min(1, tau / G_t), so that a step eta s_t P^-1 g_t is never longer than eta tau in the metric (PAPERS 6.8 b, rho = eta tau).</summary>
/// <remarks>
/// On mini-batches s_t depends on the batch, so bounds speak about the losses seen, not their expectation (PAPERS 6.8 k): see <see cref="PredictableTrustRegion{T}"/>.
/// G_t is its square root only where it exceeds tau, so derivatives are finite at g = 0; at G_t = tau the derivative is that from inside.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="radius">tau, positive.</param>
/// <param name="rule">The rule that gets the scaled gradient, with a mirror descent inside.</param>
/// <param name="learn">True to learn tau. Default: false.</param>
public sealed class TrustRegion<T>(double radius, UpdateRule<T> rule, bool learn = false) : DualNormScaling<T>(rule, "trust-region", radius, learn)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => $"trust-region({Rule.Name})";

    /// <inheritdoc/>
    public override bool UsesPrevious => false;

    /// <inheritdoc/>
    public override GradientFactor Factor(double square, double previous, double radius)
    {
        double norm = Math.Sqrt(square);
        return norm > radius ? new(radius / norm, BySquare: -radius / norm / (2 * square), ByRadius: 1 / norm) : GradientFactor.One;
    }
}
