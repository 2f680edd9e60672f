using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Optimism.Convex;

/// <summary>varphi(x, w) = x - w d(x), one learning rate: D = -d, D^T v = -&lt;d, v&gt;, lambda_t = ||d||^2 (PAPERS 3.4).</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="direction">d. Default: the gradient.</param>
public sealed class ScalarStep<T>(StepDirection<T>? direction = null) : UpdateFamily<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly StepDirection<T> _direction = direction ?? new GradientDirection<T>();

    /// <inheritdoc/>
    public override string Name => $"scalar step along the {_direction.Name}";

    /// <inheritdoc/>
    public override int MetaLength(int length) => 1;

    /// <inheritdoc/>
    public override int FeatureLength(int length) => length;

    /// <inheritdoc/>
    public override void Prepare(ReadOnlySpan<T> x, ReadOnlySpan<T> gradient, Span<T> features) => _direction.Direct(x, gradient, features);

    /// <inheritdoc/>
    public override void Apply(ReadOnlySpan<T> x, ReadOnlySpan<T> features, ReadOnlySpan<T> w, Span<T> point) =>
        Vectors.LinearCombination(T.One, x, -w[0], features, point);

    /// <inheritdoc/>
    public override void PullBack(ReadOnlySpan<T> features, ReadOnlySpan<T> w, ReadOnlySpan<T> v, Span<T> result) =>
        result[0] = T.CreateTruncating(-Vectors.Dot(features, v));

    /// <inheritdoc/>
    public override double JacobianNormSquared(ReadOnlySpan<T> features, ReadOnlySpan<T> w) => Vectors.SquaredNorm(features);
}
