namespace MetaMirror.Numerics.Tests.Symmetric;

/// <summary>PAPERS 6.6: A # B, and the metric A⁻¹ # G that minimizes ½ tr(QA) + ½ tr(Q⁻¹G).</summary>
public sealed class SpdMeanTests
{
    private const double Unit = 1.1e-16;
    private const double Printed = 1e-11;

    public static TheoryData<int, double> Cases
    {
        get
        {
            var cases = new TheoryData<int, double>();
            foreach (int n in new[] { 1, 2, 3, 8, 48, 64 })
            {
                foreach (double condition in new[] { 1, 1e4, 1e10 })
                    cases.Add(n, condition);
            }

            return cases;
        }
    }

    [Fact]
    public void Reference_numbers()
    {
        double[] a = [2, 0.5, 0.5, 1], g = [1, -0.3, -0.3, 3], result = new double[4];
        var mean = new SpdMean<double>(2);
        Assert.True(mean.Mean(a, g, result).Succeeded);
        Draws.AssertClose([1.3775242984, 0.132693266241, 0.132693266241, 1.65097945992], result, Printed);
        Assert.True(mean.Metric(a, g, result, out double bound).Succeeded);
        Draws.AssertClose([0.754286211957, -0.311252717534, -0.311252717534, 1.83802436614], result, Printed);
        Assert.Equal(3.03534407252, bound, 1e-11);
    }

    [Fact]
    public void Two_by_two_matrices_have_a_closed_form()
    {
        // A#B = sqrt(ab) / sqrt(det(A/a + B/b)) (A/a + B/b), a = sqrt(det A), b = sqrt(det B).
        var mean = new SpdMean<double>(2);
        double[] result = new double[4];
        for (uint k = 0; k < 50; k++)
        {
            double[] a = Draws.Symmetric([1, Math.Pow(10, -(k % 8.0))], 100 + k), b = Draws.Symmetric([3, Math.Pow(10, -(k % 5.0))], 200 + k);
            double da = Math.Sqrt((a[0] * a[3]) - (a[1] * a[2])), db = Math.Sqrt((b[0] * b[3]) - (b[1] * b[2]));
            double[] sum = [.. a.Zip(b, (x, y) => (x / da) + (y / db))];
            double factor = Math.Sqrt(da * db / ((sum[0] * sum[3]) - (sum[1] * sum[2])));
            Assert.True(mean.Mean(a, b, result).Succeeded);

            // The determinants lose the digits of the conditions, at most 1e7.
            Draws.AssertClose([.. sum.Select(v => factor * v)], result, 1e7 * 50 * Unit);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_metric_solves_its_equation(int n, double condition)
    {
        double[] a = SpdRootsTests.Graded(n, condition, 50), g = SpdRootsTests.Graded(n, condition, 51), q = new double[n * n];
        var mean = new SpdMean<double>(n);
        RootReport report = mean.Metric(a, g, q, out double bound);
        Assert.True(report.Succeeded, report.Verdict);
        double[] aq = Product(a, q, n), qaq = Product(q, aq, n);
        double size = Math.Sqrt(Vectors.SquaredNorm<double>(q));

        // Backward stable: n u times the norms of the factors, and a modest constant.
        double limit = 50 * n * Unit * size * size * Math.Sqrt(Vectors.SquaredNorm<double>(a));
        for (int i = 0; i < n * n; i++)
            Assert.InRange(Math.Abs(qaq[i] - g[i]), 0, limit);
        Assert.True(Cholesky.TryFactor(q, n, aq));

        // At the optimum both halves of U are equal: U = tr(QA).
        double trace = 0;
        for (int i = 0; i < n * n; i++)
            trace += q[i] * a[i];
        Assert.Equal(trace, bound, 50 * n * Unit * size * Math.Sqrt(n));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_mean_is_that_of_the_eigendecomposition(int n, double condition)
    {
        double[] a = SpdRootsTests.Graded(n, condition, 52), b = SpdRootsTests.Graded(n, 10, 53), x = new double[n * n], y = new double[n * n], expected = new double[n * n];
        var mean = new SpdMean<double>(n);
        Assert.True(mean.Mean(a, b, x).Succeeded);
        Assert.True(mean.Mean(b, a, y).Succeeded);
        SymmetricMatrix.Geodesic(a, b, 0.5, n, expected);

        // The mean depends on A by its square root: n u sqrt(condition); the eigendecomposition, which forms A^{-1/2} B A^{-1/2}, loses the whole condition.
        Draws.AssertClose(x, y, 100 * n * Unit * Math.Sqrt(condition));
        Draws.AssertClose(expected, x, 100 * n * Unit * condition);
        var copy = (double[])a.Clone();
        Assert.True(mean.Mean(copy, b, copy).Succeeded);
        Assert.Equal(x, copy);
    }

    [Fact]
    public void Large_matrices_and_single_precision()
    {
        const int N = 784;
        float[] a = [.. SpdRootsTests.Graded(N, 1e3, 54).Select(v => (float)v)], g = [.. SpdRootsTests.Graded(N, 1e3, 55).Select(v => (float)v)], q = new float[N * N];
        RootReport report = new SpdMean<float>(N).Metric(a, g, q, out _);
        Assert.True(report.Succeeded, report.Verdict);
        float[] aq = new float[N * N], qaq = new float[N * N];
        Gemm.Multiply<float>(false, false, N, N, N, 1, a, q, 0, aq);
        Gemm.Multiply<float>(false, false, N, N, N, 1, q, aq, 0, qaq);
        Vectors.Subtract<float>(qaq, g, qaq);
        double size = Vectors.SquaredNorm<float>(q) * Math.Sqrt(Vectors.SquaredNorm<float>(a));
        Assert.InRange(Math.Sqrt(Vectors.SquaredNorm<float>(qaq)), 0, 50 * 6e-8 * N * size);
    }

    [Fact]
    public void Matrices_that_are_not_positive_definite_are_a_verdict()
    {
        double[] result = [7, 7, 7, 7];
        var mean = new SpdMean<double>(2);
        Assert.Equal(RootStatus.NotPositiveDefinite, mean.Mean([1, 0, 0, 1], [1, 2, 2, 1], result).Status);
        Assert.Equal(RootStatus.NotPositiveDefinite, mean.Metric([1, 1, 1, 1], [1, 0, 0, 1], result, out double bound).Status);
        Assert.Equal(0, bound);
        Assert.Equal([7, 7, 7, 7], result);
        Assert.Throws<ArgumentException>(() => mean.Mean([1, 0, 0, double.PositiveInfinity], [1, 0, 0, 1], result));
        Assert.Throws<ArgumentException>(() => mean.Mean([1, 0, 0, 1], [1, 0, 0], result));
    }

    private static double[] Product(double[] x, double[] y, int n)
    {
        var z = new double[n * n];
        Gemm.Multiply<double>(false, false, n, n, n, 1, x, y, 0, z);
        return z;
    }
}
