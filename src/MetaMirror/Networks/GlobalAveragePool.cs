using MetaMirror.Numerics;

namespace MetaMirror.Networks;

/// <summary>Each channel's mean over its pixels.</summary>
public sealed class GlobalAveragePool : Layer
{
    /// <inheritdoc/>
    public override string ToString() => "GlobalAveragePool";

    /// <inheritdoc/>
    public override FeatureShape OutputShape(FeatureShape input) => new(input.Channels);

    /// <inheritdoc/>
    public override LayerReads Reads(bool inputVaries) => LayerReads.Nothing;

    /// <summary>y_c = mean of x_c.</summary>
    public override void Value<T>(in LayerValues<T> v) => Means(v.Input, v.Shape.Rows * v.Shape.Columns, v.Output);

    /// <summary>dy_c = mean of dx_c.</summary>
    public override void Tangent<T>(in LayerValues<T> v, in LayerTangents<T> d) => Means(d.Input, v.Shape.Rows * v.Shape.Columns, d.Output);

    /// <summary>ax_ci = ay_c / pixels.</summary>
    public override void Cotangent<T>(in LayerValues<T> v, in LayerCotangents<T> a)
    {
        int pixels = v.Shape.Rows * v.Shape.Columns;
        T share = T.One / T.CreateChecked(pixels);
        for (int i = 0; i < a.Output.Length; i++)
            a.Input.Slice(i * pixels, pixels).Fill(share * a.Output[i]);
    }

    /// <summary>dax_ci = day_c / pixels.</summary>
    public override void CotangentTangent<T>(in LayerValues<T> v, in LayerTangents<T> d, in LayerCotangents<T> a, in LayerCotangents<T> da) => Cotangent(v, da);

    private static void Means<T>(ReadOnlySpan<T> x, int pixels, Span<T> y)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        for (int i = 0; i < y.Length; i++)
            y[i] = T.CreateChecked(Vectors.Sum(x.Slice(i * pixels, pixels)) / pixels);
    }
}
