using System.Numerics;

namespace MetaMirror.Divergences;

/// <summary>phi(theta) = p/2 ||theta||^2: gradient descent with the learned learning rate eta / p. Meta-parameter <c>scale</c> = p.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="initial">Start of p, positive.</param>
/// <param name="lambda">How lambda is computed from p. Default: p.</param>
public sealed class ScaledIdentity<T>(double initial = 1, StrongConvexityEstimate? lambda = null) : DiagonalDivergence<T>(lambda)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => "scaled-identity";

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) =>
        [MetaParameterSpec<T>.Scalar("scale", initial, MetaTransform.Log)];

    private protected override int MetaLength(ParameterLayout layout) => 1;

    private protected override int SegmentCount(ParameterLayout layout) => 1;

    private protected override MetricSegment SegmentAt(ParameterLayout layout, int index) => new(0, layout.Length, 0, Stride: 0);
}
