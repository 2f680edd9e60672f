using System.Numerics;

namespace MetaMirror.Optimism.Convex;

/// <summary>varphi(x, w) = w, D = I, lambda = 1: Algorithm 2 is then Polyak's heavy ball, Algorithm 4 with the last gradient a Nesterov scheme (PAPERS 3.4). w* = x*.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class OffsetUpdate<T> : UpdateFamily<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => "offset";

    /// <inheritdoc/>
    public override int MetaLength(int length) => length;

    /// <inheritdoc/>
    public override int FeatureLength(int length) => 0;

    /// <inheritdoc/>
    public override void Prepare(ReadOnlySpan<T> x, ReadOnlySpan<T> gradient, Span<T> features)
    {
    }

    /// <inheritdoc/>
    public override void Apply(ReadOnlySpan<T> x, ReadOnlySpan<T> features, ReadOnlySpan<T> w, Span<T> point) => w.CopyTo(point);

    /// <inheritdoc/>
    public override void PullBack(ReadOnlySpan<T> features, ReadOnlySpan<T> w, ReadOnlySpan<T> v, Span<T> result) => v.CopyTo(result);

    /// <inheritdoc/>
    public override double JacobianNormSquared(ReadOnlySpan<T> features, ReadOnlySpan<T> w) => 1;
}
