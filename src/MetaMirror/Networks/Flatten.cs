namespace MetaMirror.Networks;

/// <summary>The same numbers as a vector. (<see cref="Linear"/> takes images as they are.)</summary>
public sealed class Flatten : Layer
{
    /// <inheritdoc/>
    public override string ToString() => "Flatten";

    /// <inheritdoc/>
    public override FeatureShape OutputShape(FeatureShape input) => new(input.Size);

    /// <inheritdoc/>
    public override LayerReads Reads(bool inputVaries) => LayerReads.Nothing;

    /// <summary>y = x.</summary>
    public override void Value<T>(in LayerValues<T> v) => v.Input.CopyTo(v.Output);

    /// <summary>dy = dx.</summary>
    public override void Tangent<T>(in LayerValues<T> v, in LayerTangents<T> d) => d.Input.CopyTo(d.Output);

    /// <summary>ax = ay.</summary>
    public override void Cotangent<T>(in LayerValues<T> v, in LayerCotangents<T> a) => a.Output.CopyTo(a.Input);

    /// <summary>dax = day.</summary>
    public override void CotangentTangent<T>(in LayerValues<T> v, in LayerTangents<T> d, in LayerCotangents<T> a, in LayerCotangents<T> da) => da.Output.CopyTo(da.Input);
}
