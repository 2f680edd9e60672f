using MetaMirror.Numerics;

namespace MetaMirror.MetaLearners;

/// <summary>
/// The map of Shampoo from the factor sums alone: the preconditioner S_L^-1/4 G S_R^-1/4 with S_L, S_R the mean factors over steps, damped by a
/// multiple of their largest eigenvalues; as a metric L = S_L^1/4, R = S_R^1/4 (Gupta, Koren and Singer, "Shampoo", 2018).
/// </summary>
public static class FourthRootMap
{
    /// <summary>The usual damping: 1e-4.</summary>
    public const double UsualDamping = 1e-4;

    /// <summary>Power iteration needs the size of the largest eigenvalue only.</summary>
    private const double EnoughForDamping = 1e-6;

    /// <summary>The metric; its size is S's own, not that of a bound, unless the statistics keep runs: then it is scaled to the least U, which is reported.</summary>
    /// <param name="statistics">With factors of the tensor.</param>
    /// <param name="index">Which tensor; a matrix.</param>
    /// <param name="damping">Added to both factors, relative to the largest eigenvalue. Default 1e-4.</param>
    /// <param name="isScaled">False for S's own size even where the statistics keep runs. Default true.</param>
    /// <exception cref="ArgumentException">The tensor is no matrix, its factors are not kept, zero or indefinite, or the damping is not positive.</exception>
    public static KroneckerMetric Of(BoundStatistics statistics, int index, double damping = UsualDamping, bool isScaled = true)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        if (!(damping > 0) || !double.IsFinite(damping))
            throw new ArgumentOutOfRangeException(nameof(damping), damping, "The damping must be positive and finite.");
        ParameterBlock block = statistics.Layout.Blocks[index];
        if (!block.IsMatrix || statistics.LeftFactor(index).IsEmpty || statistics.RightFactor(index).IsEmpty || statistics.Steps == 0)
            throw new ArgumentException($"The map needs both factors of a weight matrix and at least one gradient; the statistics don't have them for {block}.", nameof(index));
        double[] l = Root(statistics.LeftFactor(index), block.Rows, statistics.Steps, damping, $"{block}, left factor");
        double[] r = Root(statistics.RightFactor(index), block.Columns, statistics.Steps, damping, $"{block}, right factor");
        if (!isScaled)
            return KroneckerAlternation.Result(l, r, [], converged: true, "Fourth roots of the factor sums, in their own size.");
        if (statistics.DisplacementCount == 0 || statistics.GradientCount == 0)
            return KroneckerAlternation.Result(l, r, [], converged: true, "Fourth roots of the factor sums; the data say nothing about U.");
        var moments = new KroneckerMoments(statistics, index, MetricFloors.None);
        double[] inverseL = Inverse(l, block.Rows), inverseR = Inverse(r, block.Columns);
        (double a, double g) = moments.Bound(l, inverseL, r, inverseR);
        if (!(a > 0 && g > 0))
            return KroneckerAlternation.Result(l, r, [], converged: true, "Fourth roots of the factor sums; the runs did not move, so U has no least scale.");
        Vectors.Scale<double>(Math.Sqrt(g / a), l);
        return KroneckerAlternation.Result(l, r, [Math.Sqrt(a * g)], converged: true, "Fourth roots of the factor sums, scaled to the least U.");
    }

    private static double[] Root(ReadOnlySpan<double> sum, int n, long steps, double damping, string what)
    {
        double[] s = sum.ToArray(), largest = new double[1];
        Vectors.Scale<double>(1.0 / steps, s);
        new LeadingEigen<double>(n, 1).Compute(s, 0, EnoughForDamping, 100, largest, new double[n]);
        if (!(largest[0] > 0))
            throw new ArgumentException($"{what}: all gradients are zero, so there is no map.", nameof(what));
        for (int i = 0; i < n; i++)
            s[(i * n) + i] += damping * largest[0];
        var roots = new SpdRoots<double>(n);
        RootReport report = roots.SquareRoot(s, s);
        if (report.Succeeded)
            report = roots.SquareRoot(s, s);
        return report.Succeeded ? s : throw new ArgumentException($"{what}: expected a sum of squares, but it has no fourth root. {report.Verdict}", nameof(what));
    }

    private static double[] Inverse(double[] s, int n)
    {
        double[] inverse = new double[n * n];
        new SpdRoots<double>(n).Inverse(s, inverse).EnsureSucceeded();
        return inverse;
    }
}
