using MathNet.Numerics.LinearAlgebra;

namespace MetaMirror.Numerics.Tests.Symmetric;

public sealed class SymmetricEigenTests
{
    /// <summary>Backward error of Householder and QL: a modest multiple of n u (here 30 n u, u = 1.1e-16).</summary>
    private static double Tolerance(int n) => 30 * n * 1.1e-16;

    public static TheoryData<int> Orders => new(1, 2, 3, 4, 5, 8, 17, 33, 64, 120);

    private static (double[] Values, double[] Vectors) Decompose(double[] a, int n)
    {
        double[] values = new double[n], vectors = new double[n * n];
        SymmetricEigen.Decompose(a, n, values, vectors);
        return (values, vectors);
    }

    private static double[] Random(int n, uint task)
    {
        double[] g = Draws.Normal<double>(n * n, task), a = new double[n * n];
        for (int i = 0; i < n * n; i++)
            a[i] = g[i] + g[((i % n) * n) + (i / n)];
        return a;
    }

    private static void AssertDecomposes(double[] a, int n, double[] values, double[] vectors, double tolerance)
    {
        double[] product = new double[n * n], scaled = new double[n * n], gram = new double[n * n];
        for (int i = 0; i < n * n; i++)
            scaled[i] = vectors[i] * values[i % n];
        Gemm.Multiply<double>(false, true, n, n, n, 1, scaled, vectors, 0, product);
        Draws.AssertClose(a, product, tolerance);
        Gemm.Multiply<double>(true, false, n, n, n, 1, vectors, vectors, 0, gram);
        double[] identity = [.. Enumerable.Range(0, n * n).Select(i => i / n == i % n ? 1.0 : 0)];
        Draws.AssertClose(identity, gram, tolerance);
        Assert.Equal(values.Order(), values);
        for (int j = 0; j < n; j++)
        {
            double[] column = [.. Enumerable.Range(0, n).Select(i => vectors[(i * n) + j])];
            Assert.True(column.MaxBy(Math.Abs) > 0, $"column {j} has the wrong sign");
        }
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void Reproduces_random_matrices_in_the_promised_form(int n)
    {
        double[] a = Random(n, 80);
        (double[] values, double[] vectors) = Decompose(a, n);
        AssertDecomposes(a, n, values, vectors, Tolerance(n));
        double[] oracle = [.. Matrix<double>.Build.DenseOfRowMajor(n, n, a).Evd(Symmetricity.Symmetric).EigenValues.Select(v => v.Real).Order()];
        Draws.AssertClose(oracle, values, Tolerance(n));
    }

    [Theory, InlineData(1), InlineData(2), InlineData(4)]
    public void Gradient_factors_of_low_rank_with_dead_rows_come_apart(int rank)
    {
        // What is left of them is rounding, rounding of rounding, and so on: no off-diagonal entry is small beside its own neighbors.
        const int n = 64;
        for (uint draw = 0; draw < 100; draw++)
        {
            float[] g = Draws.Normal<float>(n * rank, 1000 + draw), factor = new float[n * n];
            for (int i = 0; i < n; i++)
            {
                float scale = (i + draw) % 3 == 0 ? 0 : MathF.Pow(10, -(i % 13));
                Vectors.Scale<float>(scale, g.AsSpan(i * rank, rank));
            }

            Gemm.Multiply<float>(false, true, n, n, rank, 1, g, g, 0, factor);
            double[] a = [.. factor.Select(x => (double)x)];
            AssertDecomposes(a, n, Tolerance(n));
        }
    }

    [Theory, InlineData(1e-4), InlineData(1e-8), InlineData(1e-16), InlineData(1e-30)]
    public void Graded_tridiagonal_matrices_of_either_direction_come_apart(double ratio)
    {
        const int n = 12;
        double[] a = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            a[(i * n) + i] = i % 2 == 0 ? 0 : Math.Pow(ratio, i);
            if (i > 0)
                a[(i * n) + i - 1] = a[((i - 1) * n) + i] = Math.Pow(ratio, i - 0.5);
        }

        AssertDecomposes(a, n, Tolerance(n));
        a.AsSpan().Reverse();
        AssertDecomposes(a, n, Tolerance(n));
    }

    private static void AssertDecomposes(double[] a, int n, double tolerance)
    {
        (double[] values, double[] vectors) = Decompose(a, n);
        AssertDecomposes(a, n, values, vectors, tolerance);
    }

