using MetaMirror.Numerics;

namespace MetaMirror.MetaLearners;

/// <summary>
/// The minimizers of U(Q) = 1/2 tr(QA) + 1/2 tr(Q^-1 G) in closed form, with A = mean over runs of Delta Delta^T and G = mean over runs of
/// sum_t g_t g_t^T (PAPERS 6.6): scalar, per tensor, diagonal, full. The Kronecker one is <see cref="KroneckerAlternation"/>.
/// </summary>
public static class MetricFromStatistics
{
    /// <summary>q = sqrt(tr G / tr A), U = sqrt(tr A tr G).</summary>
    /// <exception cref="ArgumentException">No completed run, or data without size and no floors.</exception>
    public static ClosedFormMetric Scalar(BoundStatistics statistics, MetricFloors? floors = null)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        return Groups(statistics, floors, [(0, statistics.Layout.Length)]);
    }

    /// <summary>One q per tensor, as <see cref="Scalar"/> on its part.</summary>
    /// <exception cref="ArgumentException">No completed run, or data without size and no floors.</exception>
    public static ClosedFormMetric PerTensor(BoundStatistics statistics, MetricFloors? floors = null)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        return Groups(statistics, floors, [.. statistics.Layout.Blocks.Select(b => (b.Offset, b.Length))]);
    }

    /// <summary>q_i = sqrt(G_ii / A_ii), U = sum_i sqrt(A_ii G_ii): never above the scalar one.</summary>
    /// <exception cref="ArgumentException">No completed run, or data without size and no floors.</exception>
    public static ClosedFormMetric Diagonal(BoundStatistics statistics, MetricFloors? floors = null)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        return Groups(statistics, floors, [.. Enumerable.Range(0, statistics.Layout.Length).Select(i => (i, 1))]);
    }

    /// <summary>The full metric of one tensor taken as a vector: Q = A^-1 # G, the only positive definite solution of Q A Q = G.</summary>
    /// <param name="statistics">With displacements; with the factor of a vector, or a sample of gradients.</param>
    /// <param name="index">Which tensor.</param>
    /// <param name="floors">What is added to A and G; null for the usual.</param>
    /// <exception cref="ArgumentException">The statistics don't keep what is needed, or A or G is singular and the floors are too small.</exception>
    public static ClosedFormMetric Full(BoundStatistics statistics, int index, MetricFloors? floors = null)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        ParameterBlock block = statistics.Layout.Blocks[index];
        return Full(statistics, block.Offset, block.Length, block.IsMatrix ? null : index, block.ToString(), floors);
    }

    /// <summary>The full metric of all parameters together, as <see cref="Full(BoundStatistics, int, MetricFloors?)"/>: for small problems, memory is that of some n x n matrices.</summary>
    /// <param name="statistics">With displacements; with a sample of gradients, or of one vector alone with its factor.</param>
    /// <param name="floors">What is added to A and G; null for the usual.</param>
    /// <exception cref="ArgumentException">The statistics don't keep what is needed, or A or G is singular and the floors are too small.</exception>
    public static ClosedFormMetric Full(BoundStatistics statistics, MetricFloors? floors = null)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        ParameterLayout layout = statistics.Layout;
        return Full(statistics, 0, layout.Length, layout.Blocks is [{ IsMatrix: false }] ? 0 : null, layout.ToString(), floors);
    }

    private static ClosedFormMetric Full(BoundStatistics statistics, int offset, int n, int? factor, string what, MetricFloors? floors)
    {
        (double[] a, double[] g) = Moments(statistics, offset, n, factor);
        double[] regularA = [.. a], regularG = [.. g], q = new double[n * n];
        (double floorA, double floorG) = (floors ?? new MetricFloors()).Of(Trace(a, n) / n, Trace(g, n) / n);
        for (int i = 0; i < n; i++)
        {
            regularA[(i * n) + i] += floorA;
            regularG[(i * n) + i] += floorG;
        }

        RootReport report = new SpdMean<double>(n).Metric(regularA, regularG, q, out _);
        if (!report.Succeeded)
            throw new ArgumentException($"The displacements or gradients of {what} span too few directions for a full metric: {report.Verdict} Give larger floors, or more runs.", nameof(statistics));
        return new ClosedFormMetric(q, Bound(a, g, q, n));
    }

    /// <summary>A and G of a part of the parameters, means over runs, [n x n]; a vector's own factor is G without sampling.</summary>
    private static (double[] A, double[] G) Moments(BoundStatistics statistics, int offset, int n, int? factor)
    {
        RequireRuns(statistics, needsGradients: false);
        double[] a = new double[n * n], g = new double[n * n];
        double share = 1.0 / statistics.Runs;
        for (int run = 0; run < statistics.DisplacementCount; run++)
            AddOuter(share, statistics.Displacement(run).Slice(offset, n), a);
        if (factor is { } index && statistics.LeftFactor(index) is { Length: > 0 } exact)
        {
            Vectors.AddScaled(share, exact, g);
            return (a, g);
        }

        RequireRuns(statistics, needsGradients: true);
        for (int k = 0; k < statistics.GradientCount; k++)
            AddOuter(share * statistics.GradientWeight(k), statistics.Gradient(k).Slice(offset, n), g);
        return (a, g);
    }

    /// <exception cref="ArgumentException">Displacements, or gradients, are missing.</exception>
    internal static void RequireRuns(BoundStatistics statistics, bool needsGradients)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        if (statistics.Runs == 0)
            throw new ArgumentException("A metric needs at least one completed run; the statistics have none.", nameof(statistics));
        if (statistics.DisplacementCount == 0)
            throw new ArgumentException("This metric needs the displacement of every run; the statistics keep sums only (record them with displacements).", nameof(statistics));
        if (needsGradients && statistics.GradientCount == 0)
            throw new ArgumentException("This metric needs a sample of gradients; the statistics keep none (record them with gradients).", nameof(statistics));
    }

    private static ClosedFormMetric Groups(BoundStatistics statistics, MetricFloors? floors, (int Offset, int Length)[] groups)
    {
        if (statistics.Runs == 0)
            throw new ArgumentException("A metric needs at least one completed run; the statistics have none.", nameof(statistics));
        double bound = 0;
        double[] q = new double[groups.Length];
        int n = Math.Max(1, statistics.Layout.Length);
        (double floorA, double floorG) = (floors ?? new MetricFloors()).Of(
            Vectors.Sum(statistics.SquaredDisplacements) / statistics.Runs / n, Vectors.Sum(statistics.SquaredGradients) / statistics.Runs / n);
        for (int k = 0; k < groups.Length; k++)
        {
            (int offset, int length) = groups[k];
            double a = Vectors.Sum(statistics.SquaredDisplacements.Slice(offset, length)) / statistics.Runs;
            double g = Vectors.Sum(statistics.SquaredGradients.Slice(offset, length)) / statistics.Runs;
            q[k] = length == 0 ? 1 : Math.Sqrt((g + (length * floorG)) / (a + (length * floorA)));
            if (!(q[k] > 0 && double.IsFinite(q[k])))
            {
                throw new ArgumentException(FormattableString.Invariant(
                    $"There is no metric for mean squared displacement {a} and gradient {g} of '{statistics.Layout.BlockAt(offset).Name}'; give floors."), nameof(statistics));
            }

            bound += length == 0 ? 0 : 0.5 * ((q[k] * a) + (g / q[k]));
        }

        return new ClosedFormMetric(q, bound);
    }

    private static double Bound(double[] a, double[] g, double[] q, int n)
    {
        double[] inverse = new double[n * n];
        new SpdRoots<double>(n).Inverse(q, inverse).EnsureSucceeded();
        return 0.5 * (Vectors.Dot<double>(q, a) + Vectors.Dot<double>(inverse, g));
    }

    private static double Trace(double[] a, int n)
    {
        double sum = 0;
        for (int i = 0; i < n; i++)
            sum += a[(i * n) + i];
        return sum;
    }

    private static void AddOuter(double weight, ReadOnlySpan<double> x, Span<double> sums)
    {
        for (int i = 0; i < x.Length; i++)
            Vectors.AddScaled(weight * x[i], x, sums.Slice(i * x.Length, x.Length));
    }
}
