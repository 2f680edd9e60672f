using System.Numerics;
using MetaMirror.Networks;
using MetaMirror.Tests.Objectives;

namespace MetaMirror.Tests.Networks;

/// <summary>One layer alone, with drawn values, tangents and cotangents. Outputs start as NaN: what isn't written shows.</summary>
internal sealed class LayerTrial<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly FeatureShape _shape;
    private readonly int _rows;

    public LayerTrial(Layer layer, FeatureShape shape, int rows)
    {
        (Layer, _shape, _rows) = (layer, shape, rows);
        int x = rows * shape.Size, y = rows * layer.OutputShape(shape).Size, w = layer.Parameters.Sum(p => p.Shape.Aggregate(1, (a, b) => a * b));
        (Input, InputTangent, OutputCotangent, OutputCotangentTangent) = (Draws.Normal<T>(x, 90), Draws.Normal<T>(x, 91), Draws.Normal<T>(y, 92), Draws.Normal<T>(y, 93));
        (Parameters, ParameterTangent, ParameterCotangent, ParameterCotangentTangent) = (Draws.Normal<T>(w, 94), Draws.Normal<T>(w, 95), new T[w], new T[w]);
        (Output, OutputTangent, InputCotangent, InputCotangentTangent) = (Unwritten(y), Unwritten(y), Unwritten(x), Unwritten(x));
        (Saved, Statistics) = (Unwritten(rows * layer.SavedSize(shape)), Unwritten(layer.StatisticsSize(shape)));
    }

    public Layer Layer { get; }

    public T[] Input { get; }

    public T[] InputTangent { get; }

    public T[] InputCotangent { get; }

    public T[] InputCotangentTangent { get; }

    public T[] Output { get; }

    public T[] OutputTangent { get; }

    public T[] OutputCotangent { get; }

    public T[] OutputCotangentTangent { get; }

    public T[] Parameters { get; }

    public T[] ParameterTangent { get; }

    public T[] ParameterCotangent { get; }

    public T[] ParameterCotangentTangent { get; }

    public T[] Saved { get; }

    public T[] Statistics { get; }

    public T[] Buffers { get; set; } = [];

    /// <summary>All that was computed, except what was kept.</summary>
    public T[] Results => [.. Output, .. OutputTangent, .. InputCotangent, .. InputCotangentTangent, .. ParameterCotangent, .. ParameterCotangentTangent];

    public void Value() => Layer.Value(Values(0, _shape.Channels));

    public void ValueAlone() => Layer.Value(new LayerValues<T> { Rows = _rows, Shape = _shape, Parameters = Parameters, Input = Input, Output = Output, Saved = [] });

    public void Advance(T[] buffers) => Layer.AdvanceBuffers(Values(0, _shape.Channels), buffers.AsSpan());

    /// <summary>Value, tangent, cotangent and its tangent of a range of channels.</summary>
    public void All(int first = 0, int? end = null)
    {
        LayerValues<T> v = Values(first, end ?? _shape.Channels);
        var d = new LayerTangents<T>(ParameterTangent, InputTangent, OutputTangent);
        var a = new LayerCotangents<T>(ParameterCotangent, InputCotangent, OutputCotangent);
        Layer.Value(v);
        Layer.Tangent(v, d);
        Layer.Cotangent(v, a);
        Layer.CotangentTangent(v, d, a, new LayerCotangents<T>(ParameterCotangentTangent, InputCotangentTangent, OutputCotangentTangent));
    }

    /// <summary>The numbers of one channel of something shaped like the input.</summary>
    public T[] Channel(T[] x, int channel) => [.. x.Where((_, i) => i / (_shape.Rows * _shape.Columns) % _shape.Channels == channel)];

    private static T[] Unwritten(int n)
    {
        var values = new T[n];
        Array.Fill(values, T.NaN);
        return values;
    }

    private LayerValues<T> Values(int first, int end) => new()
    {
        Rows = _rows, Shape = _shape, Parameters = Parameters, Input = Input, Output = Output, Saved = Saved, Statistics = Statistics, Buffers = Buffers,
        FirstChannel = first, EndChannel = end,
    };
}
