using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaMirror.Optimism.Convex;

/// <summary>
/// varphi(x, w) = x - grad f(x) / sqrt(w), element-wise: the paper's Meta-AdaGrad (PAPERS 3.6). D = diag(grad f(x) / (2 w^{3/2})), lambda_t its largest square.
/// NOT affine in w: no bound of PAPERS 3.3 holds for it, and the bounds refuse it.
/// </summary>
/// <remarks>w must be positive. PAPERS 3.6 [M-med] writes grad f(x) / sqrt(w) without its sign; here the step is downhill.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class InverseRootStep<T> : UpdateFamily<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => "element-wise inverse root";

    /// <inheritdoc/>
    public override bool IsAffine => false;

    /// <inheritdoc/>
    public override bool NeedsPositive => true;

    /// <inheritdoc/>
    public override int MetaLength(int length) => length;

    /// <inheritdoc/>
    public override int FeatureLength(int length) => length;

    /// <inheritdoc/>
    public override void Prepare(ReadOnlySpan<T> x, ReadOnlySpan<T> gradient, Span<T> features) => gradient.CopyTo(features);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Apply(ReadOnlySpan<T> x, ReadOnlySpan<T> features, ReadOnlySpan<T> w, Span<T> point)
    {
        for (int i = 0; i < x.Length; i++)
            point[i] = x[i] - (features[i] / T.Sqrt(w[i]));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void PullBack(ReadOnlySpan<T> features, ReadOnlySpan<T> w, ReadOnlySpan<T> v, Span<T> result)
    {
        for (int i = 0; i < v.Length; i++)
            result[i] = features[i] * v[i] / ((w[i] + w[i]) * T.Sqrt(w[i]));
    }

    /// <inheritdoc/>
    public override double JacobianNormSquared(ReadOnlySpan<T> features, ReadOnlySpan<T> w)
    {
        double largest = 0;
        for (int i = 0; i < features.Length; i++)
        {
            double d = double.CreateChecked(features[i] / ((w[i] + w[i]) * T.Sqrt(w[i])));
            largest = Math.Max(largest, d * d);
        }

        return largest;
    }
}
