using System.Numerics;

namespace MetaMirror.Tests.Divergences;

/// <summary>Scalar loops over complex numbers, independent of the product: derivatives come from the imaginary part (complex step), decisions from the real part.</summary>
internal abstract class ScalarReference
{
    /// <summary>theta after one step per gradient, from theta_1.</summary>
    public abstract Complex[] Run(Complex eta, Complex[][] gradients, Complex[] theta, Complex[] meta);

    public abstract Complex Bregman(Complex[] point, Complex[] reference, Complex[] meta);

    public abstract Complex StrongConvexity(Complex[] meta);

    public abstract Complex DualNormSquared(Complex[] g, Complex[] meta);

    protected static Complex Smallest(IEnumerable<Complex> values) => values.MinBy(v => v.Real);

    protected static Complex Sum(int n, Func<int, Complex> term)
    {
        Complex sum = 0;
        for (int i = 0; i < n; i++)
            sum += term(i);
        return sum;
    }
}

/// <summary>1/2 sum_i P_i theta_i^2 where P_i = meta[index(i)].</summary>
internal sealed class DiagonalReference(Func<int, int> index, Func<Complex[], Complex>? lambda = null) : ScalarReference
{
    public override Complex[] Run(Complex eta, Complex[][] gradients, Complex[] theta, Complex[] meta)
    {
        Complex[] x = [.. theta];
        foreach (Complex[] g in gradients)
        {
            for (int i = 0; i < x.Length; i++)
                x[i] -= eta * g[i] / meta[index(i)];
        }

        return x;
    }

    public override Complex Bregman(Complex[] point, Complex[] reference, Complex[] meta) =>
        Sum(point.Length, i => meta[index(i)] * (point[i] - reference[i]) * (point[i] - reference[i]) / 2);

    public override Complex StrongConvexity(Complex[] meta) => lambda is null ? Smallest(meta) : lambda(meta);

    public override Complex DualNormSquared(Complex[] g, Complex[] meta) => Sum(g.Length, i => g[i] * g[i] / meta[index(i)]);
}

/// <summary>Exponentiated gradient on simplices given by (first, length).</summary>
internal sealed class EntropyReference((int First, int Length)[] simplices) : ScalarReference
{
    public override Complex[] Run(Complex eta, Complex[][] gradients, Complex[] theta, Complex[] meta)
    {
        Complex[] x = [.. theta];
        foreach (Complex[] g in gradients)
        {
            foreach ((int first, int length) in simplices)
            {
                for (int i = first; i < first + length; i++)
                    x[i] *= Complex.Exp(-eta * g[i]);
                Complex sum = Sum(length, i => x[first + i]);
                for (int i = first; i < first + length; i++)
                    x[i] /= sum;
            }
        }

        return x;
    }

    public override Complex Bregman(Complex[] point, Complex[] reference, Complex[] meta) =>
        Sum(point.Length, i => (point[i] * Complex.Log(point[i] / reference[i])) - point[i] + reference[i]);

    public override Complex StrongConvexity(Complex[] meta) => 1;

    public override Complex DualNormSquared(Complex[] g, Complex[] meta) =>
        Sum(simplices.Length, b => g.AsSpan(simplices[b].First, simplices[b].Length).ToArray().Select(x => x * x).MaxBy(x => x.Real));
}

/// <summary>sum_i m_i (x^2/2 + x^4/4): the step solves m_i (y + y^3) = m_i (x + x^3) - eta g_i.</summary>
internal sealed class QuarticReference : ScalarReference
{
    public override Complex[] Run(Complex eta, Complex[][] gradients, Complex[] theta, Complex[] meta)
    {
        Complex[] x = [.. theta];
        foreach (Complex[] g in gradients)
        {
            for (int i = 0; i < x.Length; i++)
            {
                Complex target = x[i] + (x[i] * x[i] * x[i]) - (eta * g[i] / meta[i]);
                for (int newton = 0; newton < 60; newton++)
                    x[i] -= (x[i] + (x[i] * x[i] * x[i]) - target) / (1 + (3 * x[i] * x[i]));
            }
        }

        return x;
    }

    public override Complex Bregman(Complex[] point, Complex[] reference, Complex[] meta) => Sum(point.Length, i =>
    {
        Complex a = point[i], b = reference[i];
        return meta[i] * ((a * a / 2) + (a * a * a * a / 4) - (b * b / 2) - (b * b * b * b / 4) - ((b + (b * b * b)) * (a - b)));
    });

    public override Complex StrongConvexity(Complex[] meta) => Smallest(meta);

    public override Complex DualNormSquared(Complex[] g, Complex[] meta) => Sum(g.Length, i => g[i] * g[i]) / Smallest(meta);
}
