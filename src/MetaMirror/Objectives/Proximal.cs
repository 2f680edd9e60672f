using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Objectives;

/// <summary>
/// L(theta) + gamma/2 ||theta - mu||^2 with the center mu as the meta-parameter "center", after those of the inner objective: the form of
/// iMAML (Rajeswaran et al. 2019, Eq. 3). Mixed derivative d2/dtheta dmu = -gamma I.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Proximal<T> : Objective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Objective<T> _inner;
    private readonly int _innerLength;
    private readonly T _gamma;

    /// <summary>Adds the proximal term to <paramref name="inner"/>.</summary>
    /// <param name="inner">L.</param>
    /// <param name="gamma">gamma, above 0.</param>
    /// <param name="center">Where mu starts, shape [n]. Default: zeros.</param>
    /// <exception cref="ArgumentException">gamma is not positive, or the center has another length.</exception>
    public Proximal(Objective<T> inner, double gamma, ImmutableArray<T> center = default)
    {
        ArgumentNullException.ThrowIfNull(inner);
        if (!double.IsFinite(gamma) || gamma <= 0)
            throw new ArgumentOutOfRangeException(nameof(gamma), gamma, "The proximal weight gamma must be finite and above 0.");
        if (!center.IsDefault)
            inner.Layout.RequireLength(center.Length, nameof(center));
        _inner = inner;
        _innerLength = inner.MetaSpecs.Sum(s => s.Length);
        _gamma = T.CreateChecked(gamma);
        MetaSpecs =
        [
            .. inner.MetaSpecs,
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
    public override LossCurvature Curvature(ReadOnlySpan<T> meta) =>
        _inner.Curvature(meta[.._innerLength]).Plus(double.CreateChecked(_gamma), double.CreateChecked(_gamma));

    /// <inheritdoc/>
    public override double Evaluate(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, Span<T> gradient)
    {
        ReadOnlySpan<T> center = Own(meta);
        double loss = _inner.Evaluate(theta, meta[.._innerLength], batch, gradient);
        double sum = 0;
        for (int i = 0; i < theta.Length; i++)
        {
            T d = theta[i] - center[i];
            sum += double.CreateTruncating(d) * double.CreateTruncating(d);
            if (!gradient.IsEmpty)
                gradient[i] += _gamma * d;
        }

        return loss + (0.5 * double.CreateTruncating(_gamma) * sum);
    }

    /// <inheritdoc/>
    public override void HessianVectorProducts(
        ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, int count, ReadOnlySpan<T> tangents, Span<T> products)
    {
        _inner.HessianVectorProducts(theta, meta[.._innerLength], batch, count, tangents, products);
        Vectors.AddScaled(_gamma, tangents, products);
    }

    /// <inheritdoc/>
    public override void AddMetaGradient(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, T weight, Span<T> metaCotangent)
    {
        _inner.AddMetaGradient(theta, meta[.._innerLength], batch, weight, metaCotangent[.._innerLength]);
        Vectors.AddScaled(-(weight * _gamma), theta, metaCotangent[_innerLength..]);
        Vectors.AddScaled(weight * _gamma, meta[_innerLength..], metaCotangent[_innerLength..]);
    }

    /// <inheritdoc/>
    public override void AddMixedTransposeProduct(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, ReadOnlySpan<T> v, Span<T> metaCotangent)
    {
        _inner.AddMixedTransposeProduct(theta, meta[.._innerLength], batch, v, metaCotangent[.._innerLength]);
        Vectors.AddScaled(-_gamma, v, metaCotangent[_innerLength..]);
    }

    /// <inheritdoc/>
    public override void AddMixedProduct(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, ReadOnlySpan<T> metaTangent, Span<T> product)
    {
        _inner.AddMixedProduct(theta, meta[.._innerLength], batch, metaTangent[.._innerLength], product);
        Vectors.AddScaled(-_gamma, metaTangent[_innerLength..], product);
    }

    /// <summary>The last part of mu, this objective's own.</summary>
    private ReadOnlySpan<T> Own(ReadOnlySpan<T> meta)
    {
        int expected = _innerLength + Layout.Length;
        if (meta.Length != expected)
            throw new ArgumentException($"meta has length {meta.Length}, expected {expected}: the values of {nameof(MetaSpecs)}.", nameof(meta));
        return meta[_innerLength..];
    }
}
