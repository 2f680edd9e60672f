namespace MetaMirror.Numerics.Tests.Symmetric;

public sealed class SymmetricMatrixTests
{
    /// <summary>Reference numbers are printed to 12 digits.</summary>
    private const double Printed = 1e-11;

    private static double[] Apply(Action<double[]> operation, int n)
    {
        var result = new double[n * n];
        operation(result);
        for (int i = 0; i < n * n; i++)
            Assert.Equal(result[((i % n) * n) + (i / n)], result[i]);
        return result;
    }

    private static double[] Product(double[] x, double[] y, int n)
    {
        var z = new double[n * n];
        Gemm.Multiply<double>(false, false, n, n, n, 1, x, y, 0, z);
        return z;
    }

    /// <summary>The reference numbers to PAPERS 6.6: A # G, and the metric Q = A⁻¹ # G with its inverse.</summary>
    [Fact]
    public void Reference_numbers_of_the_geometric_mean()
    {
        double[] a = [2, 0.5, 0.5, 1], g = [1, -0.3, -0.3, 3];
        Draws.AssertClose([1.3775242984, 0.132693266241, 0.132693266241, 1.65097945992], Apply(r => SymmetricMatrix.Geodesic(a, g, 0.5, 2, r), 2), Printed);
        double[] inverse = Apply(r => SymmetricMatrix.Power(a, 2, -1, double.NegativeInfinity, r), 2);
        double[] q = Apply(r => SymmetricMatrix.Geodesic(inverse, g, 0.5, 2, r), 2);
        Draws.AssertClose([0.754286211957, -0.311252717534, -0.311252717534, 1.83802436614], q, Printed);
        Draws.AssertClose(
            [1.42535746386, 0.241371329053, 0.241371329053, 0.584936468695],
            Apply(r => SymmetricMatrix.Power(q, 2, -1, double.NegativeInfinity, r), 2), Printed);
    }

    [Fact]
    public void The_geometric_mean_solves_its_equation_and_is_symmetric_in_its_arguments()
    {
        for (int n = 1; n <= 20; n += 4)
        {
            double[] a = Draws.Symmetric([.. Enumerable.Range(1, n).Select(i => (double)i)], 34);
            double[] b = Draws.Symmetric([.. Enumerable.Range(1, n).Select(i => 1.0 / i)], 35);
            double[] x = Apply(r => SymmetricMatrix.Geodesic(a, b, 0.5, n, r), n), y = Apply(r => SymmetricMatrix.Geodesic(b, a, 0.5, n, r), n);
            double[] inverse = Apply(r => SymmetricMatrix.Power(a, n, -1, double.NegativeInfinity, r), n);

            // X A⁻¹ X = B, to the conditioning n^2 of the problem.
            Draws.AssertClose(b, Product(Product(x, inverse, n), x, n), 100 * n * n * n * 1.1e-16);
            Draws.AssertClose(x, y, 100 * n * n * n * 1.1e-16);
        }
    }

    [Fact]
    public void Roots_and_powers_multiply_out()
    {
        const int N = 12;
        double[] a = Draws.Symmetric([.. Enumerable.Range(1, N).Select(i => (double)i)], 36);
        double[] identity = [.. Enumerable.Range(0, N * N).Select(i => i / N == i % N ? 1.0 : 0)];
        double[] root = Apply(r => SymmetricMatrix.Sqrt(a, N, r), N), inverseRoot = Apply(r => SymmetricMatrix.InverseSqrt(a, N, r), N);
        double tolerance = 100 * N * N * 1.1e-16;
        Draws.AssertClose(a, Product(root, root, N), tolerance);
        Draws.AssertClose(identity, Product(root, inverseRoot, N), tolerance);
        double[] quarter = Apply(r => SymmetricMatrix.Power(a, N, -0.25, 0, r), N);
        Draws.AssertClose(inverseRoot, Product(quarter, quarter, N), tolerance);
        double[] inPlace = [.. a];
        SymmetricMatrix.Sqrt(inPlace, N, inPlace);
        Assert.Equal(root, inPlace);
    }

