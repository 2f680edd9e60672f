using MetaMirror.MetaLearners;
using MetaMirror.Numerics;
using MetaMirror.Tests.Hypergradients;

namespace MetaMirror.Tests.MetaLearners;

/// <summary>PAPERS 6.6 and R10: the Kronecker metric by alternating geometric means.</summary>
public sealed class KroneckerAlternationTests
{
    private const double Printed = 1e-11;

    /// <summary>Bounds that have settled to 1e-15 leave factors that have settled to the root of it, times the conditions here (about 10).</summary>
    private const double Settled = 1e-6;

    private static readonly ParameterLayout Layout = new(("w", [3, 4]));

    [Fact]
    public void Reference_numbers()
    {
        KroneckerAlternation alternation = new(Reference(), 0, MetricFloors.None);
        double[] bounds = [4.125, 3.92308870662, 3.41293632408, 3.40517145553, 3.40502545614];
        KroneckerMetric first = alternation.HalfStep(), two = alternation.Minimize(sweeps: 2);
        TrialProblem.AssertClose(bounds, two.Bounds.AsSpan(), Printed, "U");
        Assert.Equal(3.92308870662, first.Bound, 4e-11);
        TrialProblem.AssertClose([.955879481816, -.318626493939, -.318626493939, 2.19852280818], first.Left, Printed, "first L");
        TrialProblem.AssertClose([1, 0, 0, 1], first.Right, 0, "R of a half-step");
        Assert.False(two.Converged);
        KroneckerMetric one = alternation.Minimize(sweeps: 1);
        double gauge = (1.69019025658 + .57720675939) / 2;
        TrialProblem.AssertClose([1.69019025658 / gauge, -.0551454699084 / gauge, -.0551454699084 / gauge, .57720675939 / gauge], one.Right, Printed, "first R");

        KroneckerMetric limit = alternation.Minimize(tolerance: 1e-16);
        Assert.True(limit.Converged, limit.Verdict);
        Assert.Equal(3.40502264927, limit.Bound, 4e-11);

        // Where U has settled, the factors have to half its digits: no tolerance ends these sweeps.
        limit = alternation.Minimize(tolerance: -1, sweeps: 40);
        TrialProblem.AssertClose([1.03023245497, -.32406447852, -.32406447852, 2.69165917624], limit.Left, Printed, "L");
        TrialProblem.AssertClose([1.49793680424, -.0493810412706, -.0493810412706, .502063195765], limit.Right, Printed, "R");
    }

    [Fact]
    public void From_any_start_U_falls_to_the_same_minimum()
    {
        BoundStatistics statistics = MetricFromStatisticsTests.Random(Layout, 4, 8, 30);
        var alternation = new KroneckerAlternation(statistics, 0);
        KroneckerMetric first = alternation.Minimize(tolerance: 1e-15, sweeps: 1000);
        for (uint start = 0; start < 8; start++)
        {
            KroneckerMetric found = alternation.Minimize(Positive(3, start), Positive(4, 50 + start), 1e-15, 1000);
            Assert.True(found.Converged, found.Verdict);
            for (int i = 1; i < found.Bounds.Length; i++)
                Assert.True(found.Bounds[i] <= found.Bounds[i - 1] * (1 + 1e-13), $"half-step {i} rises");
            Assert.Equal(first.Bound, found.Bound, 1e-12 * first.Bound);
            TrialProblem.AssertClose(first.Left, found.Left, Settled, "L");
            TrialProblem.AssertClose(first.Right, found.Right, Settled, "R");
            Assert.Equal(4, found.Right[0] + found.Right[5] + found.Right[10] + found.Right[15], 1e-12);
        }
    }

    [Fact]
    public void U_is_geodesically_convex()
    {
        BoundStatistics statistics = MetricFromStatisticsTests.Random(Layout, 5, 6, 10);
        var moments = new KroneckerMoments(statistics, 0, MetricFloors.None);
        for (uint k = 0; k < 60; k++)
        {
            double[] l0 = Positive(3, 4 * k), l1 = Positive(3, (4 * k) + 1), r0 = Positive(4, (4 * k) + 2), r1 = Positive(4, (4 * k) + 3);
            double t = (k % 9 + 1) / 10.0;
            double[] l = new double[9], r = new double[16];
            SymmetricMatrix.Geodesic(l0, l1, t, 3, l);
            SymmetricMatrix.Geodesic(r0, r1, t, 4, r);
            double chord = ((1 - t) * U(moments, l0, r0)) + (t * U(moments, l1, r1));
            Assert.True(U(moments, l, r) <= chord * (1 + 1e-12), $"geodesic {k}");
        }
    }

    [Fact]
    public void The_minimum_is_no_higher_than_anything_near_it()
    {
        BoundStatistics statistics = MetricFromStatisticsTests.Random(Layout, 6, 9, 30);
        var moments = new KroneckerMoments(statistics, 0, MetricFloors.None);
        KroneckerMetric found = new KroneckerAlternation(statistics, 0, MetricFloors.None).Minimize(tolerance: 1e-15, sweeps: 1000);
        Assert.Equal(found.Bound, U(moments, found.Left, found.Right), 1e-12 * found.Bound);
        double[] l = new double[9], r = new double[16];
        for (uint k = 0; k < 40; k++)
        {
            SymmetricMatrix.Geodesic(found.Left, Positive(3, 300 + k), .01, 3, l);
            SymmetricMatrix.Geodesic(found.Right, Positive(4, 400 + k), .01, 4, r);
            Assert.True(U(moments, l, r) >= found.Bound * (1 - 1e-12));
        }
    }

