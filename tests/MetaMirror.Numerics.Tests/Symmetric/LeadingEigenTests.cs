using MathNet.Numerics.LinearAlgebra;
using MetaMirror.Tests;

namespace MetaMirror.Numerics.Tests.Symmetric;

public sealed class LeadingEigenTests
{
    private const double Tolerance = 1e-10;
    private const int Products = 200;

    public static TheoryData<int, int> Shapes => new() { { 1, 1 }, { 2, 1 }, { 5, 5 }, { 20, 3 }, { 64, 10 }, { 200, 16 }, { 300, 1 } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Pairs_are_those_of_the_whole_decomposition(int n, int rank)
    {
        double[] a = SpdRootsTests.Graded(n, 1e6, 60), values = new double[rank], vectors = new double[rank * n];
        LeadingEigenReport report = new LeadingEigen<double>(n, rank).Compute(a, 0, Tolerance, Products, values, vectors);
        Assert.True(report.Converged, report.Verdict);
        double[] oracle = [.. Matrix<double>.Build.DenseOfRowMajor(n, n, a).Evd(Symmetricity.Symmetric).EigenValues.Select(v => v.Real).OrderDescending().Take(rank)];
        Draws.AssertClose(oracle, values, Tolerance);
        AssertPairs(a, n, values, vectors, Tolerance);
    }

    [Fact]
    public void Of_a_matrix_that_is_not_definite_the_largest_are_found()
    {
        const int N = 80;
        double[] a = Draws.Symmetric([.. Enumerable.Range(0, N).Select(i => (double)(i - 60))], 61), values = new double[4], vectors = new double[4 * N];
        LeadingEigenReport report = new LeadingEigen<double>(N, 4).Compute(a, -60, 1e-9, Products, values, vectors);
        Assert.True(report.Converged, report.Verdict);
        Draws.AssertClose([19, 18, 17, 16], values, 1e-9);
    }

    [Fact]
    public void A_matrix_of_low_rank_has_zeros_and_still_orthonormal_vectors()
    {
        const int N = 50;
        double[] a = Draws.Symmetric([3, 2, 1, .. new double[N - 3]], 62), values = new double[6], vectors = new double[6 * N];
        LeadingEigenReport report = new LeadingEigen<double>(N, 6).Compute(a, 0, 1e-12, Products, values, vectors);
        Assert.True(report.Converged, report.Verdict);
        Draws.AssertClose([3, 2, 1, 0, 0, 0], values, 1e-12);
        AssertPairs(a, N, values, vectors, 1e-12);
        Assert.True(new LeadingEigen<double>(N, 2).Compute(new double[N * N], 0, 1e-12, Products, values.AsSpan(0, 2), vectors.AsSpan(0, 2 * N)).Converged);
        Assert.Equal([0, 0], values[..2]);
    }

    [Fact]
    public void Eigenvalues_too_close_to_tell_apart_are_a_verdict()
    {
        const int N = 60;
        double[] a = Draws.Symmetric([.. Enumerable.Range(0, N).Select(i => 1 - (1e-5 * i))], 63), values = new double[5], vectors = new double[5 * N];
        LeadingEigenReport report = new LeadingEigen<double>(N, 5).Compute(a, 0, 1e-10, 12, values, vectors);
        Assert.False(report.Converged);
        Assert.InRange(report.Products, 1, 12);
        Assert.Contains("too close", report.Verdict, StringComparison.Ordinal);
        Assert.True(Vectors.AllFinite<double>(vectors));
    }

    [Fact]
    public void In_single_precision_too()
    {
        const int N = 120;
        double[] a = SpdRootsTests.Graded(N, 1e6, 64);
        float[] single = [.. a.Select(v => (float)v)], values = new float[8], vectors = new float[8 * N];
        LeadingEigenReport report = new LeadingEigen<float>(N, 8).Compute(single, 0, 1e-5, Products, values, vectors);
        Assert.True(report.Converged, report.Verdict);
        AssertPairs(a, N, [.. values.Select(v => (double)v)], [.. vectors.Select(v => (double)v)], 2e-5);
    }

    [Fact]
    public void The_same_matrix_gives_the_same_bits_and_nothing_is_allocated()
    {
        const int N = 100;
        double[] a = SpdRootsTests.Graded(N, 1e4, 65), values = new double[8], vectors = new double[8 * N], again = new double[8 * N];
        var leading = new LeadingEigen<double>(N, 8);
        leading.Compute(a, 0, Tolerance, Products, values, vectors);
        Allocation.AssertNone(() => leading.Compute(a, 0, Tolerance, Products, values, again), 3);
        Assert.Equal(vectors, again);
    }

    [Fact]
    public void Bad_shapes_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new LeadingEigen<double>(3, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LeadingEigen<double>(3, 0));
        var leading = new LeadingEigen<double>(2, 1);
        Assert.Throws<ArgumentException>(() => leading.Compute([1, 0, 0], 0, 0, 1, new double[1], new double[2]));
        Assert.Throws<ArgumentException>(() => leading.Compute([1, 0, 0, 1], double.NaN, 0, 1, new double[1], new double[2]));
        Assert.Throws<ArgumentException>(() => leading.Compute([1, 0, 0, 1], 0, 0, 1, new double[2], new double[2]));
    }

    private static void AssertPairs(double[] a, int n, double[] values, double[] vectors, double tolerance)
    {
        int k = values.Length;
        double[] image = new double[k * n], gram = new double[k * k];
        Gemm.Multiply<double>(false, false, k, n, n, 1, vectors, a, 0, image);
        for (int i = 0; i < k; i++)
        {
            Vectors.AddScaled<double>(-values[i], vectors.AsSpan(i * n, n), image.AsSpan(i * n, n));
            Assert.InRange(Math.Sqrt(Vectors.SquaredNorm<double>(image.AsSpan(i * n, n))), 0, 2 * tolerance * Math.Max(values[0], 1e-300));
            Assert.True(vectors.AsSpan(i * n, n).ToArray().MaxBy(Math.Abs) > 0);
        }

        Gemm.Multiply<double>(false, true, k, k, n, 1, vectors, vectors, 0, gram);
        for (int i = 0; i < k * k; i++)
            Assert.Equal(i / k == i % k ? 1 : 0, gram[i], Math.Max(tolerance, 1e-13));
    }
}
