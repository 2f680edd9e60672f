using MetaMirror.Numerics;

namespace MetaMirror.MetaLearners;

/// <summary>
/// Displacements D and gradients G of one weight tensor as matrices (m x n), and the sums a Kronecker metric needs of them:
/// A_L = mean D R D^T, G_L = mean sum_t G_t R^-1 G_t^T, A_R = mean D^T L D, G_R = mean sum_t G_t^T L^-1 G_t (PAPERS 6.6).
/// </summary>
internal sealed class KroneckerMoments
{
    private readonly BoundStatistics _statistics;
    private readonly ParameterBlock _block;
    private readonly double[] _work;
    private readonly double _floorA;
    private readonly double _floorG;

    /// <exception cref="ArgumentException">The tensor is a vector, or the statistics keep no displacements or gradients.</exception>
    public KroneckerMoments(BoundStatistics statistics, int index, MetricFloors floors)
    {
        MetricFromStatistics.RequireRuns(statistics, needsGradients: true);
        _statistics = statistics;
        _block = statistics.Layout.Blocks[index];
        if (!_block.IsMatrix || _block.Length == 0)
            throw new ArgumentException($"A Kronecker metric is one of a weight matrix; {_block} is none.", nameof(index));
        _work = new double[_block.Length];
        (double a, double g) = Traces();
        (_floorA, _floorG) = floors.Of(a / _block.Length, g / _block.Length);
    }

    public int Rows => _block.Rows;

    public int Columns => _block.Columns;

    /// <summary>a ← A_L, g ← G_L with floors, for the metric L of the rows.</summary>
    public void Left(double[] r, double[] inverseR, double[] a, double[] g) => Sum(ofRows: true, r, inverseR, a, g);

    /// <summary>a ← A_R, g ← G_R with floors, for the metric R of the columns.</summary>
    public void Right(double[] l, double[] inverseL, double[] a, double[] g) => Sum(ofRows: false, l, inverseL, a, g);

    /// <summary>tr(QA) and tr(Q^-1 G) without floors for Q = L x R.</summary>
    public (double A, double G) Bound(double[] l, double[] inverseL, double[] r, double[] inverseR)
    {
        double[] a = new double[Rows * Rows], g = new double[Rows * Rows];
        Sum(ofRows: true, r, inverseR, a, g, floors: false);
        return (Vectors.Dot<double>(l, a), Vectors.Dot<double>(inverseL, g));
    }

    private (double A, double G) Traces()
    {
        double a = 0, g = 0;
        for (int run = 0; run < _statistics.DisplacementCount; run++)
            a += Vectors.SquaredNorm(Displacement(run));
        for (int k = 0; k < _statistics.GradientCount; k++)
            g += _statistics.GradientWeight(k) * Vectors.SquaredNorm(Gradient(k));
        return (a / _statistics.Runs, g / _statistics.Runs);
    }

    private void Sum(bool ofRows, double[] metric, double[] inverse, double[] a, double[] g, bool floors = true)
    {
        a.AsSpan().Clear();
        g.AsSpan().Clear();
        double share = 1.0 / _statistics.Runs;
        for (int run = 0; run < _statistics.DisplacementCount; run++)
            Add(ofRows, share, Displacement(run), metric, a);
        for (int k = 0; k < _statistics.GradientCount; k++)
            Add(ofRows, share * _statistics.GradientWeight(k), Gradient(k), inverse, g);
        if (!floors)
            return;

        // eps^2 I on A is eps^2 tr(L) tr(R) in tr(QA): what one factor sees of it is the other's trace.
        (int order, int other) = ofRows ? (Rows, Columns) : (Columns, Rows);
        double traceA = 0, traceG = 0;
        for (int i = 0; i < other; i++)
        {
            traceA += metric[(i * other) + i];
            traceG += inverse[(i * other) + i];
        }

        for (int i = 0; i < order; i++)
        {
            a[(i * order) + i] += _floorA * traceA;
            g[(i * order) + i] += _floorG * traceG;
        }
    }

    /// <summary>sum += w X S X^T, or w X^T S X.</summary>
    private void Add(bool ofRows, double weight, ReadOnlySpan<double> x, double[] s, double[] sum)
    {
        (int m, int n) = (Rows, Columns);
        if (ofRows)
        {
            Gemm.Multiply<double>(false, false, m, n, n, 1, x, s, 0, _work);
            Gemm.Multiply<double>(false, true, m, m, n, weight, _work, x, 1, sum);
        }
        else
        {
            Gemm.Multiply<double>(false, false, m, n, m, 1, s, x, 0, _work);
            Gemm.Multiply<double>(true, false, n, n, m, weight, x, _work, 1, sum);
        }
    }

    private ReadOnlySpan<double> Displacement(int run) => _statistics.Displacement(run).Slice(_block.Offset, _block.Length);

    private ReadOnlySpan<double> Gradient(int index) => _statistics.Gradient(index).Slice(_block.Offset, _block.Length);
}
