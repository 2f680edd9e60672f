using MetaMirror.Numerics;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>The fixture's 784-64-64-10 ReLU network with its hashed weights and batches: mean softmax cross-entropy and its gradient.</summary>
internal sealed class TorchNetwork
{
    private const int Batch = 64;
    private static readonly int[] Widths = [784, 64, 64, 10];
    private readonly double[][] _values = [.. Widths.Select(w => new double[Batch * w])];
    private readonly double[][] _cotangents = [.. Widths.Select(w => new double[Batch * w])];

    public static ParameterLayout Layout { get; } = new(Enumerable.Range(0, 3).SelectMany(l => new (string, int[])[]
        { ($"weight{l + 1}", [Widths[l + 1], Widths[l]]), ($"bias{l + 1}", [Widths[l + 1]]) }));

    public static double[] Initial { get; } = [.. Layout.Blocks.SelectMany((b, i) =>
        Enumerable.Range(b.Offset, b.Length).Select(k => ((2 * Hash((uint)k)) - 1) / Math.Sqrt(Widths[i / 2])))];

    public static double[][] Inputs { get; } = [.. Enumerable.Range(0, 5).Select(b => Enumerable.Range(0, Batch * 784).Select(k => Hash((uint)(1_000_000 + (b * Batch * 784) + k))).ToArray())];

    public static int[][] Labels { get; } = [.. Enumerable.Range(0, 5).Select(b => Enumerable.Range(0, Batch).Select(i => (int)(10 * Hash((uint)(2_000_000 + (b * Batch) + i)))).ToArray())];

    public static double Hash(uint k)
    {
        uint h = unchecked((k * 2654435761u) + 12345u);
        h ^= h >> 15;
        h = unchecked(h * 2246822519u);
        h ^= h >> 13;
        h = unchecked(h * 3266489917u);
        h ^= h >> 16;
        return h / 4294967296.0;
    }

    public double Evaluate(ReadOnlySpan<double> theta, int batch, Span<double> gradient)
    {
        Inputs[batch].CopyTo(_values[0], 0);
        for (int l = 0; l < 3; l++)
        {
            (int n, int m) = (Widths[l], Widths[l + 1]);
            Gemm.Multiply(false, true, Batch, m, n, 1.0, _values[l], Weight(theta, l), 0.0, _values[l + 1]);
            for (int k = 0; k < Batch * m; k++)
            {
                double z = _values[l + 1][k] + Bias(theta, l)[k % m];
                _values[l + 1][k] = l < 2 ? Math.Max(0, z) : z;
            }
        }

        double loss = 0;
        for (int i = 0; i < Batch; i++)
        {
            Span<double> z = _values[3].AsSpan(10 * i, 10), a = _cotangents[3].AsSpan(10 * i, 10);
            double max = double.MinValue, sum = 0;
            foreach (double x in z)
                max = Math.Max(max, x);
            foreach (double x in z)
                sum += Math.Exp(x - max);
            for (int j = 0; j < 10; j++)
                a[j] = ((Math.Exp(z[j] - max) / sum) - (j == Labels[batch][i] ? 1 : 0)) / Batch;
            loss -= (z[Labels[batch][i]] - max - Math.Log(sum)) / Batch;
        }

        for (int l = 2; l >= 0; l--)
            Back(theta, gradient, l);
        return loss;
    }

    private void Back(ReadOnlySpan<double> theta, Span<double> gradient, int l)
    {
        (int n, int m) = (Widths[l], Widths[l + 1]);
        ParameterBlock weight = Layout.Blocks[2 * l], bias = Layout.Blocks[(2 * l) + 1];
        Gemm.Multiply<double>(true, false, m, n, Batch, 1.0, _cotangents[l + 1], _values[l], 0.0, gradient.Slice(weight.Offset, weight.Length));
        Span<double> biasGradient = gradient.Slice(bias.Offset, bias.Length);
        biasGradient.Clear();
        for (int i = 0; i < Batch; i++)
            Vectors.AddScaled(1.0, _cotangents[l + 1].AsSpan(m * i, m), biasGradient);
        if (l == 0)
            return;
        Gemm.Multiply(false, false, Batch, n, m, 1.0, _cotangents[l + 1], Weight(theta, l), 0.0, _cotangents[l]);
        for (int k = 0; k < Batch * n; k++)
        {
            if (_values[l][k] == 0)
                _cotangents[l][k] = 0;
        }
    }

    private static ReadOnlySpan<double> Weight(ReadOnlySpan<double> theta, int l) => theta.Slice(Layout.Blocks[2 * l].Offset, Layout.Blocks[2 * l].Length);

    private static ReadOnlySpan<double> Bias(ReadOnlySpan<double> theta, int l) => theta.Slice(Layout.Blocks[(2 * l) + 1].Offset, Layout.Blocks[(2 * l) + 1].Length);
}