    [Fact]
    public void Special_matrices()
    {
        double[] zero = new double[25];
        (double[] values, double[] vectors) = Decompose(zero, 5);
        AssertDecomposes(zero, 5, values, vectors, 0);
        double[] diagonal = [3, 0, 0, 0, -1, 0, 0, 0, 2];
        (values, vectors) = Decompose(diagonal, 3);
        Assert.Equal([-1, 2, 3], values);
        Assert.Equal([0, 0, 1, 1, 0, 0, 0, 1, 0], vectors);
        double[] ones = [.. Enumerable.Repeat(1.0, 36)];
        (values, vectors) = Decompose(ones, 6);
        AssertDecomposes(ones, 6, values, vectors, Tolerance(6));
        Assert.Equal(6, values[5], 1e-14);
        double[] blocks = [2, 1, 0, 0, 1, 2, 0, 0, 0, 0, 5, -4, 0, 0, -4, 5];
        (values, vectors) = Decompose(blocks, 4);
        AssertDecomposes(blocks, 4, values, vectors, Tolerance(4));
        Draws.AssertClose([1, 1, 3, 9], values, Tolerance(4));
        Decompose([], 0);
    }

    [Theory]
    [InlineData(1e-290)]
    [InlineData(1e-100)]
    [InlineData(1e150)]
    [InlineData(1e300)]
    public void Very_large_and_very_small_entries_keep_their_digits(double scale)
    {
        double[] a = [.. Random(12, 81).Select(v => v * scale)];
        (double[] values, double[] vectors) = Decompose(a, 12);
        double[] back = [.. values.Select(v => v / scale)];
        AssertDecomposes([.. a.Select(v => v / scale)], 12, back, vectors, Tolerance(12));
    }

    [Theory, InlineData(1e-120), InlineData(1e-155), InlineData(1e-158), InlineData(1e-162), InlineData(1e-250), InlineData(1e-290)]
    public void Blocks_whose_squares_are_beyond_range_are_decomposed_beside_large_ones(double tiny)
    {
        // Factors of gradients with dead inputs have them; the reflection's 2 / |v|^2 was infinite where |v|^2 is denormal.
        const int n = 12, half = n / 2;
        double[] block = Random(half, 84), a = new double[n * n];
        for (int i = 0; i < half; i++)
        {
            for (int j = 0; j < half; j++)
            {
                a[(i * n) + j] = block[(i * half) + j];
                a[((half + i) * n) + half + j] = tiny * block[(i * half) + j];
            }
        }

        (double[] values, double[] vectors) = Decompose(a, n);
        AssertDecomposes(a, n, values, vectors, Tolerance(n));
        (double[] alone, _) = Decompose(block, half);
        double[] small = [.. values.Where(v => Math.Abs(v) < .5 * alone.Min(Math.Abs)).Select(v => v / tiny).Order()];
        Draws.AssertClose(alone, small, Tolerance(half));
    }

    [Fact]
    public void Graded_and_clustered_spectra_are_found()
    {
        double[] graded = [.. Enumerable.Range(0, 30).Select(i => Math.Pow(10, -i / 2.0))];
        double[] a = Draws.Symmetric(graded, 30);
        (double[] values, double[] vectors) = Decompose(a, 30);
        AssertDecomposes(a, 30, values, vectors, 10 * Tolerance(30));
        double[] clustered = [.. Enumerable.Range(0, 20).Select(i => i < 15 ? 1 + (i * 1e-15) : 2.0)];
        a = Draws.Symmetric(clustered, 31);
        (values, vectors) = Decompose(a, 20);
        AssertDecomposes(a, 20, values, vectors, 10 * Tolerance(20));
    }

    [Fact]
    public void The_same_matrix_gives_the_same_bits_every_time()
    {
        double[] a = Random(50, 82);
        (double[] values, double[] vectors) = Decompose(a, 50);
        var team = new WorkerTeam(3);
        team.Run(6, (_, _) =>
        {
            (double[] again, double[] vectorsAgain) = Decompose(a, 50);
            Assert.Equal(values, again);
            Assert.Equal(vectors, vectorsAgain);
        });
    }

    [Fact]
    public void Bad_matrices_are_refused_by_entry()
    {
        string message = Assert.Throws<ArgumentException>(() => Decompose([1, 2, 2.1, 1], 2)).Message;
        Assert.Contains("[1, 0] is 2.1 and [0, 1] is 2", message, StringComparison.Ordinal);
        message = Assert.Throws<ArgumentException>(() => Decompose([1, double.NaN, 2, 1], 2)).Message;
        Assert.Contains("[0, 1] is NaN", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Decompose(new double[5], 2));
    }
}
