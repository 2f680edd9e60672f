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
        Complex loss = 0;
        var gradient = new Complex[theta.Length];
        for (int i = 0; i < data.Count; i++)
        {
            var values = new List<Complex[]> { Array.ConvertAll(data.Input(i).ToArray(), x => new Complex(x, 0)) };
            foreach (NetworkNode node in network.Nodes)
                values.Add(Forward(node, theta, values[^1]));
            (Complex l, Complex[] a) = Loss(i, values[^1]);
            loss += l / data.Count;
            a = [.. a.Select(x => x / data.Count)];
            for (int layer = network.Nodes.Length - 1; layer >= 0; layer--)
                a = Backward(network.Nodes[layer], theta, values[layer], values[layer + 1], a, gradient);
        }

        return (loss, gradient);
    }

    private static Complex[] Along(double[] theta, double[] v) => [.. theta.Zip(v, (t, d) => new Complex(t, Step * d))];

    private static Complex[] Forward(NetworkNode node, Complex[] theta, Complex[] x)
    {
        switch (node.Layer)
        {
            case Linear:
                int outputs = node.Output.Size;
                var y = new Complex[outputs];
                for (int o = 0; o < outputs; o++)
                {
                    y[o] = node.Length > outputs * x.Length ? theta[node.Offset + (outputs * x.Length) + o] : 0;
                    for (int j = 0; j < x.Length; j++)
                        y[o] += theta[node.Offset + (o * x.Length) + j] * x[j];
                }

                return y;
            case ReLU:
                return [.. x.Select(a => a.Real > 0 ? a : 0)];
            case Tanh:
                return [.. x.Select(Complex.Tanh)];
            default:
                Assert.IsType<Sigmoid>(node.Layer);
                return [.. x.Select(a => 1 / (1 + Complex.Exp(-a)))];
        }
    }

    private static Complex[] Backward(NetworkNode node, Complex[] theta, Complex[] x, Complex[] y, Complex[] ay, Complex[] gradient)
    {
        switch (node.Layer)
        {
            case Linear:
                var ax = new Complex[x.Length];
                for (int o = 0; o < ay.Length; o++)
                {
                    if (node.Length > ay.Length * x.Length)
                        gradient[node.Offset + (ay.Length * x.Length) + o] += ay[o];
                    for (int j = 0; j < x.Length; j++)
                    {
                        gradient[node.Offset + (o * x.Length) + j] += ay[o] * x[j];
                        ax[j] += ay[o] * theta[node.Offset + (o * x.Length) + j];
                    }
                }

                return ax;
            case ReLU:
                return [.. ay.Zip(x, (a, b) => b.Real > 0 ? a : 0)];
            case Tanh:
                return [.. ay.Zip(y, (a, b) => a * (1 - (b * b)))];
            default:
                return [.. ay.Zip(y, (a, b) => a * b * (1 - b))];
        }
    }

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
