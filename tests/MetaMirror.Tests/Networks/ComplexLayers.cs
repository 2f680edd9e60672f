using System.Numerics;
using MetaMirror.Networks;

namespace MetaMirror.Tests.Networks;

/// <summary>Value and cotangent of each layer over complex numbers, all examples of a batch, by loops that know nothing of ours.</summary>
internal static class ComplexLayers
{
    private const double Epsilon = 1e-5;

    public static Complex[][] Forward(NetworkNode node, Complex[] w, Complex[][] x) => node.Layer switch
    {
        BatchNorm2d => Normalized(node, w, x),
        _ => [.. x.Select(row => Forward(node, w, row))],
    };

    public static Complex[][] Backward(NetworkNode node, Complex[] w, Complex[][] x, Complex[][] y, Complex[][] ay, Complex[] aw) => node.Layer switch
    {
        BatchNorm2d => NormalizedBack(node, w, x, ay, aw),
        _ => [.. x.Select((row, n) => Backward(node, w, row, y[n], ay[n], aw))],
    };

    private static Complex[] Forward(NetworkNode node, Complex[] w, Complex[] x)
    {
        var y = new Complex[node.Output.Size];
        switch (node.Layer)
        {
            case Linear or Conv2d or AveragePool2d or GlobalAveragePool:
                foreach ((int o, int i, int k, double factor) in Terms(node))
                    y[o] += factor * (k < 0 ? 1 : w[k]) * (i < 0 ? 1 : x[i]);
                return y;
            case MaxPool2d pool:
                return [.. Largest(node, pool, x).Select(i => x[i])];
            case ReLU:
                return [.. x.Select(a => a.Real > 0 ? a : 0)];
            case Tanh:
                return [.. x.Select(Complex.Tanh)];
            case Sigmoid:
                return [.. x.Select(a => 1 / (1 + Complex.Exp(-a)))];
            default:
                Assert.IsType<Flatten>(node.Layer);
                return x;
        }
    }

    private static Complex[] Backward(NetworkNode node, Complex[] w, Complex[] x, Complex[] y, Complex[] ay, Complex[] aw)
    {
        var ax = new Complex[x.Length];
        switch (node.Layer)
        {
            case Linear or Conv2d or AveragePool2d or GlobalAveragePool:
                foreach ((int o, int i, int k, double factor) in Terms(node))
                {
                    if (k >= 0)
                        aw[k] += factor * ay[o] * (i < 0 ? 1 : x[i]);
                    if (i >= 0)
                        ax[i] += factor * ay[o] * (k < 0 ? 1 : w[k]);
                }

                return ax;
            case MaxPool2d pool:
                int next = 0;
                foreach (int i in Largest(node, pool, x))
                    ax[i] += ay[next++];
                return ax;
            case ReLU:
                return [.. ay.Zip(x, (a, b) => b.Real > 0 ? a : 0)];
            case Tanh:
                return [.. ay.Zip(y, (a, b) => a * (1 - (b * b)))];
            case Sigmoid:
                return [.. ay.Zip(y, (a, b) => a * b * (1 - b))];
            default:
                return ay;
        }
    }

    /// <summary>y[o] = sum of factor w[k] x[i], where k or i below 0 stands for a missing factor.</summary>
    private static IEnumerable<(int O, int I, int K, double Factor)> Terms(NetworkNode node)
    {
        FeatureShape a = node.Input, b = node.Output;
        switch (node.Layer)
        {
            case Linear:
                for (int o = 0; o < b.Size; o++)
                {
                    for (int i = 0; i < a.Size; i++)
                        yield return (o, i, (o * a.Size) + i, 1);
                    if (node.Length > b.Size * a.Size)
                        yield return (o, -1, (b.Size * a.Size) + o, 1);
                }

                break;
            case GlobalAveragePool:
                for (int i = 0; i < a.Size; i++)
                    yield return (i / (a.Rows * a.Columns), i, -1, 1.0 / (a.Rows * a.Columns));
                break;
            default:
                (int rows, int columns, int stride, int padding) = Window(node.Layer);
                bool pool = node.Layer is AveragePool2d;
                for (int o = 0; o < b.Size; o++)
                {
                    int channel = o / (b.Rows * b.Columns), top = (o / b.Columns % b.Rows * stride) - padding, left = (o % b.Columns * stride) - padding;
                    for (int c = pool ? channel : 0; c < (pool ? channel + 1 : a.Channels); c++)
                    {
                        foreach ((int i, int p, int q) in Pixels(a, c, top, left, rows, columns))
                            yield return (o, i, pool ? -1 : (((((channel * a.Channels) + c) * rows) + p) * columns) + q, pool ? 1.0 / (rows * columns) : 1);
                    }

                    int weights = b.Channels * a.Channels * rows * columns;
                    if (node.Length > weights)
                        yield return (o, -1, weights + channel, 1);
                }

                break;
        }
    }

