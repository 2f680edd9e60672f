using System.Numerics;

namespace MetaMirror.Divergences.Factors;

/// <summary>
/// One factor with its values: F, or n F / tr F where the gauge is fixed. With s = n / tr F the tangent of s F is s dF - (tr dF / tr F) s F:
/// its second part needs s F x only, which every caller has at hand.
/// </summary>
internal readonly ref struct FactorView<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Factor<T> _factor;
    private readonly int _n;
    private readonly ReadOnlySpan<T> _meta;
    private readonly Span<T> _work;
    private readonly bool _normalized;
    private readonly double _trace;
    private readonly T _scale;

    public FactorView(Factor<T> factor, int n, ReadOnlySpan<T> meta, Span<T> work, bool normalized)
    {
        _factor = factor;
        _n = n;
        _meta = meta;
        _work = work;
        _normalized = normalized;
        _trace = normalized ? factor.Trace(meta, n) : 1;
        _scale = normalized ? T.CreateTruncating(n / _trace) : T.One;
    }

    public bool IsIdentity => _factor.Kind == FactorKind.Identity;

    /// <summary>y = F x.</summary>
    public void Multiply(ReadOnlySpan<T> x, int k, Span<T> y)
    {
        _factor.Multiply(_meta, _n, x, k, y, _work);
        if (_normalized)
            MetaMirror.Numerics.Vectors.Scale(_scale, y);
    }

    /// <summary>x = F^-1 x.</summary>
    public void Solve(Span<T> x, int k)
    {
        _factor.Solve(_meta, _n, x, k, _work);
        if (_normalized)
            MetaMirror.Numerics.Vectors.Scale(T.One / _scale, x);
    }

    /// <summary>y = dF x, given product = F x.</summary>
    public void MultiplyTangent(ReadOnlySpan<T> dMeta, ReadOnlySpan<T> x, ReadOnlySpan<T> product, int k, Span<T> y)
    {
        _factor.MultiplyTangent(_meta, dMeta, _n, x, k, y, _work);
        if (!_normalized)
            return;
        MetaMirror.Numerics.Vectors.Scale(_scale, y);
        MetaMirror.Numerics.Vectors.AddScaled(T.CreateTruncating(-_factor.TraceTangent(_meta, dMeta, _n) / _trace), product, y);
    }

    /// <summary>aMeta += gradient of weight &lt;sym(a b^T), F&gt;, given inner = weight &lt;sym(a b^T), F&gt; itself.</summary>
    public void AddGradient(T weight, double inner, ReadOnlySpan<T> a, ReadOnlySpan<T> b, int k, Span<T> aMeta)
    {
        _factor.AddGradient(_meta, _n, weight * _scale, a, b, k, aMeta, _work);
        AddGauge(inner, aMeta);
    }

    public double LogDeterminant() => _factor.LogDeterminant(_meta, _n) + (_n * Math.Log(_normalized ? _n / _trace : 1));

    public double SmallestEigenvalue() => _factor.SmallestEigenvalue(_meta, _n) * double.CreateTruncating(_scale);

    /// <summary>aMeta += weight d lambda_min, given lambda_min.</summary>
    public void AddSmallestEigenvalueGradient(double weight, double smallest, Span<T> aMeta)
    {
        _factor.AddSmallestEigenvalueGradient(_meta, _n, T.CreateTruncating(weight) * _scale, aMeta, _work);
        AddGauge(weight * smallest, aMeta);
    }

    /// <summary>destination = F, in double.</summary>
    public void Write(Span<double> destination)
    {
        _factor.Write(_meta, _n, destination);
        if (_normalized)
            MetaMirror.Numerics.Vectors.Scale(_n / _trace, destination);
    }

    private void AddGauge(double inner, Span<T> aMeta)
    {
        if (_normalized)
            _factor.AddTraceGradient(_meta, _n, T.CreateTruncating(-inner / _trace), aMeta);
    }
}
