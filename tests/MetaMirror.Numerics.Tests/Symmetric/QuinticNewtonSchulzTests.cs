using System.Numerics;
using MetaMirror.Tests;

namespace MetaMirror.Numerics.Tests.Symmetric;

public sealed class QuinticNewtonSchulzTests
{
    private const int Steps = 5;

    public static TheoryData<int, int> Shapes => new() { { 1, 1 }, { 1, 7 }, { 7, 1 }, { 3, 4 }, { 5, 5 }, { 17, 33 }, { 16, 32 }, { 33, 17 }, { 60, 20 }, { 20, 61 }, { 48, 50 } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void It_is_the_authors_iteration_on_either_side(int rows, int columns)
    {
        double[] x = Draws.Normal<double>(rows * columns, 60), expected = Literal(x, rows, columns);
        QuinticNewtonSchulz.Orthogonalize(x, rows, columns, Steps, new double[QuinticNewtonSchulz.Scratch(rows, columns)]);

        // Five steps whose slope is at most 3.4445 each: roundings of s products grow by 3.4445^5 = 485.
        Draws.AssertClose(expected, x, 485 * 4 * Math.Min(rows, columns) * 1.1e-16);
    }

    [Fact]
    public void Steps_are_counted()
    {
        double[] once = Draws.Normal<double>(12, 61), thrice = [.. once];
        QuinticNewtonSchulz.Orthogonalize(thrice, 2, 6, 3, new double[QuinticNewtonSchulz.Scratch(2, 6)]);
        Draws.AssertClose(Literal(once, 2, 6, 3), thrice, 1e-13);
    }

    /// <summary>The Gram matrix has the square of the condition: singular values whose squares are below rounding are still multiplied by what small ones are.</summary>
    [Theory]
    [InlineData(1e2)]
    [InlineData(1e4)]
    [InlineData(1e8)]
    public void In_single_precision_ill_conditioned_matrices_keep_their_large_directions(double condition)
    {
        const int Rows = 24, Columns = 96;
        double[] v = Draws.Normal<double>(Rows * Columns, 62), u = Draws.Normal<double>(Rows * Rows, 63), x = new double[Rows * Columns];
        OrthonormalRows.Orthonormalize<double>(v, Rows, Columns, [], new double[OrthonormalRows.Scratch(Rows)]);
        OrthonormalRows.Orthonormalize<double>(u, Rows, Rows, [], new double[OrthonormalRows.Scratch(Rows)]);
        for (int i = 0; i < Rows; i++)
            Vectors.Scale(Math.Pow(condition, -(double)i / (Rows - 1)), v.AsSpan(i * Columns, Columns));
        Gemm.Multiply<double>(false, false, Rows, Columns, Rows, 1, u, v, 0, x);
        float[] single = [.. x.Select(e => (float)e)];
        QuinticNewtonSchulz.Orthogonalize(single, Rows, Columns, Steps, new float[QuinticNewtonSchulz.Scratch(Rows, Columns)]);
        double[] expected = Literal(x, Rows, Columns);
        double error = Math.Sqrt(expected.Zip(single, (e, f) => (e - f) * (e - f)).Sum()), size = Math.Sqrt(expected.Sum(e => e * e));

        // The Gram matrix rounds by s u = 1.5e-6; squares of singular values move by that, which the steps multiply by at most 485^2 near zero, on values below 1.2e-3 sqrt: a hundredth of the whole.
        Assert.InRange(error / size, 0, 1e-2);
    }

    /// <summary>Null directions of a Gram matrix round to negative eigenvalues, which iterated alone grow without bound after the fifth step.</summary>
    [Theory]
    [InlineData(24, 96, 5)]
    [InlineData(24, 96, 6)]
    [InlineData(24, 96, 10)]
    [InlineData(96, 24, 10)]
    [InlineData(20, 400, 10)]
    public void In_single_precision_matrices_of_rank_one_stay_bounded(int rows, int columns, int steps)
    {
        double[] u = Draws.Normal<double>(rows, 66), v = Draws.Normal<double>(columns, 67), x = new double[rows * columns];
        Gemm.Multiply<double>(false, false, rows, columns, 1, 1, u, v, 0, x);
        float[] single = [.. x.Select(e => (float)e)];
        QuinticNewtonSchulz.Orthogonalize(single, rows, columns, steps, new float[QuinticNewtonSchulz.Scratch(rows, columns)]);
        double error = Math.Sqrt(Literal([.. x.Select(e => (double)(float)e)], rows, columns, steps).Zip(single, (e, f) => (e - f) * (e - f)).Sum());

        // Roundings of 6e-8 beside X of norm 1, at each step some, grow by 3.4445 at each that follows, where nothing larger holds them.
        Assert.InRange(error, 0, 4 * 6e-8 * Math.Pow(3.4445, steps));
    }

    [Fact]
    public void Singular_values_come_near_one()
    {
        double[] x = Draws.Normal<double>(30 * 70, 64), gram = new double[900], values = new double[30], vectors = new double[900];
        QuinticNewtonSchulz.Orthogonalize(x, 30, 70, Steps, new double[QuinticNewtonSchulz.Scratch(30, 70)]);
        Gemm.Multiply<double>(false, true, 30, 30, 70, 1, x, x, 0, gram);
        SymmetricEigen.Decompose(gram, 30, values, vectors);
        Assert.All(values, value => Assert.InRange(Math.Sqrt(value), 0.6, 1.25));
    }

    [Fact]
    public void Nothing_is_allocated_and_zero_stays_zero()
    {
        float[] x = new float[50 * 120], y = Draws.Normal<float>(50 * 60, 65), scratch = new float[QuinticNewtonSchulz.Scratch(50, 120)];
        Allocation.AssertNone(() =>
        {
            QuinticNewtonSchulz.Orthogonalize(x, 50, 120, Steps, scratch);
            QuinticNewtonSchulz.Orthogonalize(y, 50, 60, Steps, scratch);
        });
        Assert.All(x, value => Assert.Equal(0, value));
    }

    [Fact]
    public void Wrong_shapes_are_refused()
    {
        Assert.Throws<ArgumentException>(() => QuinticNewtonSchulz.Orthogonalize(new double[5], 2, 3, Steps, new double[100]));
        Assert.Throws<ArgumentException>(() => QuinticNewtonSchulz.Orthogonalize(new double[6], 2, 3, Steps, new double[21]));
        Assert.Throws<ArgumentOutOfRangeException>(() => QuinticNewtonSchulz.Orthogonalize(new double[6], 2, 3, 0, new double[100]));
    }

    /// <summary>zeropower_via_newtonschulz5 of the authors' code, in double.</summary>
    private static double[] Literal(double[] g, int rows, int columns, int steps = Steps)
    {
        bool tall = rows > columns;
        (int m, int n) = tall ? (columns, rows) : (rows, columns);
        double norm = Math.Sqrt(g.Sum(v => v * v)) + 1e-7;
        double[] x = [.. Enumerable.Range(0, m * n).Select(i => (tall ? g[(i % n * columns) + (i / n)] : g[i]) / norm)];
        for (int k = 0; k < steps; k++)
        {
            double[] a = Product(x, Transposed(x, m, n), m, n, m), aa = Product(a, a, m, m, m);
            double[] b = [.. a.Zip(aa, (p, q) => (-4.7750 * p) + (2.0315 * q))];
            x = [.. x.Zip(Product(b, x, m, m, n), (p, q) => (3.4445 * p) + q)];
        }

        return tall ? Transposed(x, m, n) : x;
    }

    private static double[] Transposed(double[] a, int rows, int columns) => [.. Enumerable.Range(0, a.Length).Select(i => a[(i % rows * columns) + (i / rows)])];

    private static double[] Product(double[] a, double[] b, int rows, int inner, int columns) =>
        [.. Enumerable.Range(0, rows * columns).Select(i => Enumerable.Range(0, inner).Sum(k => a[(i / columns * inner) + k] * b[(k * columns) + (i % columns)]))];
}
