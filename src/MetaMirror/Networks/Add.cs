using System.Numerics.Tensors;

namespace MetaMirror.Networks;

/// <summary>y = x + x', the end of a residual block.</summary>
public sealed class Add : Layer
{
    /// <inheritdoc/>
    public override bool TakesSecond => true;

    /// <inheritdoc/>
    public override string ToString() => "Add";

    /// <inheritdoc/>
    public override FeatureShape OutputShape(FeatureShape input) => input;

    /// <inheritdoc/>
    public override LayerReads Reads(bool inputVaries) => LayerReads.Nothing;

    /// <summary>y = x + x'.</summary>
    public override void Value<T>(in LayerValues<T> v) => TensorPrimitives.Add(v.Input, v.Second, v.Output);

    /// <summary>dy = dx + dx'.</summary>
    public override void Tangent<T>(in LayerValues<T> v, in LayerTangents<T> d)
    {
        if (d.Input.IsEmpty)
            d.Second.CopyTo(d.Output);
        else if (d.Second.IsEmpty)
            d.Input.CopyTo(d.Output);
        else
            TensorPrimitives.Add(d.Input, d.Second, d.Output);
    }

    /// <summary>ax = ay, ax' = ay.</summary>
    public override void Cotangent<T>(in LayerValues<T> v, in LayerCotangents<T> a)
    {
        if (!a.Input.IsEmpty)
            a.Output.CopyTo(a.Input);
        if (!a.Second.IsEmpty)
            a.Output.CopyTo(a.Second);
    }

    /// <summary>dax = day, dax' = day.</summary>
    public override void CotangentTangent<T>(in LayerValues<T> v, in LayerTangents<T> d, in LayerCotangents<T> a, in LayerCotangents<T> da) => Cotangent(v, da);
}
