namespace MetaMirror.Numerics.Tests.Symmetric;

public sealed class OrthonormalRowsTests
{
    /// <summary>Two passes of Gram-Schmidt leave a modest multiple of n u.</summary>
    private static double Tolerance(int n) => 30 * n * 1.1e-16;

    public static TheoryData<int, int> Shapes => new() { { 1, 1 }, { 1, 7 }, { 3, 3 }, { 5, 9 }, { 32, 100 }, { 64, 64 } };

    [Theory, MemberData(nameof(Shapes))]
    public void Rows_become_orthonormal_and_span_the_same_space_in_order(int rows, int columns)
    {
        double[] a = Draws.Normal<double>(rows * columns, 1), q = [.. a], r = new double[rows * rows];
        OrthonormalRows.Orthonormalize(q, rows, columns, [], new double[OrthonormalRows.Scratch(rows)]);

        AssertOrthonormal(q, rows, columns, Tolerance(columns));
        Gemm.Multiply<double>(false, true, rows, rows, columns, 1, a, q, 0, r);
        for (int i = 0; i < rows; i++)
        {
            Assert.True(r[(i * rows) + i] > 0);
            for (int j = i + 1; j < rows; j++)
                Assert.InRange(Math.Abs(r[(i * rows) + j]), 0, Tolerance(columns) * columns);
        }

        double[] back = new double[rows * columns];
        Gemm.Multiply<double>(false, false, rows, columns, rows, 1, r, q, 0, back);
        Draws.AssertClose(a, back, Tolerance(columns));
    }

    [Fact]
    public void Lost_rows_come_from_the_fallback_and_then_from_unit_vectors()
    {
        // Row 1 is twice row 0; row 2 is zero and its fallback lies in the span of the first two.
        double[] a = [1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0], fallback = [1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0];
        OrthonormalRows.Orthonormalize(a, 3, 4, fallback, new double[OrthonormalRows.Scratch(3)]);
        AssertOrthonormal(a, 3, 4, Tolerance(4));
        Assert.Equal([1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0], a);
    }

    [Fact]
    public void Nearly_dependent_and_tiny_rows_stay_orthonormal_in_single_precision()
    {
        const int n = 40;
        float[] a = Draws.Normal<float>(n * n, 2);
        for (int i = n; i < n * n; i++)
            a[i] = (a[i % n] + (1e-5f * a[i])) * 1e-25f;
        OrthonormalRows.Orthonormalize(a, n, n, [], new float[OrthonormalRows.Scratch(n)]);
        AssertOrthonormal([.. a.Select(x => (double)x)], n, n, 30 * n * 6e-8);
    }

    [Fact]
    public void Rows_that_depend_on_rows_of_earlier_blocks_and_of_their_own_stay_orthonormal()
    {
        const int rows = 50, columns = 60;
        double[] a = Draws.Normal<double>(rows * columns, 3);
        for (int i = 20; i < rows; i++)
        {
            // Of an earlier block, of its own block, of both; each all but a trace, or wholly.
            double trace = i % 4 == 0 ? 0 : 1e-9;
            for (int j = 0; j < columns; j++)
                a[(i * columns) + j] = a[((i % 3) * columns) + j] + (i % 2 * a[((i - 1) * columns) + j]) + (trace * a[(i * columns) + j]);
        }

        OrthonormalRows.Orthonormalize(a, rows, columns, [], new double[OrthonormalRows.Scratch(rows)]);
        AssertOrthonormal(a, rows, columns, Tolerance(columns));
    }

    [Fact]
    public void More_rows_than_columns_are_refused()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => OrthonormalRows.Orthonormalize(new double[6], 3, 2, [], new double[OrthonormalRows.Scratch(3)]));
        Assert.Contains("at most 2 orthonormal rows", error.Message, StringComparison.Ordinal);
    }

    internal static void AssertOrthonormal(double[] q, int rows, int columns, double tolerance)
    {
        double[] gram = new double[rows * rows];
        Gemm.Multiply<double>(false, true, rows, rows, columns, 1, q, q, 0, gram);
        for (int i = 0; i < rows * rows; i++)
            Assert.InRange(Math.Abs(gram[i] - (i / rows == i % rows ? 1 : 0)), 0, tolerance);
    }
}
