using System.Numerics;
using MetaMirror.Divergences;

namespace MetaMirror.Tests.Divergences;

/// <summary>1/2 theta^T P theta with P dense over all parameters, built from meta-parameters by a scalar function; systems by Gaussian elimination.</summary>
internal sealed class FactoredReference(Func<Complex[], Complex[,]> metric) : ScalarReference
{
    /// <summary>Powers of P^-1 up to 2^40: the other eigenvectors are gone at any gap that a draw has.</summary>
    private const int Squarings = 40;

    public override Complex[] Run(Complex eta, Complex[][] gradients, Complex[] theta, Complex[] meta)
    {
        Complex[,] p = metric(meta);
        Complex[] x = [.. theta];
        foreach (Complex[] g in gradients)
        {
            Complex[] step = Solve(p, g);
            for (int i = 0; i < x.Length; i++)
                x[i] -= eta * step[i];
        }

        return x;
    }

    public override Complex Bregman(Complex[] point, Complex[] reference, Complex[] meta)
    {
        Complex[] d = [.. point.Zip(reference, (a, b) => a - b)];
        return Dot(d, Times(metric(meta), d)) / 2;
    }

    public override Complex StrongConvexity(Complex[] meta)
    {
        Complex[,] p = metric(meta);
        int n = p.GetLength(0);
        var inverse = new Complex[n, n];
        for (int j = 0; j < n; j++)
        {
            Complex[] column = Solve(p, [.. Enumerable.Range(0, n).Select(i => i == j ? Complex.One : Complex.Zero)]);
            for (int i = 0; i < n; i++)
                inverse[i, j] = column[i];
        }

        for (int squaring = 0; squaring < Squarings; squaring++)
        {
            Complex trace = Sum(n, i => inverse[i, i]);
            Complex[,] m = inverse;
            inverse = Matrix(n, (i, j) => Sum(n, k => m[i, k] * m[k, j]) / (trace * trace));
        }

        int largest = Enumerable.Range(0, n).MaxBy(i => inverse[i, i].Magnitude);
        Complex[] q = [.. Enumerable.Range(0, n).Select(i => inverse[i, largest])];
        return Dot(q, Times(p, q)) / Dot(q, q);
    }

    public override Complex DualNormSquared(Complex[] g, Complex[] meta) => Dot(g, Solve(metric(meta), g));

    public double[,] Metric(double[] meta)
    {
        Complex[,] p = metric([.. meta.Select(x => new Complex(x, 0))]);
        var real = new double[p.GetLength(0), p.GetLength(1)];
        for (int i = 0; i < real.GetLength(0); i++)
        {
            for (int j = 0; j < real.GetLength(1); j++)
                real[i, j] = p[i, j].Real;
        }

        return real;
    }

    /// <summary>C C^T, C given by its diagonal and then the rows below.</summary>
    public static Complex[,] Dense(ReadOnlySpan<Complex> meta, int n)
    {
        var c = new Complex[n, n];
        for (int i = 0, p = n; i < n; i++)
        {
            c[i, i] = meta[i];
            for (int j = 0; j < i; j++)
                c[i, j] = meta[p++];
        }

        return Matrix(n, (i, j) => Sum(n, k => c[i, k] * c[j, k]));
    }

    /// <summary>L kron R for the weight, a diagonal for the rest, in the layout of <see cref="DivergenceCase"/>.</summary>
    public static Complex[,] Kronecker(Complex[] meta, FactorKind left, FactorKind right)
    {
        const int n = 2;
        int length = Length(left);
        Complex[,] l = Factor(meta.AsSpan(0, length), left), r = Factor(meta.AsSpan(length, Length(right)), right);
        Complex gauge = left == FactorKind.Identity || right == FactorKind.Identity ? 1 : n / (r[0, 0] + r[1, 1]);
        int rest = length + Length(right), m = n * n;
        return Matrix(DivergenceCase.Layout.Length, (i, j) => i < m && j < m ? l[i / n, j / n] * r[i % n, j % n] * gauge : i == j ? meta[rest + i - m] : 0);

        static int Length(FactorKind kind) => kind switch { FactorKind.Identity => 0, FactorKind.Diagonal => n, _ => 3 };

        static Complex[,] Factor(ReadOnlySpan<Complex> values, FactorKind kind)
        {
            Complex[] v = values.ToArray();
            return kind switch
            {
                FactorKind.Identity => Matrix(n, (i, j) => i == j ? 1 : 0),
                FactorKind.Diagonal => Matrix(n, (i, j) => i == j ? v[i] : 0),
                FactorKind.LowRank => Matrix(n, (i, j) => (v[1 + i] * v[1 + j]) + (i == j ? v[0] : 0)),
                _ => Dense(v, n),
            };
        }
    }

    private static Complex[,] Matrix(int n, Func<int, int, Complex> entry)
    {
        var m = new Complex[n, n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
                m[i, j] = entry(i, j);
        }

        return m;
    }

    private static Complex Dot(Complex[] a, Complex[] b) => Sum(a.Length, i => a[i] * b[i]);

    private static Complex[] Times(Complex[,] p, Complex[] x) => [.. Enumerable.Range(0, x.Length).Select(i => Sum(x.Length, j => p[i, j] * x[j]))];

    private static Complex[] Solve(Complex[,] p, Complex[] b)
    {
        int n = b.Length;
        var a = (Complex[,])p.Clone();
        Complex[] x = [.. b];
        for (int k = 0; k < n; k++)
        {
            for (int i = k + 1; i < n; i++)
            {
                Complex factor = a[i, k] / a[k, k];
                for (int j = k; j < n; j++)
                    a[i, j] -= factor * a[k, j];
                x[i] -= factor * x[k];
            }
        }

        for (int i = n - 1; i >= 0; i--)
            x[i] = (x[i] - Sum(n - 1 - i, j => a[i, i + 1 + j] * x[i + 1 + j])) / a[i, i];
        return x;
    }
}

/// <summary>1/2 theta^T P theta.</summary>
internal sealed class MatrixPotential(double[,] metric) : Potential<double>
{
    public override string Name => "quadratic form";

    public override double Value(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta)
    {
        double[] product = new double[theta.Length];
        HessianVector(theta, meta, theta, product);
        double twice = 0;
        for (int i = 0; i < theta.Length; i++)
            twice += theta[i] * product[i];
        return twice / 2;
    }

    public override void Gradient(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, Span<double> gradient) => HessianVector(theta, meta, theta, gradient);

    public override void HessianVector(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, ReadOnlySpan<double> v, Span<double> product)
    {
        for (int i = 0; i < v.Length; i++)
        {
            product[i] = 0;
            for (int j = 0; j < v.Length; j++)
                product[i] += metric[i, j] * v[j];
        }
    }

    public override double StrongConvexity(ReadOnlySpan<double> meta) => 1;
}
