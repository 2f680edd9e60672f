using System.Numerics.Tensors;
using MetaMirror.Numerics;

namespace MetaMirror.Networks;

/// <summary>y = max(x, 0), with derivative 0 at 0 as in PyTorch. Keeps the mask s = [y > 0].</summary>
public sealed class ReLU : Layer
{
    /// <inheritdoc/>
    public override string ToString() => "ReLU";

    /// <inheritdoc/>
    public override FeatureShape OutputShape(FeatureShape input) => input;

    /// <inheritdoc/>
    public override int SavedSize(FeatureShape input) => input.Size;

    /// <summary>y = max(x, 0); s = ceil(min(y, 1)), which is 1 for every y above 0 however small.</summary>
    public override void Value<T>(in LayerValues<T> v)
    {
        TensorPrimitives.Max(v.Input, T.Zero, v.Output);
        if (v.Saved.IsEmpty)
            return;
        TensorPrimitives.Min(v.Output, T.One, v.Saved);
        TensorPrimitives.Ceiling<T>(v.Saved, v.Saved);
    }

    /// <summary>dy = s dx.</summary>
    public override void Tangent<T>(in LayerValues<T> v, in LayerTangents<T> d) => Vectors.Multiply(v.Saved, d.Input, d.Output);

    /// <summary>ax = s ay.</summary>
    public override void Cotangent<T>(in LayerValues<T> v, in LayerCotangents<T> a) => Vectors.Multiply(v.Saved, a.Output, a.Input);

    /// <summary>dax = s day.</summary>
    public override void CotangentTangent<T>(in LayerValues<T> v, in LayerTangents<T> d, in LayerCotangents<T> a, in LayerCotangents<T> da) =>
        Vectors.Multiply(v.Saved, da.Output, da.Input);
}
