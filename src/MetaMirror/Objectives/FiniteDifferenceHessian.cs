using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Objectives;

/// <summary>
/// An objective whose Hessian-vector products are central differences of its gradients,
/// H v = [g(theta + h v) - g(theta - h v)] / (2h), h = eps^(1/3) (1 + ||theta||) / ||v||; zero for v = 0. Error about eps^(2/3) relative for a
/// smooth loss: 1e-10 in double, 1e-5 in float plus the gradient's own rounding divided by h. Everything else is the inner objective's.
/// </summary>
/// <remarks>At kinks (ReLU) the difference averages both sides.</remarks>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="inner">Gives loss and gradient; its own products are not used.</param>
public sealed class FiniteDifferenceHessian<T>(Objective<T> inner) : Objective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[] _point = new T[inner.Layout.Length];
    private readonly T[] _gradient = new T[inner.Layout.Length];

    /// <inheritdoc/>
    public override ParameterLayout Layout => inner.Layout;

    /// <inheritdoc/>
    protected override Objective<T> Inner => inner;

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs => inner.MetaSpecs;

    /// <inheritdoc/>
    public override double Evaluate(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, Span<T> gradient) =>
        inner.Evaluate(theta, meta, batch, gradient);

    /// <inheritdoc/>
    public override void HessianVectorProducts(
        ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, int count, ReadOnlySpan<T> tangents, Span<T> products)
    {
        int n = theta.Length;
        for (int j = 0; j < count; j++)
        {
            ReadOnlySpan<T> v = tangents.Slice(j * n, n);
            Span<T> product = products.Slice(j * n, n);
            double norm = Math.Sqrt(Vectors.SquaredNorm(v));
            if (norm == 0)
            {
                product.Clear();
                continue;
            }

            T h = T.CreateTruncating(Math.Cbrt(MachineEpsilon) * (1 + Math.Sqrt(Vectors.SquaredNorm(theta))) / norm);
            Vectors.LinearCombination(T.One, theta, -h, v, _point);
            inner.Evaluate(_point, meta, batch, _gradient);
            Vectors.LinearCombination(T.One, theta, h, v, _point);
            inner.Evaluate(_point, meta, batch, product);
            T slope = T.One / (h + h);
            Vectors.LinearCombination<T>(slope, product, -slope, _gradient, product);
        }
    }

    /// <inheritdoc/>
    public override void AddMetaGradient(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, T weight, Span<T> metaCotangent) =>
        inner.AddMetaGradient(theta, meta, batch, weight, metaCotangent);

    /// <inheritdoc/>
    public override void AddMixedTransposeProduct(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, ReadOnlySpan<T> v, Span<T> metaCotangent) =>
        inner.AddMixedTransposeProduct(theta, meta, batch, v, metaCotangent);

    /// <inheritdoc/>
    public override void AddMixedProduct(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, ReadOnlySpan<T> metaTangent, Span<T> product) =>
        inner.AddMixedProduct(theta, meta, batch, metaTangent, product);

    private static double MachineEpsilon => typeof(T) == typeof(float) ? MathF.BitIncrement(1f) - 1f : Math.BitIncrement(1.0) - 1;
}
