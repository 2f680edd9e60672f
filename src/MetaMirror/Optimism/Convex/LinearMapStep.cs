using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Optimism.Convex;

/// <summary>varphi(x, W) = x - W d(x), a full matrix W [n x n], row-major: D^T v = -v d^T, lambda_t = ||d||^2. W* = H^-1 on a quadratic, along the gradient.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="direction">d. Default: the gradient.</param>
public sealed class LinearMapStep<T>(StepDirection<T>? direction = null) : UpdateFamily<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly StepDirection<T> _direction = direction ?? new GradientDirection<T>();

    /// <inheritdoc/>
    public override string Name => $"linear map of the {_direction.Name}";

    /// <inheritdoc/>
    public override int MetaLength(int length) => checked(length * length);

    /// <inheritdoc/>
    public override int FeatureLength(int length) => length;

    /// <inheritdoc/>
    public override void Prepare(ReadOnlySpan<T> x, ReadOnlySpan<T> gradient, Span<T> features) => _direction.Direct(x, gradient, features);

    /// <inheritdoc/>
    public override void Apply(ReadOnlySpan<T> x, ReadOnlySpan<T> features, ReadOnlySpan<T> w, Span<T> point)
    {
        x.CopyTo(point);
        Gemm.MultiplyVector(false, x.Length, x.Length, -T.One, w, features, T.One, point);
    }

    /// <inheritdoc/>
    public override void PullBack(ReadOnlySpan<T> features, ReadOnlySpan<T> w, ReadOnlySpan<T> v, Span<T> result)
    {
        int n = v.Length;
        for (int i = 0; i < n; i++)
        {
            Span<T> row = result.Slice(i * n, n);
            features.CopyTo(row);
            Vectors.Scale(-v[i], row);
        }
    }

    /// <inheritdoc/>
    public override double JacobianNormSquared(ReadOnlySpan<T> features, ReadOnlySpan<T> w) => Vectors.SquaredNorm(features);
}
