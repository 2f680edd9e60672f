using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Optimism.Convex;

/// <summary>What a run is measured against: a minimizer x* and meta-parameters w* with varphi(xbar, w*) = x*.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Optimum<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[] _point;
    private readonly T[] _meta;

    /// <summary>Takes both.</summary>
    /// <param name="point">x*, shape [n]. Any point serves the identity; the rates need an unconstrained minimizer, which is checked.</param>
    /// <param name="meta">w*, shape [m]. The rates need &lt;varphi(xbar_{t-1}, w*), grad f(xbar_t)&gt; &lt;= &lt;x*, grad f(xbar_t)&gt;, which is checked at every step.</param>
    /// <exception cref="ArgumentException">A number is not finite.</exception>
    public Optimum(ReadOnlySpan<T> point, ReadOnlySpan<T> meta)
    {
        RequireFinite(point, nameof(point));
        RequireFinite(meta, nameof(meta));
        (_point, _meta) = (point.ToArray(), meta.ToArray());
    }

    /// <summary>x*.</summary>
    public ReadOnlySpan<T> Point => _point;

    /// <summary>w*.</summary>
    public ReadOnlySpan<T> Meta => _meta;

    private static void RequireFinite(ReadOnlySpan<T> values, string name)
    {
        int i = Vectors.IndexOfNonFinite(values);
        if (i >= 0)
            throw new ArgumentException($"Expected finite numbers, found {values[i]} at index {i}.", name);
    }
}
