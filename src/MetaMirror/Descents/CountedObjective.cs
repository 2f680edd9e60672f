using System.Numerics;
using MetaMirror.Objectives;

namespace MetaMirror.Descents;

/// <summary>An objective whose gradients and products count as a descent's: what meta-objectives evaluate at the end of a run costs, too.</summary>
internal sealed class CountedObjective<T>(Objective<T> inner, Descent<T> descent) : Objective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override ParameterLayout Layout => inner.Layout;

    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs => inner.MetaSpecs;

    protected override Objective<T> Inner => inner;

    protected override bool AsksInnerAtTheta => true;

    public override double Evaluate(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, Span<T> gradient)
    {
        descent.Count(gradient.IsEmpty ? 0 : 1, 0);
        return inner.Evaluate(theta, meta, batch, gradient);
    }

    public override void HessianVectorProducts(
        ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, int count, ReadOnlySpan<T> tangents, Span<T> products)
    {
        descent.Count(0, count);
        inner.HessianVectorProducts(theta, meta, batch, count, tangents, products);
    }

    public override double MatchOutputs(ReadOnlySpan<T> theta, ReadOnlySpan<T> target, in BatchKey batch, Span<T> gradient, double share = 1)
    {
        descent.Count(1, 0);
        return inner.MatchOutputs(theta, target, batch, gradient, share);
    }

    public override void AddMetaGradient(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, T weight, Span<T> metaCotangent) =>
        inner.AddMetaGradient(theta, meta, batch, weight, metaCotangent);

    public override void AddMixedTransposeProduct(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, ReadOnlySpan<T> v, Span<T> metaCotangent) =>
        inner.AddMixedTransposeProduct(theta, meta, batch, v, metaCotangent);

    public override void AddMixedProduct(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, ReadOnlySpan<T> metaTangent, Span<T> product) =>
        inner.AddMixedProduct(theta, meta, batch, metaTangent, product);
}
