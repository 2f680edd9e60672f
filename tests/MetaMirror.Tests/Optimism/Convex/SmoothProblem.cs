using MetaMirror.Divergences;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Optimism.Convex;
using MetaMirror.Tests.Divergences;

namespace MetaMirror.Tests.Optimism.Convex;

/// <summary>A random smooth convex loss whose unconstrained minimizer and smoothness are known, with the families that reach the minimizer in one step.</summary>
internal sealed class SmoothProblem
{
    public const int Dense = 0, Tridiagonal = 1, Diagonal = 2, Isotropic = 3, Logistic = 4, LogSumExp = 5, Huber = 6, Kinds = 7;

    private readonly double[]? _curvatures;
    private readonly double[]? _matrix;

    public SmoothProblem(int kind, ref RandomStream stream)
    {
        int n = kind == Tridiagonal ? 4 + (int)stream.NextBounded(40) : 1 + (int)stream.NextBounded(6);
        Kind = kind;
        Minimizer = Draws.Normal(ref stream, n, Math.Exp(stream.NextNormal()));
        Start = Draws.Normal(ref stream, n, Math.Exp(stream.NextNormal()));
        switch (kind)
        {
            case Dense or Tridiagonal or Diagonal or Isotropic:
                _matrix = Matrix(kind, n, ref stream);
                _curvatures = kind is Diagonal or Isotropic ? [.. Enumerable.Range(0, n).Select(i => _matrix[(i * n) + i])] : null;
                if (kind == Tridiagonal)
                    Minimizer = [.. Enumerable.Range(1, n).Select(i => 1 - (i / (n + 1.0)))];
                double[] b = new double[n], h = _matrix;
                for (int i = 0; i < n; i++)
                    b[i] = Vectors.Dot<double>(h.AsSpan(i * n, n), Minimizer);
                Objective = new QuadraticObjective<double>(h, b);
                Smoothness = Largest(h, n);
                break;
            default:
                (Objective, Smoothness) = Symmetric(kind, n, Minimizer, ref stream);
                break;
        }
    }

    public int Kind { get; }

    public double[] Minimizer { get; }

    public double[] Start { get; }

    public Objective<double> Objective { get; }

    public double Smoothness { get; }

    public ParameterLayout Layout => ParameterLayout.Vector(Minimizer.Length);

    /// <summary>A family with the w* that takes every point to the minimizer.</summary>
    public (Func<UpdateFamily<double>> Create, double[] Meta) Family(int number, ref RandomStream stream)
    {
        int n = Minimizer.Length;
        if (number == 0 || _matrix is null)
            return (() => new OffsetUpdate<double>(), Minimizer);
        if (Kind == Dense || (Kind == Tridiagonal && n <= 12))
            return (() => new LinearMapStep<double>(), Inverse(_matrix, n));
        if (_curvatures is null)
            return (() => new OffsetUpdate<double>(), Minimizer);
        double[] p = Draws.Positive(ref stream, n), h = _curvatures;
        ParameterLayout layout = Layout;
        return (number % 5) switch
        {
            1 => (() => new ElementwiseStep<double>(), [.. h.Select(x => 1 / x)]),
            2 => (() => new ElementwiseStep<double>(new MirrorDirection<double>(new DiagonalQuadratic<double>([.. p]), layout)), [.. h.Zip(p, (x, y) => y / x)]),
            3 => (() => new ScalarStep<double>(new MirrorDirection<double>(new DiagonalQuadratic<double>([.. h]), layout, .5)), [1]),
            4 => (() => new LinearMapStep<double>(), Inverse(_matrix, n)),
            _ => Kind == Isotropic ? (() => new ScalarStep<double>(), [1 / h[0]]) : (() => new OffsetUpdate<double>(), Minimizer),
        };
    }

