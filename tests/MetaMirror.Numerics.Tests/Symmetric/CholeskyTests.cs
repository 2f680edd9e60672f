namespace MetaMirror.Numerics.Tests.Symmetric;

public sealed class CholeskyTests
{
    [Fact]
    public void Factors_and_solves_random_positive_definite_systems()
    {
        for (int n = 1; n <= 40; n += 3)
        {
            double[] values = [.. Enumerable.Range(1, n).Select(i => (double)i)], a = Draws.Symmetric(values, 32);
            double[] l = new double[n * n], product = new double[n * n];
            Assert.True(Cholesky.TryFactor(a, n, l));
            Gemm.Multiply<double>(false, true, n, n, n, 1, l, l, 0, product);

            // Backward error (n + 1) u (Higham 10.3), and as much again for the product.
            Draws.AssertClose(a, product, 2 * (n + 1) * 1.1e-16 * n);
            for (int i = 0; i < n; i++)
            {
                Assert.True(l[(i * n) + i] > 0);
                Assert.All(l[((i * n) + i + 1)..((i + 1) * n)], v => Assert.Equal(0, v));
            }

            double[] truth = Draws.Normal<double>(n, 33), b = new double[n], inPlace = [.. a];
            Gemm.MultiplyVector<double>(false, n, n, 1, a, truth, 0, b);
            Cholesky.Solve(l, n, b, b);
            Draws.AssertClose(truth, b, 10 * n * n * 1.1e-16);
            Assert.True(Cholesky.TryFactor(inPlace, n, inPlace));
            Assert.Equal(l, inPlace);
        }
    }

    [Theory]
    [InlineData(1, 2, 1)]
    [InlineData(-1, 0, 1)]
    [InlineData(1, 1, 1)]
    [InlineData(double.NaN, 0, 1)]
    [InlineData(double.PositiveInfinity, 0, 1)]
    public void Matrices_that_are_not_positive_definite_are_turned_down(double a00, double a10, double a11) =>
        Assert.False(Cholesky.TryFactor([a00, a10, a10, a11], 2, new double[4]));

    [Fact]
    public void Wrong_shapes_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Cholesky.TryFactor(new double[3], 2, new double[4]));
        Assert.Throws<ArgumentException>(() => Cholesky.Solve(new double[4], 2, new double[3], new double[2]));
    }
}
