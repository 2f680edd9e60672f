using System.Numerics;
using System.Runtime.CompilerServices;
using MetaMirror.Numerics;

namespace MetaMirror.Optimism.Convex;

/// <summary>
/// varphi(x, w) = x - w ∘ d(x), a learning rate per coordinate: D = -diag(d), D^T v = -d ∘ v, lambda_t = max_i d_i^2. Along the gradient it is the paper's Meta-Momentum
/// (PAPERS 3.6); along a mirror step it is this project's map with rates that go on adapting.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="direction">d. Default: the gradient.</param>
public sealed class ElementwiseStep<T>(StepDirection<T>? direction = null) : UpdateFamily<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly StepDirection<T> _direction = direction ?? new GradientDirection<T>();

    /// <inheritdoc/>
    public override string Name => $"element-wise step along the {_direction.Name}";

    /// <inheritdoc/>
    public override int MetaLength(int length) => length;

    /// <inheritdoc/>
    public override int FeatureLength(int length) => length;

    /// <inheritdoc/>
    public override void Prepare(ReadOnlySpan<T> x, ReadOnlySpan<T> gradient, Span<T> features) => _direction.Direct(x, gradient, features);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Apply(ReadOnlySpan<T> x, ReadOnlySpan<T> features, ReadOnlySpan<T> w, Span<T> point)
    {
        for (int i = 0; i < x.Length; i++)
            point[i] = x[i] - (w[i] * features[i]);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void PullBack(ReadOnlySpan<T> features, ReadOnlySpan<T> w, ReadOnlySpan<T> v, Span<T> result)
    {
        for (int i = 0; i < v.Length; i++)
            result[i] = -(features[i] * v[i]);
    }

    /// <inheritdoc/>
    public override double JacobianNormSquared(ReadOnlySpan<T> features, ReadOnlySpan<T> w)
    {
        double largest = Vectors.MaxAbs(features);
        return largest * largest;
    }
}
