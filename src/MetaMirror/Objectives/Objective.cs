using System.Numerics;

namespace MetaMirror.Objectives;

/// <summary>
/// A loss L(theta, mu; batch) with its exact derivatives. An instance owns its work buffers: use one per thread.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class Objective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Names and shapes of theta.</summary>
    public abstract ParameterLayout Layout { get; }

    /// <summary>Meta-parameters inside the loss, e.g. regularizer weights. Empty by default.</summary>
    public virtual IReadOnlyList<MetaParameterSpec<T>> MetaSpecs => [];

    /// <summary>Loss on the batch; writes dL/dtheta to <paramref name="gradient"/> unless that is empty.</summary>
    /// <param name="theta">Shape [Layout.Length].</param>
    /// <param name="meta">Natural values of <see cref="MetaSpecs"/>.</param>
    /// <param name="batch">Which examples; objectives without data ignore it.</param>
    /// <param name="gradient">Shape [Layout.Length], overwritten; or empty for the loss alone.</param>
    public abstract double Evaluate(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, Span<T> gradient);

    /// <summary>H v for <paramref name="count"/> tangents at once, H = d2L/dtheta2 at theta on the batch.</summary>
    /// <param name="theta">Shape [Layout.Length].</param>
    /// <param name="meta">Natural values of <see cref="MetaSpecs"/>.</param>
    /// <param name="batch">Which examples.</param>
    /// <param name="count">Number of tangents k.</param>
    /// <param name="tangents">Shape [k x Layout.Length].</param>
    /// <param name="products">Shape [k x Layout.Length], overwritten.</param>
    public abstract void HessianVectorProducts(
        ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, int count, ReadOnlySpan<T> tangents, Span<T> products);

    /// <summary>metaCotangent += weight dL/dmu. Zero by default.</summary>
    public virtual void AddMetaGradient(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, T weight, Span<T> metaCotangent)
    {
    }

    /// <summary>metaCotangent += (d2L/dtheta dmu)^T v. Zero by default.</summary>
    public virtual void AddMixedTransposeProduct(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, ReadOnlySpan<T> v, Span<T> metaCotangent)
    {
    }

    /// <summary>product += (d2L/dtheta dmu) metaTangent. Zero by default.</summary>
    public virtual void AddMixedProduct(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, ReadOnlySpan<T> metaTangent, Span<T> product)
    {
    }
}
