using System.Numerics;
using System.Numerics.Tensors;
using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules.Neural;

/// <summary>The network of <see cref="MlpRule{T}"/> on n coordinates at once, a column each: u = (d + r . x) exp(lambda a), where d and a are outputs of rectified linear layers on x and the time.</summary>
internal sealed class MlpNetwork<T>(int inputs, int units, int layers, T lambda)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Time scales tau.</summary>
    public const int Times = 11;

    private const int Outputs = 2;

    private static readonly double[] TimeScales = [1, 3, 10, 30, 100, 300, 1000, 3000, 10000, 30000, 100000];

    public int Inputs => inputs;

    public int Units => units;

    public int Layers => layers;

    private int TimeStart => inputs * units;

    private int FirstBias => TimeStart + (Times * units);

    private int OutputStart => FirstBias + units + ((layers - 1) * (units + 1) * units);

    private int DirectStart => OutputStart + (Outputs * (units + 1));

    private static AffineColumns<T> OfTimes(int rows) => new(rows, Times);

    private AffineColumns<T> Last => new(Outputs, units);

    private AffineColumns<T> Direct => new(1, inputs);

    /// <summary>Declares the weights: hidden ones normal with variance 2 / inputs (He et al. 2015), so that rectified values keep their size; biases 0.</summary>
    public void Declare(StartingWeights<T> into, double outputDeviation)
    {
        into.Normal("0.weight", [units, inputs], Math.Sqrt(2.0 / (inputs + Times))).Normal("0.time", [units, Times], Math.Sqrt(2.0 / (inputs + Times))).Given("0.bias", [units], 0);
        for (int l = 1; l < layers; l++)
            into.Normal($"{l}.weight", [units, units], Math.Sqrt(2.0 / units)).Given($"{l}.bias", [units], 0);
        into.Normal("output.weight", [Outputs, units], outputDeviation).Given("output.bias", [Outputs], 0);
    }

    /// <summary>The times, and the first layer's bias with them.</summary>
    public void Start(ReadOnlySpan<T> meta, int step, in MlpWork<T> work)
    {
        for (int i = 0; i < Times; i++)
            work.Times[i] = T.CreateTruncating(Math.Tanh((step / TimeScales[i]) - 1));
        AddTimes(meta, work, work.Bias);
    }

    /// <summary>The tangent of that bias.</summary>
    public void StartTangent(ReadOnlySpan<T> dMeta, in MlpWork<T> work) => AddTimes(dMeta, work, work.DBias);

    /// <summary>Hidden values, outputs and u.</summary>
    public void Value(ReadOnlySpan<T> meta, int n, in MlpWork<T> work)
    {
        ReadOnlySpan<T> below = work.X;
        for (int l = 0; l < layers; l++)
        {
            Span<T> z = Layer(work.Hidden, l, n);
            AffineColumns<T>.Fill(l == 0 ? work.Bias : meta.Slice(WeightsOf(l).Start + (units * units), units), n, z);
            WeightsOf(l).Map.Add(Weights(meta, l), below, n, z);
            Vectors.PositivePart(z, z);
            below = z;
        }

        Span<T> o = work.Outputs[..(Outputs * n)], u = work.Outputs[(Outputs * n)..];
        AffineColumns<T>.Fill(meta.Slice(OutputStart + (Outputs * units), Outputs), n, o);
        Last.Add(meta.Slice(OutputStart, Last.Length), below, n, o);
        Direct.Add(meta.Slice(DirectStart, inputs), work.X, n, o[..n]);
        TensorPrimitives.Multiply(o[n..], lambda, u);
        TensorPrimitives.Exp(u, u);
        Vectors.Multiply<T>(o[..n], u, u);
    }

    /// <summary>Tangents of all that.</summary>
    public void Tangent(ReadOnlySpan<T> meta, ReadOnlySpan<T> dMeta, int n, in MlpWork<T> work)
    {
        ReadOnlySpan<T> below = work.X, dBelow = work.DX;
        for (int l = 0; l < layers; l++)
        {
            Span<T> value = Layer(work.Hidden, l, n), d = Layer(work.DHidden, l, n);
            AffineColumns<T>.Fill(l == 0 ? work.DBias : dMeta.Slice(WeightsOf(l).Start + (units * units), units), n, d);
            WeightsOf(l).Map.AddTangent(Weights(meta, l), Weights(dMeta, l), below, dBelow, n, d);
            Vectors.WherePositive(value, d, d);
            below = value;
            dBelow = d;
        }

        Span<T> o = work.Outputs, dO = work.DOutputs;
        AffineColumns<T>.Fill(dMeta.Slice(OutputStart + (Outputs * units), Outputs), n, dO);
        Last.AddTangent(meta.Slice(OutputStart, Last.Length), dMeta.Slice(OutputStart, Last.Length), below, dBelow, n, dO[..(Outputs * n)]);
        Direct.AddTangent(meta.Slice(DirectStart, inputs), dMeta.Slice(DirectStart, inputs), work.X, work.DX, n, dO[..n]);
        for (int i = 0; i < n; i++)
            dO[(2 * n) + i] = (T.Exp(lambda * o[n + i]) * dO[i]) + (o[(2 * n) + i] * lambda * dO[n + i]);
    }

    /// <summary>From the cotangent of u, the last row of those of the outputs, to that of x.</summary>
    public void Cotangent(ReadOnlySpan<T> meta, int n, in MlpWork<T> work, Span<T> aMeta)
    {
        Span<T> o = work.Outputs, a = work.DOutputs;
        for (int i = 0; i < n; i++)
        {
            T aU = a[(2 * n) + i];
            a[i] = aU * T.Exp(lambda * o[n + i]);
            a[n + i] = aU * o[(2 * n) + i] * lambda;
        }

        ReadOnlySpan<T> aO = a[..(Outputs * n)], aDirection = a[..n];
        Direct.AddOuter(work.X, aDirection, n, aMeta.Slice(DirectStart, inputs));
        Last.AddOuter(Layer(work.Hidden, layers - 1, n), aO, n, aMeta.Slice(OutputStart, Last.Length));
        AffineColumns<T>.AddSums(aO, n, aMeta.Slice(OutputStart + Last.Length, Outputs));
        Last.PullBack(meta.Slice(OutputStart, Last.Length), aO, n, T.Zero, Layer(work.DHidden, layers - 1, n));
        for (int l = layers - 1; l >= 0; l--)
        {
            Span<T> aZ = Layer(work.DHidden, l, n);
            Vectors.WherePositive(Layer(work.Hidden, l, n), aZ, aZ);
            (AffineColumns<T> map, int start) = WeightsOf(l);
            map.AddOuter(l == 0 ? work.X : Layer(work.Hidden, l - 1, n), aZ, n, aMeta.Slice(start, map.Length));
            AffineColumns<T>.AddSums(aZ, n, l == 0 ? work.DBias : aMeta.Slice(start + map.Length, units));
            map.PullBack(Weights(meta, l), aZ, n, T.Zero, l == 0 ? work.DX : Layer(work.DHidden, l - 1, n));
        }

        Direct.PullBack(meta.Slice(DirectStart, inputs), aDirection, n, T.One, work.DX);
    }

    /// <summary>From the cotangent of the first layer's bias with the times to those of its parts.</summary>
    public void EndCotangent(in MlpWork<T> work, Span<T> aMeta)
    {
        Vectors.AddScaled<T>(T.One, work.DBias, aMeta.Slice(FirstBias, units));
        OfTimes(units).AddOuter(work.Times, work.DBias, 1, aMeta.Slice(TimeStart, Times * units));
    }

    private void AddTimes(ReadOnlySpan<T> meta, in MlpWork<T> work, Span<T> bias)
    {
        meta.Slice(FirstBias, units).CopyTo(bias);
        OfTimes(units).Add(meta.Slice(TimeStart, Times * units), work.Times, 1, bias);
    }

    private (AffineColumns<T> Map, int Start) WeightsOf(int layer) =>
        layer == 0 ? (new(units, inputs), 0) : (new(units, units), FirstBias + units + ((layer - 1) * (units + 1) * units));

    private ReadOnlySpan<T> Weights(ReadOnlySpan<T> meta, int layer) => meta.Slice(WeightsOf(layer).Start, WeightsOf(layer).Map.Length);

    private Span<T> Layer(Span<T> hidden, int layer, int n) => hidden.Slice(layer * units * n, units * n);
}
