using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Divergences;
using MetaMirror.Numerics;

namespace MetaMirror.Objectives;

/// <summary>
/// F(theta) = L(theta) + gamma B_phi(theta || theta_1) for a quadratic phi = 1/2 theta^T P theta: the proximal problem whose solution depends on the metric,
/// on gamma and on theta_1 (PAPERS 2.4; iMAML is P = I). At its minimizer theta_*, with Delta = theta_* - theta_1 and H that of L,
/// d theta_* = -(H + gamma P)^-1 (dgamma P Delta + gamma dP Delta - gamma P dtheta_1): not zero, unlike that of a minimizer of L alone.
/// </summary>
/// <remarks>Meta-parameters: those of L, the divergence's as "metric.NAME", "gamma" (logarithm), "center" (theta_1, shape [n]).</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class BregmanProximal<T> : Objective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Objective<T> _inner;
    private readonly MetricProducts<T> _metric;
    private readonly int _innerLength;
    private readonly int _metricLength;
    private readonly T[] _delta;
    private readonly T[] _product;

    /// <summary>Adds the proximal term to <paramref name="inner"/>.</summary>
    /// <param name="inner">L.</param>
    /// <param name="divergence">phi, quadratic.</param>
    /// <param name="gamma">gamma at the start, above 0.</param>
    /// <param name="center">theta_1 at the start, shape [n]. Default: zeros.</param>
    /// <exception cref="ArgumentException">The divergence is no quadratic, gamma is not positive, or the center has another length.</exception>
    public BregmanProximal(Objective<T> inner, Divergence<T> divergence, double gamma, ImmutableArray<T> center = default)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(divergence);
        if (!(double.IsFinite(gamma) && gamma > 0))
            throw new ArgumentOutOfRangeException(nameof(gamma), gamma, "The proximal weight gamma must be finite and above 0.");
        if (!center.IsDefault)
            inner.Layout.RequireLength(center.Length, nameof(center));
        _inner = inner;
        _metric = new MetricProducts<T>(divergence, inner.Layout);
        _delta = new T[inner.Layout.Length];
        _product = new T[inner.Layout.Length];
        IReadOnlyList<MetaParameterSpec<T>> metric = divergence.MetaSpecs(inner.Layout);
        _innerLength = inner.MetaSpecs.Sum(s => s.Length);
        _metricLength = metric.Sum(s => s.Length);
        MetaSpecs =
        [
            .. inner.MetaSpecs,
            .. metric.Select(s => s with { Name = "metric." + s.Name }),
            MetaParameterSpec<T>.Scalar("gamma", gamma, MetaTransform.Log),
            new MetaParameterSpec<T>("center", [inner.Layout.Length], MetaTransform.Identity, center.IsDefault ? [T.Zero] : center),
        ];
    }

    /// <inheritdoc/>
    public override ParameterLayout Layout => _inner.Layout;

    /// <inheritdoc/>
    protected override Objective<T> Inner => _inner;

    /// <inheritdoc/>
    protected override bool AsksInnerAtTheta => true;

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs { get; }

    /// <inheritdoc/>
    public override double Evaluate(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, Span<T> gradient)
    {
        Check(meta.Length);
        double loss = _inner.Evaluate(theta, meta[.._innerLength], batch, gradient);
        DivergenceContext<T> context = _metric.Context(Metric(meta));
        T gamma = Gamma(meta);
        if (!gradient.IsEmpty)
            _metric.Divergence.AddBregmanGradient(context, theta, Center(meta), gamma, gradient, [], []);
        return loss + (double.CreateTruncating(gamma) * _metric.Divergence.Bregman(context, theta, Center(meta)));
    }

    /// <inheritdoc/>
    public override void HessianVectorProducts(
        ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, int count, ReadOnlySpan<T> tangents, Span<T> products)
    {
        Check(meta.Length);
        int n = Layout.Length;
        _inner.HessianVectorProducts(theta, meta[.._innerLength], batch, count, tangents, products);
        for (int j = 0; j < count; j++)
            _metric.AddProduct(Metric(meta), tangents.Slice(j * n, n), Gamma(meta), products.Slice(j * n, n));
    }

    /// <inheritdoc/>
    public override void AddMetaGradient(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, T weight, Span<T> metaCotangent)
    {
        Check(meta.Length);
        _inner.AddMetaGradient(theta, meta[.._innerLength], batch, weight, metaCotangent[.._innerLength]);
        DivergenceContext<T> context = _metric.Context(Metric(meta));
        _metric.Divergence.AddBregmanGradient(context, theta, Center(meta), weight * Gamma(meta), [], CenterOf(metaCotangent), MetricOf(metaCotangent));
        GammaOf(metaCotangent) += weight * T.CreateTruncating(_metric.Divergence.Bregman(context, theta, Center(meta)));
    }

    /// <inheritdoc/>
    public override void AddMixedTransposeProduct(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, ReadOnlySpan<T> v, Span<T> metaCotangent)
    {
        Check(meta.Length);
        _inner.AddMixedTransposeProduct(theta, meta[.._innerLength], batch, v, metaCotangent[.._innerLength]);
        T gamma = Gamma(meta);
        Vectors.Subtract(theta, Center(meta), _delta);
        _metric.AddBilinearGradient(Metric(meta), _delta, v, gamma, MetricOf(metaCotangent));
        _metric.AddProduct(Metric(meta), v, -gamma, CenterOf(metaCotangent));
        Array.Clear(_product);
        _metric.AddProduct(Metric(meta), _delta, T.One, _product);
        GammaOf(metaCotangent) += T.CreateTruncating(Vectors.Dot(_product, v));
    }

    /// <inheritdoc/>
    public override void AddMixedProduct(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, ReadOnlySpan<T> metaTangent, Span<T> product)
    {
        Check(meta.Length);
        _inner.AddMixedProduct(theta, meta[.._innerLength], batch, metaTangent[.._innerLength], product);
        T gamma = Gamma(meta);
        Vectors.Subtract(theta, Center(meta), _delta);
        _metric.AddProduct(Metric(meta), _delta, Gamma(metaTangent), product);
        _metric.AddTangentProduct(Metric(meta), Metric(metaTangent), _delta, gamma, product);
        _metric.AddProduct(Metric(meta), Center(metaTangent), -gamma, product);
    }

    private ReadOnlySpan<T> Metric(ReadOnlySpan<T> meta) => meta.Slice(_innerLength, _metricLength);

    private T Gamma(ReadOnlySpan<T> meta) => meta[_innerLength + _metricLength];

    private ReadOnlySpan<T> Center(ReadOnlySpan<T> meta) => meta[(_innerLength + _metricLength + 1)..];

    private Span<T> MetricOf(Span<T> meta) => meta.Slice(_innerLength, _metricLength);

    private ref T GammaOf(Span<T> meta) => ref meta[_innerLength + _metricLength];

    private Span<T> CenterOf(Span<T> meta) => meta[(_innerLength + _metricLength + 1)..];

    private void Check(int length)
    {
        int expected = _innerLength + _metricLength + 1 + Layout.Length;
        if (length != expected)
            throw new ArgumentException($"meta has length {length}, expected {expected}: the values of {nameof(MetaSpecs)}.", nameof(length));
    }
}