    [Fact]
    public void Too_few_runs_need_floors_and_get_them()
    {
        BoundStatistics statistics = MetricFromStatisticsTests.Random(new ParameterLayout(("w", [6, 7])), 7, 1, 2);
        KroneckerMetric without = new KroneckerAlternation(statistics, 0, MetricFloors.None).Minimize();
        Assert.False(without.Converged);
        Assert.Contains("Half-step 2 failed", without.Verdict, StringComparison.Ordinal);
        Assert.Contains("span too few directions", without.Verdict, StringComparison.Ordinal);
        KroneckerMetric with = new KroneckerAlternation(statistics, 0).Minimize(sweeps: 500);
        Assert.True(with.Converged, with.Verdict);
        Assert.All(with.Left.Concat(with.Right), q => Assert.True(double.IsFinite(q)));
        KroneckerMetric bad = new KroneckerAlternation(statistics, 0).Minimize(left: new double[36]);
        Assert.Contains("start is not positive definite", bad.Verdict, StringComparison.Ordinal);
        Assert.True(double.IsNaN(bad.Bound));
    }

    [Fact]
    public void The_fourth_roots_are_those_of_the_damped_factors()
    {
        BoundStatistics statistics = MetricFromStatisticsTests.Random(Layout, 8, 6, 20);
        KroneckerMetric map = FourthRootMap.Of(statistics, 0);
        (double[] l, double[] r) = (Expected(statistics.LeftFactor(0), 3), Expected(statistics.RightFactor(0), 4));

        // Up to a scale: that of the gauge on R, that of the least U on L.
        TrialProblem.AssertClose([.. r.Select(v => v * map.Right[0] / r[0])], map.Right, Printed, "R");
        TrialProblem.AssertClose([.. l.Select(v => v * map.Left[0] / l[0])], map.Left, Printed, "L");
        var moments = new KroneckerMoments(statistics, 0, MetricFloors.None);
        Assert.Equal(U(moments, map.Left, map.Right), map.Bound, 1e-12 * map.Bound);
        Assert.True(U(moments, [.. map.Left.Select(v => 1.01 * v)], map.Right) > map.Bound && U(moments, [.. map.Left.Select(v => .99 * v)], map.Right) > map.Bound);
        Assert.True(map.Bound >= new KroneckerAlternation(statistics, 0, MetricFloors.None).Minimize().Bound);

        double[] Expected(ReadOnlySpan<double> sum, int n)
        {
            double[] s = [.. sum.ToArray().Select(v => v / statistics.Steps)], values = new double[n], vectors = new double[n * n];
            SymmetricEigen.Decompose(s, n, values, vectors);
            for (int i = 0; i < n; i++)
                s[(i * n) + i] += 1e-4 * values[^1];
            SymmetricMatrix.Power(s, n, .25, 0, s);
            return s;
        }
    }

    [Fact]
    public void Sums_alone_give_the_map_without_a_bound()
    {
        var sums = new BoundStatistics(Layout);
        sums.AddGradient<double>([1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3]);
        KroneckerMetric map = FourthRootMap.Of(sums, 0);
        Assert.True(double.IsNaN(map.Bound));
        Assert.All(map.Left.Concat(map.Right), q => Assert.True(double.IsFinite(q)));
        sums.Clear();
        sums.AddGradient<double>(new double[12]);
        Assert.Contains("left factor: all gradients are zero", Assert.Throws<ArgumentException>(() => FourthRootMap.Of(sums, 0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_indefinite_factor_is_named()
    {
        var sums = new BoundStatistics(new ParameterLayout(("w", [2, 2])));
        sums.AddGradient<double>([1, 0, 0, 1]);
        foreach ((string name, _, double[] values) in sums.Sums())
        {
            if (string.Equals(name, "w.right", StringComparison.Ordinal))
                new double[] { 1, 2, 2, 1 }.CopyTo(values, 0);
        }

        string message = Assert.Throws<ArgumentException>(() => FourthRootMap.Of(sums, 0)).Message;
        Assert.Contains("w [2x2], right factor: expected a sum of squares, but it has no fourth root", message, StringComparison.Ordinal);
    }

    internal static BoundStatistics Reference()
    {
        var statistics = new BoundStatistics(new ParameterLayout(("w", [2, 2])), BoundStatisticsOptions.Everything);
        double[] zero = new double[4];
        statistics.AddGradient<double>([2, 0, 1, 1]);
        statistics.AddRun<double>(zero, [1, 2, 0, 1]);
        statistics.AddGradient<double>([0, 1, -1, .5]);
        statistics.AddRun<double>(zero, [1, -1, .5, 0]);
        return statistics;
    }

    private static double U(KroneckerMoments moments, double[] l, double[] r)
    {
        double[] il = new double[l.Length], ir = new double[r.Length];
        new SpdRoots<double>((int)Math.Sqrt(l.Length)).Inverse(l, il).EnsureSucceeded();
        new SpdRoots<double>((int)Math.Sqrt(r.Length)).Inverse(r, ir).EnsureSucceeded();
        (double a, double g) = moments.Bound(l, il, r, ir);
        return 0.5 * (a + g);
    }

    private static double[] Positive(int n, uint seed)
    {
        var stream = new RandomStream(new StreamKey(22, 0, seed, StreamPurpose.Test, 0));
        double[] x = new double[n * n], s = new double[n * n];
        stream.FillNormal<double>(x);
        for (int i = 0; i < n; i++)
            s[(i * n) + i] = .1;
        Gemm.Multiply<double>(false, true, n, n, n, 1, x, x, 1, s);
        return s;
    }
}
