using MetaMirror.Numerics;

namespace MetaMirror.Networks;

/// <summary>y = max(x, 0), with derivative 0 at 0 as in PyTorch. Derivatives pass where y > 0, so the value keeps nothing besides y.</summary>
public sealed class ReLU : Layer
{
    /// <inheritdoc/>
    public override string ToString() => "ReLU";

    /// <inheritdoc/>
    public override FeatureShape OutputShape(FeatureShape input) => input;

    /// <inheritdoc/>
    public override LayerReads Reads(bool inputVaries) => LayerReads.Output;

    /// <summary>y = max(x, 0): NaN stays NaN.</summary>
    public override void Value<T>(in LayerValues<T> v) => Vectors.PositivePart(v.Input, v.Output);

    /// <summary>dy = dx where y > 0, else 0.</summary>
    public override void Tangent<T>(in LayerValues<T> v, in LayerTangents<T> d) => Vectors.WherePositive(v.Output, d.Input, d.Output);

    /// <summary>ax = ay where y > 0, else 0.</summary>
    public override void Cotangent<T>(in LayerValues<T> v, in LayerCotangents<T> a) => Vectors.WherePositive(v.Output, a.Output, a.Input);

    /// <summary>dax = day where y > 0, else 0.</summary>
    public override void CotangentTangent<T>(in LayerValues<T> v, in LayerTangents<T> d, in LayerCotangents<T> a, in LayerCotangents<T> da) =>
        Vectors.WherePositive(v.Output, da.Output, da.Input);
}
