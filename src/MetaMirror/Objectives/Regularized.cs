using System.Collections.Immutable;
using System.Numerics;

namespace MetaMirror.Objectives;

/// <summary>How many regularizer weights there are.</summary>
public enum RegularizerKind
{
    /// <summary>One weight for all parameters.</summary>
    Scalar,

    /// <summary>A weight for each parameter.</summary>
    PerCoordinate,
}

/// <summary>The weights h of a <see cref="Regularized{T}"/> objective as meta-parameters.</summary>
/// <param name="Initial">Where every weight starts, at least 0 (above 0 for Log).</param>
/// <param name="Kind">One weight, or one per parameter. Default: one.</param>
/// <param name="Transform">Storage: Identity with the bound <see cref="Lower"/>, or Log. Default: Identity.</param>
public sealed record RegularizerWeight(double Initial, RegularizerKind Kind = RegularizerKind.Scalar, MetaTransform Transform = MetaTransform.Identity)
{
    /// <summary>Lower end of the projection interval; 0 allows no regularization at all. Default: 1e-8.</summary>
    public double Lower { get; init; } = 1e-8;

    /// <summary>False keeps the weights fixed at their start. Default: true.</summary>
    public bool Learned { get; init; } = true;

    /// <summary>Weights that are part of the problem and not learned.</summary>
    public static RegularizerWeight Fixed(double value) => new(value) { Learned = false, Lower = Math.Min(value, 1e-8) };
}

/// <summary>
/// L(theta) + 1/2 theta^T diag(h) theta with h >= 0 as the meta-parameter "l2", after those of the inner objective. Mixed derivative
/// d2/dtheta dh = diag(theta) (one column theta for a scalar h).
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Regularized<T> : Objective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Objective<T> _inner;
    private readonly int _innerLength;
    private readonly bool _perCoordinate;

    /// <summary>Adds the regularizer to <paramref name="inner"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The start is negative or not finite.</exception>
    public Regularized(Objective<T> inner, RegularizerWeight weight)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(weight);
        if (!double.IsFinite(weight.Initial) || weight.Initial < 0)
            throw new ArgumentOutOfRangeException(nameof(weight), weight.Initial, "A regularizer weight must be finite and not negative.");
        _inner = inner;
        _innerLength = inner.MetaSpecs.Sum(s => s.Length);
        _perCoordinate = weight.Kind == RegularizerKind.PerCoordinate;
        ImmutableArray<int> shape = _perCoordinate ? [inner.Layout.Length] : [];
        MetaSpecs =
        [
            .. inner.MetaSpecs,
            new MetaParameterSpec<T>("l2", shape, weight.Transform, [T.CreateChecked(weight.Initial)]) { Learned = weight.Learned, Lower = weight.Lower },
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
    public override LossCurvature Curvature(ReadOnlySpan<T> meta)
    {
        T least = T.PositiveInfinity, largest = T.Zero;
        foreach (T h in Own(meta))
            (least, largest) = (T.Min(least, h), T.Max(largest, h));
        return _inner.Curvature(meta[.._innerLength]).Plus(double.CreateChecked(least), double.CreateChecked(largest));
    }

    /// <inheritdoc/>
    public override double Evaluate(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, Span<T> gradient)
    {
        ReadOnlySpan<T> h = Own(meta);
        double loss = _inner.Evaluate(theta, meta[.._innerLength], batch, gradient);
        double sum = 0;
        for (int i = 0; i < theta.Length; i++)
        {
            T slope = h[_perCoordinate ? i : 0] * theta[i];
            sum += double.CreateTruncating(slope) * double.CreateTruncating(theta[i]);
            if (!gradient.IsEmpty)
                gradient[i] += slope;
        }

        return loss + (0.5 * sum);
    }

    /// <inheritdoc/>
    public override void HessianVectorProducts(
        ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, int count, ReadOnlySpan<T> tangents, Span<T> products)
    {
        _inner.HessianVectorProducts(theta, meta[.._innerLength], batch, count, tangents, products);
        ReadOnlySpan<T> h = Own(meta);
        int n = theta.Length;
        for (int j = 0; j < count; j++)
        {
            for (int i = 0; i < n; i++)
                products[(j * n) + i] += h[_perCoordinate ? i : 0] * tangents[(j * n) + i];
        }
    }

    /// <inheritdoc/>
    public override void AddMetaGradient(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, T weight, Span<T> metaCotangent)
    {
        _inner.AddMetaGradient(theta, meta[.._innerLength], batch, weight, metaCotangent[.._innerLength]);
        T half = weight * T.CreateChecked(0.5);
        AddProducts(half, theta, theta, metaCotangent[_innerLength..]);
    }

    /// <inheritdoc/>
    public override void AddMixedTransposeProduct(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, ReadOnlySpan<T> v, Span<T> metaCotangent)
    {
        _inner.AddMixedTransposeProduct(theta, meta[.._innerLength], batch, v, metaCotangent[.._innerLength]);
        AddProducts(T.One, theta, v, metaCotangent[_innerLength..]);
    }

    /// <inheritdoc/>
    public override void AddMixedProduct(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, ReadOnlySpan<T> metaTangent, Span<T> product)
    {
        _inner.AddMixedProduct(theta, meta[.._innerLength], batch, metaTangent[.._innerLength], product);
        ReadOnlySpan<T> dh = metaTangent[_innerLength..];
        for (int i = 0; i < theta.Length; i++)
            product[i] += theta[i] * dh[_perCoordinate ? i : 0];
    }

    /// <summary>a_i += scale x_i y_i, or their sum in double where there is one weight.</summary>
    private void AddProducts(T scale, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> a)
    {
        if (!_perCoordinate)
        {
            a[0] += scale * T.CreateTruncating(Numerics.Vectors.Dot(x, y));
            return;
        }

        for (int i = 0; i < x.Length; i++)
            a[i] += scale * x[i] * y[i];
    }

    /// <summary>The last part of mu, this objective's own.</summary>
    private ReadOnlySpan<T> Own(ReadOnlySpan<T> meta)
    {
        int expected = _innerLength + (_perCoordinate ? Layout.Length : 1);
        if (meta.Length != expected)
            throw new ArgumentException($"meta has length {meta.Length}, expected {expected}: the values of {nameof(MetaSpecs)}.", nameof(meta));
        return meta[_innerLength..];
    }
}
