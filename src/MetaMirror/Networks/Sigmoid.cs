using System.Numerics.Tensors;
using MetaMirror.Numerics;

namespace MetaMirror.Networks;

/// <summary>y = 1 / (1 + exp(-x)). Keeps the slope s = y (1 - y); its derivative along dx is (1 - 2 y) dy.</summary>
public sealed class Sigmoid : Layer
{
    /// <inheritdoc/>
    public override string ToString() => "Sigmoid";

    /// <inheritdoc/>
    public override FeatureShape OutputShape(FeatureShape input) => input;

    /// <inheritdoc/>
    public override LayerReads Reads(bool inputVaries) => LayerReads.Output | LayerReads.Cotangent;

    /// <inheritdoc/>
    public override int SavedSize(FeatureShape input) => input.Size;

    /// <summary>y = 1 / (1 + exp(-x)); s = y (1 - y).</summary>
    public override void Value<T>(in LayerValues<T> v)
    {
        TensorPrimitives.Sigmoid(v.Input, v.Output);
        Span<T> s = v.Saved;
        for (int i = 0; i < s.Length; i++)
        {
            T y = v.Output[i];
            s[i] = y * (T.One - y);
        }
    }

    /// <summary>dy = s dx.</summary>
    public override void Tangent<T>(in LayerValues<T> v, in LayerTangents<T> d) => Vectors.Multiply(v.Saved, d.Input, d.Output);

    /// <summary>ax = s ay.</summary>
    public override void Cotangent<T>(in LayerValues<T> v, in LayerCotangents<T> a) => Vectors.Multiply(v.Saved, a.Output, a.Input);

    /// <summary>dax = s day + (1 - 2 y) dy ay.</summary>
    public override void CotangentTangent<T>(in LayerValues<T> v, in LayerTangents<T> d, in LayerCotangents<T> a, in LayerCotangents<T> da)
    {
        for (int i = 0; i < da.Input.Length; i++)
        {
            T y = v.Output[i];
            da.Input[i] = (v.Saved[i] * da.Output[i]) + ((T.One - (T.CreateChecked(2) * y)) * d.Output[i] * a.Output[i]);
        }
    }
}
