using MetaMirror.Tests;

namespace MetaMirror.Numerics.Tests.Symmetric;

public sealed class SpdRootsTests
{
    private const double Unit = 1.1e-16;

    public static TheoryData<int> Orders => new(1, 2, 3, 7, 16, 47, 48, 49, 64);

    /// <summary>Eigenvalues from 1 down to 1/condition, evenly in the logarithm.</summary>
    internal static double[] Graded(int n, double condition, uint task) =>
        Draws.Symmetric([.. Enumerable.Range(0, n).Select(i => n == 1 ? 1 : Math.Pow(condition, -(double)i / (n - 1)))], task);

    [Theory]
    [MemberData(nameof(Orders))]
    public void Roots_are_those_of_the_eigendecomposition(int n)
    {
        foreach (double condition in new[] { 1, 1e3, 1e8 })
        {
            double[] a = Graded(n, condition, 40), found = new double[n * n], expected = new double[n * n];
            var roots = new SpdRoots<double>(n);
            Assert.True(roots.SquareRoot(a, found).Succeeded);
            SymmetricMatrix.Sqrt(a, n, expected);

            // A perturbation n u of A changes the root by at most n u sqrt(condition) / 2, and the inverse one by n u condition^{3/2} of its norm condition^{1/2}.
            Draws.AssertClose(expected, found, 20 * n * Unit * Math.Sqrt(condition));
            Assert.True(roots.InverseSquareRoot(a, found).Succeeded);
            SymmetricMatrix.InverseSqrt(a, n, expected);
            Draws.AssertClose(expected, found, 20 * n * Unit * condition);
            RootReport report = roots.InverseRoot(a, 4, found);
            Assert.True(report.Succeeded, report.Verdict);
            Assert.InRange(report.Residual, 0, 10 * n * Unit);
            SymmetricMatrix.Power(a, n, -0.25, double.NegativeInfinity, expected);
            Draws.AssertClose(expected, found, 20 * n * Unit * condition);
        }
    }

    [Fact]
    public void In_single_precision_too()
    {
        const int N = 30;
        double[] a = Graded(N, 100, 41), expected = new double[N * N];
        float[] single = [.. a.Select(v => (float)v)], found = new float[N * N];
        var roots = new SpdRoots<float>(N);
        Assert.True(roots.InverseRoot(single, 4, found).Succeeded);
        SymmetricMatrix.Power(a, N, -0.25, double.NegativeInfinity, expected);
        Draws.AssertClose(expected, [.. found.Select(v => (double)v)], 20 * N * 6e-8);
        Assert.True(roots.InverseRoot(single, 8, single).Succeeded);
        SymmetricMatrix.Power(a, N, -0.125, double.NegativeInfinity, expected);
        Draws.AssertClose(expected, [.. single.Select(v => (double)v)], 20 * N * 6e-8);
    }

    [Fact]
    public void What_has_no_root_is_a_verdict_and_leaves_the_result_alone()
    {
        double[] result = [7, 7, 7, 7];
        var roots = new SpdRoots<double>(2);
        foreach (double[] a in new double[][] { [1, 2, 2, 1], [1, 0, 0, 0], [0, 0, 0, 0], [-1, 0, 0, -1] })
        {
            RootReport report = roots.SquareRoot(a, result);
            Assert.Equal(RootStatus.NotPositiveDefinite, report.Status);
            Assert.Contains("not positive definite", report.Verdict, StringComparison.Ordinal);
            Assert.Equal(report.Verdict, Assert.Throws<ArithmeticException>(() => report.EnsureSucceeded()).Message);
            Assert.False(roots.InverseRoot(a, 4, result).Succeeded);
        }

        Assert.Equal([7, 7, 7, 7], result);
        Assert.Throws<ArgumentException>(() => roots.SquareRoot([1, double.NaN, 0, 1], result));
        Assert.Throws<ArgumentException>(() => roots.SquareRoot([1, 0.5, 0, 1], result));
        Assert.Throws<ArgumentException>(() => roots.SquareRoot([1, 0, 0], result));
        Assert.Throws<ArgumentOutOfRangeException>(() => roots.InverseRoot([1, 0, 0, 1], 3, result));
    }

    [Fact]
    public void A_singular_matrix_has_no_polar_factor()
    {
        double[] u = [7, 7, 7, 7];
        var polar = new PolarFactor<double>(2);
        RootReport report = polar.Compute([1, 2, 2, 4], u);
        Assert.Equal(RootStatus.Singular, report.Status);
        Assert.Contains("singular", report.Verdict, StringComparison.Ordinal);
        Assert.Equal(RootStatus.Singular, polar.Compute(new double[4], u).Status);
        Assert.Equal(RootStatus.Inaccurate, polar.Compute([double.NaN, 0, 0, 1], u).Status);
        Assert.Equal([7, 7, 7, 7], u);
        Assert.Equal(0, new PolarFactor<double>(0).Compute([], []).Iterations);
    }

    [Theory]
    [InlineData(1e-200)]
    [InlineData(1e200)]
    public void Very_large_and_very_small_matrices_keep_their_digits(double scale)
    {
        const int N = 9;
        double[] a = Graded(N, 1e4, 42), found = new double[N * N], expected = new double[N * N];
        SymmetricMatrix.Sqrt(a, N, expected);
        Assert.True(new SpdRoots<double>(N).SquareRoot([.. a.Select(v => v * scale)], found).Succeeded);
        Draws.AssertClose(expected, [.. found.Select(v => v / Math.Sqrt(scale))], 2000 * N * Unit);
    }

    [Fact]
    public void A_hard_matrix_takes_the_iterations_that_its_condition_says()
    {
        // Singular values of L down to 1e-5 grow by 2.25 each time: log(1e5) / log(2.25) = 14.2, and about six to square the error away.
        double[] result = new double[64 * 64];
        RootReport report = new SpdRoots<double>(64).SquareRoot(Graded(64, 1e10, 43), result);
        Assert.True(report.Succeeded, report.Verdict);
        Assert.InRange(report.Iterations, 12, 24);
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        const int N = 60;
        double[] a = Graded(N, 1e3, 44), g = Graded(N, 1e2, 45), result = new double[N * N];
        var roots = new SpdRoots<double>(N);
        var mean = new SpdMean<double>(N);
        Allocation.AssertNone(() =>
        {
            roots.InverseRoot(a, 4, result);
            mean.Metric(a, g, result, out _);
            mean.Mean(a, g, result);
        }, 3);
    }
}
