using System.Numerics;
using MetaMirror.Objectives;

namespace MetaMirror.Tests.UpdateRules.Bootstrapping;

/// <summary>s_t/2 x^T Q x - c_t^T x + 1/4 sum x^4 with s_t = 1 + t/10, c_t = (1 + t/5) c: every step has a loss, a gradient and a Hessian of its own, and all are analytic.</summary>
internal sealed class DriftingQuartic(ParameterLayout layout) : Objective<double>
{
    private readonly double[] _c = Objectives.Draws.Normal<double>(layout.Length, 71);
    private readonly double[] _q = Matrix(layout.Length);

    public override ParameterLayout Layout => layout;

    public override double Evaluate(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, Span<double> gradient)
    {
        Complex[] x = [.. theta.ToArray().Select(v => new Complex(v, 0))];
        if (!gradient.IsEmpty)
            Gradient(x, (int)batch.InnerStep).Select(z => z.Real).ToArray().CopyTo(gradient);
        return Loss(theta.ToArray(), (int)batch.InnerStep);
    }

    public override void HessianVectorProducts(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, int count, ReadOnlySpan<double> tangents, Span<double> products)
    {
        int n = theta.Length;
        for (int i = 0; i < n * count; i++)
        {
            int row = i % n, start = i - row;
            products[i] = 3 * theta[row] * theta[row] * tangents[i];
            for (int j = 0; j < n; j++)
                products[i] += Size((int)batch.InnerStep) * _q[(row * n) + j] * tangents[start + j];
        }
    }

    public double Loss(double[] x, int t)
    {
        Complex[] g = Gradient([.. x.Select(v => new Complex(v, 0))], t);
        double tilt = 1 + (t / 5.0);

        // <x, grad> = x^T s Q x - c^T x + sum x^4.
        return x.Select((v, i) => (0.5 * v * (g[i].Real - (tilt * _c[i]))) - (0.25 * v * v * v * v)).Sum();
    }

    public Complex[] Gradient(Complex[] x, int t)
    {
        int n = x.Length;
        var g = new Complex[n];
        for (int i = 0; i < n; i++)
        {
            g[i] = (x[i] * x[i] * x[i]) - ((1 + (t / 5.0)) * _c[i]);
            for (int j = 0; j < n; j++)
                g[i] += Size(t) * _q[(i * n) + j] * x[j];
        }

        return g;
    }

    private static double Size(int t) => 1 + (t / 10.0);

    /// <summary>R R^T / n + I / 2.</summary>
    private static double[] Matrix(int n)
    {
        double[] r = Objectives.Draws.Normal<double>(n * n, 72), q = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
                q[(i * n) + j] = Enumerable.Range(0, n).Sum(k => r[(i * n) + k] * r[(j * n) + k]) / n + (i == j ? 0.5 : 0);
        }

        return q;
    }
}
