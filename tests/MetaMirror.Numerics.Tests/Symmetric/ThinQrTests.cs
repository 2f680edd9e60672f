namespace MetaMirror.Numerics.Tests.Symmetric;

public sealed class ThinQrTests
{
    /// <summary>Householder's backward error: a modest multiple of n u.</summary>
    private static double Tolerance(int n) => 20 * n * 1.1e-16;

    public static TheoryData<int, int> Shapes => new() { { 0, 3 }, { 1, 1 }, { 1, 5 }, { 3, 3 }, { 4, 9 }, { 17, 40 }, { 48, 200 } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Reproduces_the_vectors_by_orthonormal_ones(int k, int n)
    {
        double[] a = Draws.Normal<double>(k * n, 70), q = [.. a], r = new double[k * k], product = new double[k * n];
        ThinQr.Factor<double>(q, k, n, r, new double[k * (n + 1)]);
        AssertOrthonormal(q, k, n);
        Gemm.Multiply<double>(false, false, k, n, k, 1, r, q, 0, product);
        Draws.AssertClose(a, product, Tolerance(n));
        for (int i = 0; i < k * k; i++)
            Assert.True(i % k <= i / k || r[i] == 0, "R is lower triangular");
        for (int i = 0; i < k; i++)
            Assert.True(r[(i * k) + i] >= 0, "the diagonal of R is not negative");
    }

    [Fact]
    public void Dependent_vectors_and_zeros_still_give_orthonormal_ones()
    {
        double[] v = Draws.Normal<double>(12, 71), q = [.. v, .. v.Select(x => 2 * x), .. new double[12], .. v.Select(x => x * 1e-300)], r = new double[16];
        double[] a = [.. q], product = new double[48];
        ThinQr.Factor<double>(q, 4, 12, r, new double[4 * 13]);
        AssertOrthonormal(q, 4, 12);
        Gemm.Multiply<double>(false, false, 4, 12, 4, 1, r, q, 0, product);
        Draws.AssertClose(a, product, Tolerance(12));
    }

    [Fact]
    public void Bad_shapes_are_refused()
    {
        Assert.Throws<ArgumentException>(() => ThinQr.Factor<double>(new double[6], 3, 2, [], new double[9]));
        Assert.Throws<ArgumentException>(() => ThinQr.Factor<double>(new double[5], 2, 3, [], new double[9]));
        Assert.Throws<ArgumentException>(() => ThinQr.Factor<double>(new double[6], 2, 3, new double[3], new double[8]));
        Assert.Throws<ArgumentException>(() => ThinQr.Factor<double>(new double[6], 2, 3, [], new double[7]));
    }

    private static void AssertOrthonormal(double[] q, int k, int n)
    {
        double[] gram = new double[k * k];
        Gemm.Multiply<double>(false, true, k, k, n, 1, q, q, 0, gram);
        for (int i = 0; i < k * k; i++)
            Assert.Equal(i / k == i % k ? 1 : 0, gram[i], Tolerance(n));
    }
}
