using System.Numerics;

namespace MetaMirror.Divergences.Factors;

/// <summary>
/// A symmetric positive definite matrix F of order n as a function of natural meta-parameters, acting on matrices X of shape [n, k], row-major.
/// Instances hold no values: the same one serves every tensor.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal abstract class Factor<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Which kind.</summary>
    public abstract FactorKind Kind { get; }

    /// <summary>Number of meta-parameters.</summary>
    public abstract int MetaLength(int n);

    /// <summary>Work space of every member for up to k columns.</summary>
    public abstract int WorkLength(int n, int k);

    /// <summary>Declares the meta-parameters, named under <paramref name="name"/>, with these start values.</summary>
    public abstract IEnumerable<MetaParameterSpec<T>> Specs(string name, int n, T[] start);

    /// <summary>Start values of F = p I (and, where that would be a saddle, a little beside it).</summary>
    public abstract T[] Scaled(int n, double p);

    /// <summary>Start values of the F nearest to a given positive definite matrix, or a word on why there are none.</summary>
    /// <param name="f">Shape [n, n], or [n] for a diagonal; empty for the identity.</param>
    /// <param name="n">Order.</param>
    /// <param name="start">The start values.</param>
    public abstract string? TryStart(ReadOnlySpan<double> f, int n, out T[] start);

    /// <summary>destination = F, shape [n, n], in double.</summary>
    public abstract void Write(ReadOnlySpan<T> meta, int n, Span<double> destination);

    /// <summary>y = F x.</summary>
    public abstract void Multiply(ReadOnlySpan<T> meta, int n, ReadOnlySpan<T> x, int k, Span<T> y, Span<T> work);

    /// <summary>x = F^-1 x.</summary>
    public abstract void Solve(ReadOnlySpan<T> meta, int n, Span<T> x, int k, Span<T> work);

    /// <summary>y = dF x, dF the tangent of F along dMeta.</summary>
    public abstract void MultiplyTangent(ReadOnlySpan<T> meta, ReadOnlySpan<T> dMeta, int n, ReadOnlySpan<T> x, int k, Span<T> y, Span<T> work);

    /// <summary>aMeta += gradient of weight &lt;sym(a b^T), F&gt;; a and b have the shape [n, k].</summary>
    public abstract void AddGradient(ReadOnlySpan<T> meta, int n, T weight, ReadOnlySpan<T> a, ReadOnlySpan<T> b, int k, Span<T> aMeta, Span<T> work);

    /// <summary>tr F.</summary>
    public abstract double Trace(ReadOnlySpan<T> meta, int n);

    /// <summary>tr dF.</summary>
    public abstract double TraceTangent(ReadOnlySpan<T> meta, ReadOnlySpan<T> dMeta, int n);

    /// <summary>aMeta += weight d tr F.</summary>
    public abstract void AddTraceGradient(ReadOnlySpan<T> meta, int n, T weight, Span<T> aMeta);

    /// <summary>ln det F.</summary>
    public abstract double LogDeterminant(ReadOnlySpan<T> meta, int n);

    /// <summary>Smallest eigenvalue of F.</summary>
    public abstract double SmallestEigenvalue(ReadOnlySpan<T> meta, int n);

    /// <summary>aMeta += weight q^T dF q, q the unit eigenvector of the smallest eigenvalue (the first, if there are several: a super-gradient).</summary>
    public abstract void AddSmallestEigenvalueGradient(ReadOnlySpan<T> meta, int n, T weight, Span<T> aMeta, Span<T> work);
}
