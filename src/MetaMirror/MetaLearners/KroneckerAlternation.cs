using MetaMirror.Numerics;

namespace MetaMirror.MetaLearners;

/// <summary>
/// The Kronecker metric of one weight tensor from statistics (PAPERS 6.6): L &lt;- A_L^-1 # G_L, R &lt;- A_R^-1 # G_R in turn. Every half-step minimizes U
/// exactly, and U is geodesically convex, so that it falls to the same minimum from any start; L x R is unique up to (c L, R / c), fixed by tr(R) = n.
/// </summary>
public sealed class KroneckerAlternation
{
    private readonly KroneckerMoments _moments;
    private readonly SpdMean<double> _leftMean;
    private readonly SpdMean<double> _rightMean;
    private readonly SpdRoots<double> _leftRoots;
    private readonly SpdRoots<double> _rightRoots;
    private readonly double[] _inverseLeft;
    private readonly double[] _inverseRight;
    private readonly double[][] _leftWork;
    private readonly double[][] _rightWork;

    /// <summary>Plans the alternation for one tensor. Memory beside the statistics: about 13 (m^2 + n^2) doubles.</summary>
    /// <param name="statistics">With displacements and a sample of gradients.</param>
    /// <param name="index">Which tensor; a matrix.</param>
    /// <param name="floors">What is added to A and G; null for the usual.</param>
    /// <exception cref="ArgumentException">The tensor is no matrix, or the statistics don't keep what is needed.</exception>
    public KroneckerAlternation(BoundStatistics statistics, int index, MetricFloors? floors = null)
    {
        _moments = new KroneckerMoments(statistics, index, floors ?? new MetricFloors());
        (int m, int n) = (_moments.Rows, _moments.Columns);
        (_leftMean, _rightMean) = (new(m), new(n));
        (_leftRoots, _rightRoots) = (new(m), new(n));
        (_inverseLeft, _inverseRight) = (new double[m * m], new double[n * n]);
        (_leftWork, _rightWork) = ([new double[m * m], new double[m * m]], [new double[n * n], new double[n * n]]);
    }

    /// <summary>Alternates until U changes by less than the tolerance, relatively, over both half-steps.</summary>
    /// <param name="left">L to start from, positive definite; null for I.</param>
    /// <param name="right">R to start from, positive definite; null for I.</param>
    /// <param name="tolerance">Relative change of U. Default 1e-12.</param>
    /// <param name="sweeps">Pairs of half-steps at most. Default 100.</param>
    /// <returns>The metric; a half-step that cannot be done ends it with the last good factors and a verdict.</returns>
    /// <exception cref="ArgumentException">A start has another shape, or is not finite and symmetric.</exception>
    public KroneckerMetric Minimize(double[]? left = null, double[]? right = null, double tolerance = 1e-12, int sweeps = 100)
    {
        (int m, int n) = (_moments.Rows, _moments.Columns);
        double[] l = left is null ? Identity(m) : [.. left], r = right is null ? Identity(n) : [.. right];
        if (!_leftRoots.Inverse(l, _inverseLeft).Succeeded || !_rightRoots.Inverse(r, _inverseRight).Succeeded)
            return Result(l, r, [], converged: false, "The start is not positive definite.");
        var bounds = new List<double>();
        for (int sweep = 0; sweep < sweeps; sweep++)
        {
            RootReport report = HalfStep(ofRows: true, l, r, bounds);
            if (report.Succeeded)
                report = HalfStep(ofRows: false, l, r, bounds);
            if (!report.Succeeded)
            {
                return Result(l, r, bounds, converged: false, FormattableString.Invariant(
                    $"Half-step {bounds.Count} failed: {report.Verdict} The runs span too few directions: give larger floors, or more of them."));
            }

            double before = bounds[^3], now = bounds[^1];
            if (before - now <= tolerance * Math.Abs(before))
                return Result(l, r, bounds, converged: true, FormattableString.Invariant($"The alternation converged in {2 * (sweep + 1)} half-steps."));
        }

        return Result(l, r, bounds, converged: false, FormattableString.Invariant($"The alternation stopped after {2 * sweeps} half-steps while U was still falling."));
    }

    /// <summary>One half-step alone, from R = I: L = A_L^-1 # G_L.</summary>
    public KroneckerMetric HalfStep()
    {
        double[] l = Identity(_moments.Rows), r = Identity(_moments.Columns);
        l.CopyTo(_inverseLeft.AsSpan());
        r.CopyTo(_inverseRight.AsSpan());
        var bounds = new List<double>();
        RootReport report = HalfStep(ofRows: true, l, r, bounds);
        return Result(l, r, bounds, report.Succeeded, report.Succeeded ? "One half-step from R = I." : report.Verdict);
    }

    /// <summary>Replaces one factor by its minimizer; the first call notes U of the start too.</summary>
    private RootReport HalfStep(bool ofRows, double[] l, double[] r, List<double> bounds)
    {
        (double[] factor, double[] inverse, double[][] work) = ofRows ? (l, _inverseLeft, _leftWork) : (r, _inverseRight, _rightWork);
        (double[] a, double[] g) = (work[0], work[1]);
        if (ofRows)
            _moments.Left(r, _inverseRight, a, g);
        else
            _moments.Right(l, _inverseLeft, a, g);
        if (bounds.Count == 0)
            bounds.Add(0.5 * (Vectors.Dot<double>(factor, a) + Vectors.Dot<double>(inverse, g)));
        double[] before = [.. factor];
        RootReport report = (ofRows ? _leftMean : _rightMean).Metric(a, g, factor, out double bound);
        if (report.Succeeded)
            report = (ofRows ? _leftRoots : _rightRoots).Inverse(factor, inverse);
        if (report.Succeeded)
            bounds.Add(bound);
        else
            before.CopyTo(factor.AsSpan());
        return report;
    }

    internal static KroneckerMetric Result(double[] l, double[] r, IReadOnlyList<double> bounds, bool converged, string verdict)
    {
        int n = (int)Math.Sqrt(r.Length);
        double trace = 0;
        for (int i = 0; i < n; i++)
            trace += r[(i * n) + i];
        double c = trace / n;
        if (c > 0 && double.IsFinite(c))
        {
            Vectors.Scale<double>(1 / c, r);
            Vectors.Scale<double>(c, l);
        }

        return new KroneckerMetric(l, r, [.. bounds], converged, verdict);
    }

    private static double[] Identity(int n)
    {
        double[] identity = new double[n * n];
        for (int i = 0; i < n; i++)
            identity[(i * n) + i] = 1;
        return identity;
    }
}
