using MetaMirror.Networks;

namespace MetaMirror.Tests.Networks;

/// <summary>y_i = w_i x_i^2: a layer of the tests with parameters and curvature, written as a user would write one.</summary>
internal sealed class Gate(int size) : Layer
{
    public override IReadOnlyList<(string Name, int[] Shape)> Parameters { get; } = [("gate", [size])];

    public override string ToString() => $"Gate({size})";

    public override FeatureShape OutputShape(FeatureShape input) => input;

    public override void Value<T>(in LayerValues<T> v)
    {
        for (int i = 0; i < v.Output.Length; i++)
            v.Output[i] = v.Parameters[i % size] * v.Input[i] * v.Input[i];
    }

    public override void Tangent<T>(in LayerValues<T> v, in LayerTangents<T> d)
    {
        for (int i = 0; i < d.Output.Length; i++)
        {
            T x = v.Input[i], dx = d.Input.IsEmpty ? T.Zero : d.Input[i];
            d.Output[i] = (d.Parameters[i % size] * x * x) + ((v.Parameters[i % size] + v.Parameters[i % size]) * x * dx);
        }
    }

    public override void Cotangent<T>(in LayerValues<T> v, in LayerCotangents<T> a)
    {
        for (int i = 0; i < a.Output.Length; i++)
        {
            T x = v.Input[i], w = v.Parameters[i % size];
            if (!a.Parameters.IsEmpty)
                a.Parameters[i % size] += x * x * a.Output[i];
            if (!a.Input.IsEmpty)
                a.Input[i] = (w + w) * x * a.Output[i];
        }
    }

    public override void CotangentTangent<T>(in LayerValues<T> v, in LayerTangents<T> d, in LayerCotangents<T> a, in LayerCotangents<T> da)
    {
        for (int i = 0; i < da.Output.Length; i++)
        {
            T x = v.Input[i], dx = d.Input.IsEmpty ? T.Zero : d.Input[i], w = v.Parameters[i % size], dw = d.Parameters[i % size], two = T.One + T.One;
            if (!da.Parameters.IsEmpty)
                da.Parameters[i % size] += (two * x * dx * a.Output[i]) + (x * x * da.Output[i]);
            if (!da.Input.IsEmpty)
                da.Input[i] = two * ((dw * x * a.Output[i]) + (w * dx * a.Output[i]) + (w * x * da.Output[i]));
        }
    }
}
