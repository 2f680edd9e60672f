using System.Numerics;

namespace MetaMirror.Divergences;

/// <summary>A user's potential phi(theta; mu): twice differentiable and strictly convex on its domain, where its value is finite.</summary>
/// <remarks>With <see cref="NumericalMirrorStep{T}"/> this is MetaMD's general mirror loop for any phi (v1 Eq. 3-5).</remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract class Potential<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Name in tables and messages.</summary>
    public abstract string Name { get; }

    /// <summary>Meta-parameters mu of phi. None by default.</summary>
    public virtual IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => [];

    /// <summary>phi(theta), in double; infinity or NaN outside the domain.</summary>
    public abstract double Value(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta);

    /// <summary>gradient = grad phi(theta).</summary>
    public abstract void Gradient(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, Span<T> gradient);

    /// <summary>product = (d2 phi / dtheta2) v.</summary>
    public abstract void HessianVector(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, ReadOnlySpan<T> v, Span<T> product);

    /// <summary>lambda &gt; 0 with phi lambda-strongly convex in the 2-norm on the region that is used; 0 if none is claimed.</summary>
    public abstract double StrongConvexity(ReadOnlySpan<T> meta);

    /// <summary>aMeta += weight d lambda / dmu. Zero by default.</summary>
    public virtual void AddStrongConvexityGradient(ReadOnlySpan<T> meta, T weight, Span<T> aMeta)
    {
    }

    /// <summary>aMeta += weight d phi / dmu. Zero by default.</summary>
    public virtual void AddMetaGradient(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, T weight, Span<T> aMeta)
    {
    }

    /// <summary>product += (d2 phi / dtheta dmu) metaTangent. Zero by default.</summary>
    public virtual void AddMixedProduct(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, ReadOnlySpan<T> metaTangent, Span<T> product)
    {
    }

    /// <summary>aMeta += (d2 phi / dtheta dmu)^T v. Zero by default.</summary>
    public virtual void AddMixedTransposeProduct(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, ReadOnlySpan<T> v, Span<T> aMeta)
    {
    }
}
