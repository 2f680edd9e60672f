using System.Numerics;

namespace MetaMirror.UpdateRules.Neural;

/// <summary>Andrychowicz et al. 2016, Appendix A: g becomes (log|g| / p, sign g) where |g| >= e^-p, else (-1, e^p g).</summary>
internal readonly struct LogSignInput<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Numbers that a gradient becomes.</summary>
    public const int Rows = 2;

    private readonly T _p;
    private readonly T _steep;
    private readonly T _least;

    public LogSignInput(double p) => (_p, _steep, _least) = (T.CreateTruncating(p), T.CreateTruncating(Math.Exp(p)), T.CreateTruncating(Math.Exp(-p)));

    /// <summary>x [2, n].</summary>
    public void Value(ReadOnlySpan<T> g, Span<T> x)
    {
        int n = g.Length;
        for (int i = 0; i < n; i++)
        {
            T size = T.Abs(g[i]);
            (x[i], x[n + i]) = size >= _least ? (T.Log(size) / _p, T.CreateTruncating(T.Sign(g[i]))) : (-T.One, _steep * g[i]);
        }
    }

    /// <summary>dx [2, n].</summary>
    public void Tangent(ReadOnlySpan<T> g, ReadOnlySpan<T> dg, Span<T> dx)
    {
        int n = g.Length;
        for (int i = 0; i < n; i++)
            (dx[i], dx[n + i]) = T.Abs(g[i]) >= _least ? (dg[i] / (_p * g[i]), T.Zero) : (T.Zero, _steep * dg[i]);
    }

    /// <summary>ag += the derivative's transpose times ax.</summary>
    public void Cotangent(ReadOnlySpan<T> g, ReadOnlySpan<T> ax, Span<T> ag)
    {
        int n = g.Length;
        for (int i = 0; i < n; i++)
            ag[i] += T.Abs(g[i]) >= _least ? ax[i] / (_p * g[i]) : _steep * ax[n + i];
    }
}
