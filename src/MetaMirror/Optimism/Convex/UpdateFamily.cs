using System.Numerics;

namespace MetaMirror.Optimism.Convex;

/// <summary>
/// An update rule x_t = varphi(xbar_{t-1}, w) with meta-parameters w, which gives the point itself (Optimistic Meta-Gradients, PAPERS 3.2). D_t is its Jacobian in w at
/// xbar_{t-1}, which depends on that point only through the features that <see cref="Prepare"/> makes of it and of its gradient.
/// </summary>
/// <remarks>Differs from the paper: the practical algorithms' varphi gives the increment, and so do the families that the paper names; here x is added. An instance may own work space: one per run.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract class UpdateFamily<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Name in tables and messages.</summary>
    public abstract string Name { get; }

    /// <summary>True promises that varphi is affine in w, which every bound of PAPERS 3.3 needs. Default: true.</summary>
    public virtual bool IsAffine => true;

    /// <summary>True if w must stay positive: the run then takes no other set W than <see cref="AtLeast{T}"/>. Default: false.</summary>
    public virtual bool NeedsPositive => false;

    /// <summary>m, the length of w, for points of length n.</summary>
    public abstract int MetaLength(int length);

    /// <summary>Length of the features for points of length n.</summary>
    public abstract int FeatureLength(int length);

    /// <summary>What varphi and D_t need to know of xbar_{t-1}.</summary>
    /// <param name="x">xbar_{t-1}, shape [n].</param>
    /// <param name="gradient">grad f(xbar_{t-1}), shape [n].</param>
    /// <param name="features">Shape [FeatureLength], overwritten.</param>
    public abstract void Prepare(ReadOnlySpan<T> x, ReadOnlySpan<T> gradient, Span<T> features);

    /// <summary>point = varphi(x, w).</summary>
    /// <param name="x">xbar_{t-1}, shape [n].</param>
    /// <param name="features">Its features.</param>
    /// <param name="w">Shape [m].</param>
    /// <param name="point">Shape [n], overwritten.</param>
    public abstract void Apply(ReadOnlySpan<T> x, ReadOnlySpan<T> features, ReadOnlySpan<T> w, Span<T> point);

    /// <summary>result = D_t^T v.</summary>
    /// <param name="features">Features of xbar_{t-1}.</param>
    /// <param name="w">Where D_t is taken, shape [m]; of no effect in affine families.</param>
    /// <param name="v">Shape [n].</param>
    /// <param name="result">Shape [m], overwritten.</param>
    public abstract void PullBack(ReadOnlySpan<T> features, ReadOnlySpan<T> w, ReadOnlySpan<T> v, Span<T> result);

    /// <summary>lambda_t = ||D_t D_t^T||, so that ||D_t^T v||^2 &lt;= lambda_t ||v||^2 for every v, in double.</summary>
    public abstract double JacobianNormSquared(ReadOnlySpan<T> features, ReadOnlySpan<T> w);
}
