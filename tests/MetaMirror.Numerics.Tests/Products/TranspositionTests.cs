namespace MetaMirror.Numerics.Tests.Products;

public sealed class TranspositionTests
{
    [Fact]
    public void Rows_and_columns_are_exchanged_at_every_small_and_some_large_shapes()
    {
        foreach (int rows in new[] { 1, 2, 3, 4, 7, 8, 9, 31, 32, 33, 70 })
        {
            foreach (int columns in new[] { 1, 2, 5, 8, 12, 32, 41, 64, 65 })
            {
                AssertExchanged([.. Enumerable.Range(0, rows * columns).Select(i => (float)i)], rows, columns);
                AssertExchanged([.. Enumerable.Range(0, rows * columns).Select(i => (double)i)], rows, columns);
                AssertExchanged([.. Enumerable.Range(0, rows * columns)], rows, columns);
            }
        }
    }

    [Fact]
    public void Wrong_shapes_and_shared_memory_are_refused()
    {
        double[] shared = new double[9];
        Assert.Throws<ArgumentException>(() => Transposition.Copy<double>(2, 3, new double[5], new double[6]));
        Assert.Throws<ArgumentException>(() => Transposition.Copy<double>(2, 3, new double[6], new double[7]));
        Assert.Throws<ArgumentException>(() => Transposition.Copy<double>(2, 3, shared.AsSpan(0, 6), shared.AsSpan(3, 6)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Transposition.Copy<double>(-1, 0, [], []));
    }

    private static void AssertExchanged<T>(T[] source, int rows, int columns)
        where T : unmanaged
    {
        var transposed = new T[source.Length];
        Transposition.Copy<T>(rows, columns, source, transposed);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
                Assert.Equal(source[(i * columns) + j], transposed[(j * rows) + i]);
        }
    }
}