    [Fact]
    public void The_geodesic_goes_from_one_matrix_through_the_mean_to_the_other()
    {
        const int N = 9;
        double[] p = Draws.Symmetric([.. Enumerable.Range(1, N).Select(i => (double)i)], 47), q = Draws.Symmetric([.. Enumerable.Range(1, N).Select(i => 1.0 / i)], 48);
        double tolerance = 100 * N * N * 1.1e-16;
        Draws.AssertClose(p, Apply(r => SymmetricMatrix.Geodesic(p, q, 0, N, r), N), tolerance);
        Draws.AssertClose(q, Apply(r => SymmetricMatrix.Geodesic(p, q, 1, N, r), N), tolerance);
        var mean = new SpdMean<double>(N);
        double[] middle = Apply(r => mean.Mean(p, q, r).EnsureSucceeded(), N);
        Draws.AssertClose(middle, Apply(r => SymmetricMatrix.Geodesic(p, q, 0.5, N, r), N), tolerance);
        Draws.AssertClose(Apply(r => mean.Mean(p, middle, r).EnsureSucceeded(), N), Apply(r => SymmetricMatrix.Geodesic(p, q, 0.25, N, r), N), tolerance);
        Draws.AssertClose([2, 0, 0, 8], Apply(r => SymmetricMatrix.Geodesic([1, 0, 0, 1], [16, 0, 0, 4096], 0.25, 2, r), 2), 1e-15);
        Assert.Throws<ArgumentOutOfRangeException>(() => SymmetricMatrix.Geodesic(p, q, 1.5, N, new double[N * N]));
        Assert.Contains("first one is not", Assert.Throws<ArgumentException>(() => SymmetricMatrix.Geodesic([1, 2, 2, 1], [1, 0, 0, 1], 0.5, 2, new double[4])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inverses_multiply_to_one()
    {
        double[] a = Draws.Symmetric([.. Enumerable.Range(1, 50).Select(i => (double)i)], 49), inverse = new double[2500];
        var roots = new SpdRoots<double>(50);
        Assert.True(roots.Inverse(a, inverse).Succeeded);
        double[] identity = [.. Enumerable.Range(0, 2500).Select(i => i / 50 == i % 50 ? 1.0 : 0)];
        Draws.AssertClose(identity, Product(a, inverse, 50), 100 * 50 * 50 * 1.1e-16);
        Assert.Equal(RootStatus.NotPositiveDefinite, roots.Inverse(new double[2500], inverse).Status);
    }

    [Fact]
    public void The_floor_raises_small_and_negative_eigenvalues()
    {
        double[] power = Apply(r => SymmetricMatrix.Power([4, 0, 0, -1], 2, -0.5, 0.25, r), 2);
        Draws.AssertClose([0.5, 0, 0, 2], power, 1e-15);
        Draws.AssertClose([4, 0, 0, 0.25], Apply(r => SymmetricMatrix.Power([4, 0, 0, 1e-9], 2, 1, 0.25, r), 2), 1e-15);
    }

    [Fact]
    public void Rounding_below_zero_is_forgiven_and_real_negative_eigenvalues_are_not()
    {
        Draws.AssertClose([1, 0, 0, 0], Apply(r => SymmetricMatrix.Sqrt([1, 0, 0, -1e-14], 2, r), 2), 1e-15);
        string message = Assert.Throws<ArgumentException>(() => SymmetricMatrix.Sqrt([1, 0, 0, -1e-3], 2, new double[4])).Message;
        Assert.Contains("-0.001", message, StringComparison.Ordinal);
        Assert.Contains("damping", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => SymmetricMatrix.InverseSqrt([1, 0, 0, 0], 2, new double[4]));
        Assert.Throws<ArgumentException>(() => SymmetricMatrix.Power([1, 0, 0, 1], 2, double.NaN, 0, new double[4]));
        Assert.Throws<ArgumentException>(() => SymmetricMatrix.Sqrt([1, 0, 0, 1], 2, new double[3]));
    }

    [Fact]
    public void Damped_powers_are_taken_in_double_of_either_type()
    {
        // Eigenvalues 4 and -1, which counts as zero, along (1, 1) and (1, -1).
        float[] a = [1.5f, 2.5f, 2.5f, 1.5f], root = new float[4];
        Assert.True(SymmetricMatrix.TryPower<float>(a, 2, -0.25, 0.0625, root));
        double large = Math.Pow(4.0625, -0.25), small = 2;
        Draws.AssertClose([(large + small) / 2, (large - small) / 2, (large - small) / 2, (large + small) / 2], [.. root.Select(v => (double)v)], 1e-7);
        Assert.False(SymmetricMatrix.TryPower<float>([1, float.NaN, 0, 1], 2, -0.25, 1, root));
        Assert.Equal((float)((large + small) / 2), root[0], 1e-6f);
        Assert.Contains("must be positive", Assert.Throws<ArgumentOutOfRangeException>(() => SymmetricMatrix.TryPower<float>(a, 2, -0.25, 0, root)).Message, StringComparison.Ordinal);
    }
}
