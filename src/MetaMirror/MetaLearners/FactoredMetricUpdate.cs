using System.Numerics;
using MetaMirror.Divergences;
using MetaMirror.Divergences.Factors;
using MetaMirror.Numerics;

namespace MetaMirror.MetaLearners;

/// <summary>The damped closed form for metrics that are matrices: P &lt;- P #_gamma (eta Q) along the geodesic, Q the minimizer of U (PAPERS 6.6).</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="statistics">Of the runs just seen, with displacements and gradients.</param>
/// <param name="eta">Learning rate of the runs.</param>
/// <param name="damping">gamma.</param>
/// <param name="floors">What is added to A and G.</param>
internal readonly struct FactoredMetricUpdate<T>(BoundStatistics statistics, double eta, double damping, MetricFloors floors)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const double Tolerance = 1e-10;
    private const int Sweeps = 50;

    /// <summary>metric: natural values of a full-matrix divergence, in place.</summary>
    public void Full(Span<T> metric)
    {
        int n = statistics.Layout.Length;
        double[] p = new double[n * n], q = MetricFromStatistics.Full(statistics, floors).Metric;
        DenseFactor<T>.Instance.Write(metric, n, p);
        Vectors.Scale(eta, q);
        SymmetricMatrix.Geodesic(p, q, damping, n, p);
        Write(FullMatrixDivergence<T>.FromMetric(p, n), statistics.Layout, metric);
    }

    /// <summary>metric: natural values of a Kronecker divergence, in place.</summary>
    /// <exception cref="ArithmeticException">A factor has no minimizer; the message names the tensor and says why.</exception>
    public void Kronecker(KroneckerDivergence<T> divergence, Span<T> metric)
    {
        ParameterLayout layout = statistics.Layout;
        var context = new DivergenceContext<T> { Layout = layout, Meta = metric, Scratch = new T[divergence.ScratchLength(layout)] };
        double[]? diagonal = null;
        var factors = new List<KroneckerFactors>();
        for (int k = 0; k < layout.Blocks.Length; k++)
        {
            ParameterBlock block = layout.Blocks[k];
            if (block.Length == 0)
            {
                factors.Add(new KroneckerFactors(block.Name, [], []));
                continue;
            }

            double[] l = new double[block.Rows * block.Rows];
            divergence.Factor(context, block.Name, FactorSide.Left, l);
            if (!block.IsMatrix)
            {
                diagonal ??= MetricFromStatistics.Diagonal(statistics, floors).Metric;
                factors.Add(new KroneckerFactors(block.Name, [.. Diagonal(l, block, diagonal)], []));
                continue;
            }

            double[] r = new double[block.Columns * block.Columns];
            divergence.Factor(context, block.Name, FactorSide.Right, r);
            KroneckerMetric found = new KroneckerAlternation(statistics, k, floors).Minimize(l, r, Tolerance, Sweeps);
            if (found.Bounds.Length < 3)
                throw new ArithmeticException($"The Kronecker metric of {block} has no closed form for these runs. {found.Verdict}");
            Vectors.Scale(eta, found.Left);
            SymmetricMatrix.Geodesic(l, found.Left, damping, block.Rows, l);
            SymmetricMatrix.Geodesic(r, found.Right, damping, block.Columns, r);
            factors.Add(new KroneckerFactors(block.Name, [.. l], [.. r]));
        }

        Write(KroneckerDivergence<T>.FromFactors(layout, factors, divergence.Options), layout, metric);
    }

    private IEnumerable<double> Diagonal(double[] l, ParameterBlock block, double[] q)
    {
        (double rate, double gamma) = (eta, damping);
        return Enumerable.Range(0, block.Rows).Select(
            i => Math.Exp(((1 - gamma) * Math.Log(l[(i * block.Rows) + i])) + (gamma * Math.Log(rate * q[block.Offset + i]))));
    }

    /// <summary>P &lt;- c P, in place.</summary>
    public static void Grow(Divergence<T> divergence, ParameterLayout layout, Span<T> metric, double factor)
    {
        int n = layout.Length;
        if (divergence is not KroneckerDivergence<T> kronecker)
        {
            double[] p = new double[n * n];
            DenseFactor<T>.Instance.Write(metric, n, p);
            Vectors.Scale(factor, p);
            Write(FullMatrixDivergence<T>.FromMetric(p, n), layout, metric);
            return;
        }

        var context = new DivergenceContext<T> { Layout = layout, Meta = metric, Scratch = new T[kronecker.ScratchLength(layout)] };
        var factors = new List<KroneckerFactors>();
        foreach (ParameterBlock block in layout.Blocks)
        {
            double[] l = new double[block.Rows * block.Rows], r = [];
            if (block.Length > 0)
                kronecker.Factor(context, block.Name, FactorSide.Left, l);
            if (block.Length > 0 && block.IsMatrix)
                kronecker.Factor(context, block.Name, FactorSide.Right, r = new double[block.Columns * block.Columns]);
            Vectors.Scale(factor, l);
            factors.Add(new KroneckerFactors(block.Name, block.IsMatrix ? [.. l] : [.. Enumerable.Range(0, block.Length).Select(i => l[(i * block.Rows) + i])], [.. r]));
        }

        Write(KroneckerDivergence<T>.FromFactors(layout, factors, kronecker.Options), layout, metric);
    }

    private static void Write(Divergence<T> divergence, ParameterLayout layout, Span<T> metric)
    {
        int at = 0;
        foreach (MetaParameterSpec<T> spec in divergence.MetaSpecs(layout))
        {
            // One value stands for all of a tensor's.
            Span<T> part = metric.Slice(at, spec.Length);
            if (spec.Initial.Length == 1)
                part.Fill(spec.Initial[0]);
            else
                spec.Initial.CopyTo(part);
            at += part.Length;
        }
    }
}
