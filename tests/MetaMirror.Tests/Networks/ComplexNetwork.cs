using System.Numerics;
using MetaMirror.Datasets;
using MetaMirror.Networks;

namespace MetaMirror.Tests.Networks;

/// <summary>
/// The reference: loss and gradient of a network by scalar loops over complex numbers. With theta + i h v and h = 1e-30 the imaginary parts over h are
/// exact directional derivatives (no cancellation). Decisions (ReLU, largest score) look at real parts.
/// </summary>
internal sealed class ComplexNetwork(Network network, Dataset<double> data)
{
    private const double Step = 1e-30;

    public double[] DirectionalGradient(double[] theta, double[] v) => [.. Evaluate(Along(theta, v)).Gradient.Select(g => g.Imaginary / Step)];

    public double DirectionalLoss(double[] theta, double[] v) => Evaluate(Along(theta, v)).Loss.Imaginary / Step;

    public (Complex Loss, Complex[] Gradient) Evaluate(Complex[] theta)
    {
        NetworkNode[] nodes = [.. network.Nodes];
        Complex[][] inputs = [.. Enumerable.Range(0, data.Count).Select(i => Array.ConvertAll(data.Input(i).ToArray(), x => new Complex(x, 0)))];
        var values = new Complex[nodes.Length][][];
        var cotangents = new Complex[nodes.Length][][];
        Complex[][] Of(int source) => source == NetworkNode.Data ? inputs : values[source];
        for (int l = 0; l < nodes.Length; l++)
        {
            values[l] = nodes[l].Second == NetworkNode.None
                ? ComplexLayers.Forward(nodes[l], Weights(nodes[l], theta), Of(nodes[l].Source))
                : Sum(Of(nodes[l].Source), Of(nodes[l].Second));
        }

        Complex loss = 0;
        var gradient = new Complex[theta.Length];
        cotangents[^1] = new Complex[data.Count][];
        for (int i = 0; i < data.Count; i++)
        {
            (Complex value, Complex[] slope) = Loss(i, values[^1][i]);
            loss += value / data.Count;
            cotangents[^1][i] = [.. slope.Select(x => x / data.Count)];
        }

        for (int l = nodes.Length - 1; l >= 0; l--)
        {
            // Nothing after it reads this node's output.
            if (cotangents[l] is not { } ay)
                continue;
            if (nodes[l].Second != NetworkNode.None)
            {
                Give(cotangents, nodes[l].Source, ay);
                Give(cotangents, nodes[l].Second, ay);
                continue;
            }

            var aw = new Complex[nodes[l].Length];
            Give(cotangents, nodes[l].Source, ComplexLayers.Backward(nodes[l], Weights(nodes[l], theta), Of(nodes[l].Source), values[l], ay, aw));
            for (int k = 0; k < aw.Length; k++)
                gradient[nodes[l].Offset + k] += aw[k];
        }

        return (loss, gradient);
    }

    private static void Give(Complex[][][] cotangents, int source, Complex[][] ax)
    {
        if (source != NetworkNode.Data)
            cotangents[source] = cotangents[source] is { } before ? Sum(before, ax) : ax;
    }

    private static Complex[] Weights(NetworkNode node, Complex[] theta) => theta[node.Offset..(node.Offset + node.Length)];

    private static Complex[][] Sum(Complex[][] x, Complex[][] y) => [.. x.Zip(y, (a, b) => a.Zip(b, (c, d) => c + d).ToArray())];

    private static Complex[] Along(double[] theta, double[] v) => [.. theta.Zip(v, (t, d) => new Complex(t, Step * d))];

    private (Complex Loss, Complex[] Gradient) Loss(int example, Complex[] z)
    {
        if (!data.IsClassification)
        {
            double[] y = data.Targets.Slice(example * z.Length, z.Length).ToArray();
            Complex[] r = [.. z.Zip(y, (a, b) => a - b)];
            return (r.Aggregate(Complex.Zero, (sum, a) => sum + (a * a)) / z.Length, [.. r.Select(a => 2 * a / z.Length)]);
        }

        int label = data.Labels[example];
        if (z.Length == 1)
            return (Complex.Log(1 + Complex.Exp(z[0])) - (label * z[0]), [(1 / (1 + Complex.Exp(-z[0]))) - label]);
        double max = z.Max(a => a.Real);
        Complex[] e = [.. z.Select(a => Complex.Exp(a - max))];
        Complex s = e.Aggregate(Complex.Zero, (sum, a) => sum + a);
        return (Complex.Log(s) + max - z[label], [.. e.Select((a, c) => (a / s) - (c == label ? 1 : 0))]);
    }
}
