using MetaMirror.Networks;
using MetaMirror.Numerics;

namespace MetaMirror.Tests.Documentation;

#region layer
/// <summary>y_i = w_i x_i, one factor for each number of a row.</summary>
/// <param name="size">Numbers in a row.</param>
public sealed class Scale(int size) : Layer
{
    public override IReadOnlyList<(string Name, int[] Shape)> Parameters { get; } = [("factors", [size])];

    public override FeatureShape? InputShape => new FeatureShape(size);

    public override string ToString() => $"Scale({size})";

    public override FeatureShape OutputShape(FeatureShape input) =>
        input.Size == size ? input : throw new ArgumentException($"{this} takes {size} inputs, but gets {input}.", nameof(input));

    public override LayerReads Reads(bool inputVaries) => LayerReads.Input | LayerReads.Cotangent | LayerReads.Parameters;

    public override void Initialize<T>(ref RandomStream stream, Span<T> parameters) => parameters.Fill(T.One);

    // y = w x
    public override void Value<T>(in LayerValues<T> v)
    {
        for (int i = 0; i < v.Output.Length; i++)
            v.Output[i] = v.Parameters[i % size] * v.Input[i];
    }

    // dy = dw x + w dx
    public override void Tangent<T>(in LayerValues<T> v, in LayerTangents<T> d)
    {
        for (int i = 0; i < d.Output.Length; i++)
        {
            T dx = d.Input.IsEmpty ? T.Zero : d.Input[i];
            d.Output[i] = (d.Parameters[i % size] * v.Input[i]) + (v.Parameters[i % size] * dx);
        }
    }

    // aw += x ay, ax = w ay
    public override void Cotangent<T>(in LayerValues<T> v, in LayerCotangents<T> a)
    {
        for (int i = 0; i < a.Output.Length; i++)
        {
            if (!a.Parameters.IsEmpty)
                a.Parameters[i % size] += v.Input[i] * a.Output[i];
            if (!a.Input.IsEmpty)
                a.Input[i] = v.Parameters[i % size] * a.Output[i];
        }
    }

    // daw += dx ay + x day, dax = dw ay + w day
    public override void CotangentTangent<T>(in LayerValues<T> v, in LayerTangents<T> d, in LayerCotangents<T> a, in LayerCotangents<T> da)
    {
        for (int i = 0; i < da.Output.Length; i++)
        {
            T dx = d.Input.IsEmpty ? T.Zero : d.Input[i];
            if (!da.Parameters.IsEmpty)
                da.Parameters[i % size] += (dx * a.Output[i]) + (v.Input[i] * da.Output[i]);
            if (!da.Input.IsEmpty)
                da.Input[i] = (d.Parameters[i % size] * a.Output[i]) + (v.Parameters[i % size] * da.Output[i]);
        }
    }
}
#endregion
