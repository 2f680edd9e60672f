using System.Numerics;

namespace MetaMirror.Numerics.Tests.Kernels;

public abstract class AddRowsContract<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [Fact]
    public void Equals_adding_one_row_after_the_other_at_every_length()
    {
        foreach (int rows in new[] { 0, 1, 2, 7, 40 })
        {
            for (int n = 0; n <= 256; n++)
            {
                T[] x = Draws.Normal<T>(rows * n, 61), y = Draws.Normal<T>(n + 9, 62), expected = [.. y];
                for (int i = 0; i < rows; i++)
                {
                    for (int j = 0; j < n; j++)
                        expected[j] += x[(i * n) + j];
                }

                Vectors.AddRows<T>(rows, x, y.AsSpan(0, n));
                Assert.Equal(expected, y);
            }
        }
    }

    [Fact]
    public void Not_a_number_stays_in_its_column_and_wrong_shapes_are_refused()
    {
        T[] x = new T[3 * 21], y = new T[21];
        x[21 + 20] = T.NaN;
        x[7] = T.PositiveInfinity;
        Vectors.AddRows<T>(3, x, y);
        for (int j = 0; j < 21; j++)
            Assert.Equal(j is not (7 or 20), T.IsFinite(y[j]));
        Assert.Throws<ArgumentException>(() => Vectors.AddRows<T>(2, new T[5], new T[3]));
        Assert.Throws<ArgumentException>(() => Vectors.AddRows<T>(2, x.AsSpan(0, 6), x.AsSpan(3, 3)));
    }
}

public sealed class AddRowsSingleTests : AddRowsContract<float>;

public sealed class AddRowsDoubleTests : AddRowsContract<double>;