    private static double[] Matrix(int kind, int n, ref RandomStream stream)
    {
        double[] h = new double[n * n];
        double scale = Math.Exp(stream.NextNormal());
        if (kind == Dense)
        {
            int rank = n + (int)stream.NextBounded(3);
            for (int r = 0; r < rank; r++)
            {
                double[] a = Draws.Normal(ref stream, n, Math.Exp(stream.NextNormal()));
                for (int i = 0; i < n * n; i++)
                    h[i] += scale * a[i / n] * a[i % n];
            }
        }

        for (int i = 0; i < n; i++)
        {
            // The worst case of first-order methods: 1/4 tridiag(-1, 2, -1), eigenvalues below 1.
            if (kind == Tridiagonal)
            {
                h[(i * n) + i] = scale / 2;
                if (i > 0)
                    h[(i * n) + i - 1] = h[((i - 1) * n) + i] = -scale / 4;
            }
            else
            {
                h[(i * n) + i] += kind switch { Dense => 1e-2 * scale, Isotropic => scale, _ => Math.Pow(10, -3 * stream.NextDouble()) * scale };
            }
        }

        return h;
    }

    /// <summary>Losses of v = a (x - x*) that are even in v, so that x* is a minimizer exactly.</summary>
    private static (Objective<double> Objective, double Smoothness) Symmetric(int kind, int n, double[] minimizer, ref RandomStream stream)
    {
        int rows = 1 + (int)stream.NextBounded(6);
        double[][] a = new double[rows][];
        double[] gram = new double[n * n];
        for (int r = 0; r < rows; r++)
        {
            a[r] = Draws.Normal(ref stream, n, Math.Exp(stream.NextNormal()));
            for (int i = 0; i < n * n; i++)
                gram[i] += a[r][i / n] * a[r][i % n];
        }

        double top = Largest(gram, n);
        double[] squares = [.. a.Select(x => Vectors.SquaredNorm<double>(x))];
        double smoothness = kind switch { Logistic => top / (2 * rows), LogSumExp => Math.Min(top, squares.Max()), _ => top / rows };
        return (new DelegateObjective<double>(ParameterLayout.Vector(n), Evaluate), smoothness);

        double Evaluate(ReadOnlySpan<double> x, in BatchKey batch, Span<double> gradient)
        {
            double[] v = [.. a.Select(_ => 0.0)], slope = new double[rows];
            for (int r = 0; r < rows; r++)
            {
                for (int i = 0; i < n; i++)
                    v[r] += a[r][i] * (x[i] - minimizer[i]);
            }

            double loss = 0;
            if (kind == LogSumExp)
            {
                double max = v.Max(Math.Abs), sum = v.Sum(y => Math.Exp(y - max) + Math.Exp(-y - max));
                loss = max + Math.Log(sum);
                slope = [.. v.Select(y => (Math.Exp(y - max) - Math.Exp(-y - max)) / sum)];
            }
            else
            {
                for (int r = 0; r < rows; r++)
                {
                    (double f, double s) = kind == Huber
                        ? (Math.Abs(v[r]) <= 1 ? v[r] * v[r] / 2 : Math.Abs(v[r]) - .5, Math.Clamp(v[r], -1, 1))
                        : (Math.Abs(v[r]) + (2 * Math.Log(1 + Math.Exp(-Math.Abs(v[r])))), Math.Tanh(v[r] / 2));
                    loss += f / rows;
                    slope[r] = s / rows;
                }
            }

            gradient.Clear();
            for (int r = 0; r < rows; r++)
            {
                for (int i = 0; i < gradient.Length; i++)
                    gradient[i] += slope[r] * a[r][i];
            }

            return loss;
        }
    }

    private static double Largest(double[] symmetric, int n)
    {
        double[] values = new double[n];
        SymmetricEigen.Decompose([.. symmetric], n, values, new double[n * n]);

        // Eigenvalues are rounded; a smoothness above the true one is still one.
        return values.Max() * (1 + 1e-12);
    }

    private static double[] Inverse(double[] h, int n)
    {
        double[] values = new double[n], vectors = new double[n * n], inverse = new double[n * n];
        SymmetricEigen.Decompose([.. h], n, values, vectors);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                for (int k = 0; k < n; k++)
                    inverse[(i * n) + j] += vectors[(i * n) + k] * vectors[(j * n) + k] / values[k];
            }
        }

        return inverse;
    }
}
