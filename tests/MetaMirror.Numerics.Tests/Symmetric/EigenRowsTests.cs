namespace MetaMirror.Numerics.Tests.Symmetric;

public sealed class EigenRowsTests
{
    private static double Tolerance(int n) => 30 * n * 1.1e-16;

    [Theory, InlineData(1), InlineData(2), InlineData(9), InlineData(40)]
    public void Computed_rows_are_eigenvectors_by_rising_eigenvalue(int n)
    {
        double[] a = Covariance(n, n + 3), rows = new double[n * n];
        Assert.True(EigenRows.TryCompute<double>(a, n, rows));
        double[] values = Diagonal(a, rows, n, out double off);
        Assert.Equal(values.Order(), values);
        Assert.InRange(off, 0, Tolerance(n) * Vectors.MaxAbs<double>(a) * n);
    }

    [Fact]
    public void Following_keeps_eigenvectors_where_they_are()
    {
        const int n = 12;
        double[] a = Covariance(n, 20), rows = new double[n * n];
        EigenRows.TryCompute<double>(a, n, rows);
        double[] before = [.. rows];
        Assert.True(EigenRows.Follow<double>(a, n, rows, new double[EigenRows.FollowScratch(n)]));

        // Errors of eigenvectors are those of the matrix over the gaps, a thousandth of the trace here.
        Draws.AssertClose(before, rows, 1000 * Tolerance(n));
    }

    [Fact]
    public void Following_converges_to_the_eigenvectors_each_at_its_place()
    {
        const int n = 10, steps = 200;
        double[] a = Covariance(n, 30), rows = new double[n * n], exact = new double[n * n], scratch = new double[EigenRows.FollowScratch(n)];
        EigenRows.TryCompute<double>(a, n, exact);
        EigenRows.TryCompute<double>(Nudged(a, n), n, rows);
        Diagonal(a, rows, n, out double start);
        double last = start;
        for (int i = 0; i < steps; i++)
        {
            EigenRows.Follow<double>(a, n, rows, scratch);
            Diagonal(a, rows, n, out last);
            OrthonormalRowsTests.AssertOrthonormal(rows, n, n, Tolerance(n));
        }

        Assert.InRange(last, 0, 1e-6 * start);
        for (int i = 0; i < n; i++)
            Assert.InRange(Math.Abs(Vectors.Dot<double>(exact.AsSpan(i * n, n), rows.AsSpan(i * n, n))), 1 - 1e-6, 1 + 1e-12);
    }

    [Fact]
    public void Directions_of_the_null_space_stay()
    {
        // a = 4 e_0 e_0^T: of the rotated basis only the first direction is determined.
        double[] a = [4, 0, 0, 0, 0, 0, 0, 0, 0], rows = [1, 0, 0, 0, .6, .8, 0, -.8, .6];
        Assert.True(EigenRows.Follow<double>(a, 3, rows, new double[EigenRows.FollowScratch(3)]));
        Draws.AssertClose([1, 0, 0, 0, .6, .8, 0, -.8, .6], rows, Tolerance(3));
    }

    [Theory, InlineData(0), InlineData(double.NaN), InlineData(double.PositiveInfinity)]
    public void Nothing_to_follow_leaves_the_basis_alone(double value)
    {
        double[] rows = [0, 1, 1, 0];
        Assert.False(EigenRows.Follow<double>([value, 0, 0, value], 2, rows, new double[EigenRows.FollowScratch(2)]));
        Assert.Equal([0, 1, 1, 0], rows);
        if (value != 0)
            Assert.False(EigenRows.TryCompute<double>([value, 0, 0, value], 2, rows));
        Assert.Equal([0, 1, 1, 0], rows);
    }

    private static double[] Covariance(int n, int samples)
    {
        double[] g = Draws.Normal<double>(n * samples, 3), a = new double[n * n];
        for (int i = 0; i < g.Length; i++)
            g[i] /= 1 + (i / samples);
        Gemm.Multiply<double>(false, true, n, n, samples, 1.0 / samples, g, g, 0, a);
        return a;
    }

    private static double[] Nudged(double[] a, int n)
    {
        double[] nudged = [.. a];
        for (int i = 1; i < n; i++)
        {
            nudged[(i * n) + i - 1] += 0.02 * a[(i * n) + i];
            nudged[((i - 1) * n) + i] = nudged[(i * n) + i - 1];
        }

        return nudged;
    }

    /// <summary>Diagonal of V^T A V, and the largest entry beside it.</summary>
    private static double[] Diagonal(double[] a, double[] rows, int n, out double off)
    {
        double[] product = new double[n * n], turned = new double[n * n];
        Gemm.Multiply<double>(false, false, n, n, n, 1, rows, a, 0, product);
        Gemm.Multiply<double>(false, true, n, n, n, 1, product, rows, 0, turned);
        off = Enumerable.Range(0, n * n).Where(i => i / n != i % n).Select(i => Math.Abs(turned[i])).DefaultIfEmpty(0).Max();
        return [.. Enumerable.Range(0, n).Select(i => turned[(i * n) + i])];
    }
}
