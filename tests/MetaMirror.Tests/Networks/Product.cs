using MetaMirror.Networks;

namespace MetaMirror.Tests.Networks;

/// <summary>y = x x': a join of the tests, written as a user would write one.</summary>
internal sealed class Product : Layer
{
    public override bool TakesSecond => true;

    public override string ToString() => "Product";

    public override FeatureShape OutputShape(FeatureShape input) => input;

    public override void Value<T>(in LayerValues<T> v)
    {
        for (int i = 0; i < v.Output.Length; i++)
            v.Output[i] = v.Input[i] * v.Second[i];
    }

    public override void Tangent<T>(in LayerValues<T> v, in LayerTangents<T> d)
    {
        for (int i = 0; i < d.Output.Length; i++)
            d.Output[i] = (At(d.Input, i) * v.Second[i]) + (v.Input[i] * At(d.Second, i));
    }

    public override void Cotangent<T>(in LayerValues<T> v, in LayerCotangents<T> a)
    {
        for (int i = 0; i < a.Output.Length; i++)
        {
            if (!a.Input.IsEmpty)
                a.Input[i] = v.Second[i] * a.Output[i];
            if (!a.Second.IsEmpty)
                a.Second[i] = v.Input[i] * a.Output[i];
        }
    }

    public override void CotangentTangent<T>(in LayerValues<T> v, in LayerTangents<T> d, in LayerCotangents<T> a, in LayerCotangents<T> da)
    {
        for (int i = 0; i < da.Output.Length; i++)
        {
            if (!da.Input.IsEmpty)
                da.Input[i] = (At(d.Second, i) * a.Output[i]) + (v.Second[i] * da.Output[i]);
            if (!da.Second.IsEmpty)
                da.Second[i] = (At(d.Input, i) * a.Output[i]) + (v.Input[i] * da.Output[i]);
        }
    }

    private static T At<T>(ReadOnlySpan<T> d, int i)
        where T : struct => d.IsEmpty ? default : d[i];
}