    private static IEnumerable<int> Largest(NetworkNode node, MaxPool2d pool, Complex[] x)
    {
        (int rows, int columns, int stride, int padding) = Window(pool);
        FeatureShape b = node.Output;
        for (int o = 0; o < b.Size; o++)
            yield return Pixels(node.Input, o / (b.Rows * b.Columns), (o / b.Columns % b.Rows * stride) - padding, (o % b.Columns * stride) - padding, rows, columns).MaxBy(t => x[t.I].Real).I;
    }

    /// <summary>The pixels of a window that are inside, row by row, and where in the window they are.</summary>
    private static IEnumerable<(int I, int P, int Q)> Pixels(FeatureShape a, int channel, int top, int left, int rows, int columns)
    {
        for (int p = 0; p < rows; p++)
        {
            for (int q = 0; q < columns; q++)
            {
                if (top + p >= 0 && top + p < a.Rows && left + q >= 0 && left + q < a.Columns)
                    yield return ((((channel * a.Rows) + top + p) * a.Columns) + left + q, p, q);
            }
        }
    }

    /// <summary>Rows and columns of the kernel, stride and padding, as the layer says them.</summary>
    private static (int Rows, int Columns, int Stride, int Padding) Window(Layer layer)
    {
        string[] words = layer.ToString().Split('(', ')', ',');
        string[] kernel = (layer is Conv2d ? words[3] : words[1]).Split('x');
        int Number(string name, int otherwise) => words.FirstOrDefault(w => w.Trim().StartsWith(name, StringComparison.Ordinal)) is { } found ? Int(found.Trim()[(name.Length + 1)..]) : otherwise;
        return (Int(kernel[0]), Int(kernel[^1]), Number("stride", layer is Conv2d ? 1 : Int(kernel[0])), Number("padding", 0));

        static int Int(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static Complex[][] Normalized(NetworkNode node, Complex[] w, Complex[][] x)
    {
        int channels = node.Input.Channels, pixels = node.Input.Size / channels;
        Complex[][] y = [.. x.Select(row => new Complex[row.Length])];
        for (int c = 0; c < channels; c++)
        {
            (Complex mean, Complex inverse) = Statistics(x, c, pixels);
            foreach ((int n, int i) in Places(x.Length, c, pixels))
                y[n][i] = (w[c] * (x[n][i] - mean) * inverse) + w[channels + c];
        }

        return y;
    }

    /// <summary>Through mean and variance as functions of x, by the chain rule term by term.</summary>
    private static Complex[][] NormalizedBack(NetworkNode node, Complex[] w, Complex[][] x, Complex[][] ay, Complex[] aw)
    {
        int channels = node.Input.Channels, pixels = node.Input.Size / channels;
        double m = x.Length * pixels;
        Complex[][] ax = [.. x.Select(row => new Complex[row.Length])];
        for (int c = 0; c < channels; c++)
        {
            (Complex mean, Complex inverse) = Statistics(x, c, pixels);
            Complex aMean = 0, aInverse = 0;
            foreach ((int n, int i) in Places(x.Length, c, pixels))
            {
                Complex d = x[n][i] - mean, a = ay[n][i];
                aw[c] += a * d * inverse;
                aw[channels + c] += a;
                ax[n][i] = a * w[c] * inverse;
                aMean -= a * w[c] * inverse;
                aInverse += a * w[c] * d;
            }

            // inverse = (variance + eps)^(-1/2).
            Complex aVariance = -0.5 * inverse * inverse * inverse * aInverse;
            foreach ((int n, int i) in Places(x.Length, c, pixels))
                ax[n][i] += (aMean / m) + (aVariance * 2 * (x[n][i] - mean) / m);
        }

        return ax;
    }

    private static (Complex Mean, Complex Inverse) Statistics(Complex[][] x, int channel, int pixels)
    {
        Complex mean = 0, variance = 0;
        double m = x.Length * pixels;
        foreach ((int n, int i) in Places(x.Length, channel, pixels))
            mean += x[n][i] / m;
        foreach ((int n, int i) in Places(x.Length, channel, pixels))
            variance += (x[n][i] - mean) * (x[n][i] - mean) / m;
        return (mean, 1 / Complex.Sqrt(variance + Epsilon));
    }

    private static IEnumerable<(int N, int I)> Places(int rows, int channel, int pixels) =>
        Enumerable.Range(0, rows).SelectMany(n => Enumerable.Range(channel * pixels, pixels).Select(i => (n, i)));
}
