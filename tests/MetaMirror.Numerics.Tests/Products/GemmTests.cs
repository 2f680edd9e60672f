using System.Numerics;
using System.Runtime.InteropServices;

namespace MetaMirror.Numerics.Tests.Products;

public abstract class GemmContract<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly (int M, int N, int K)[] Shapes =
    [
        (0, 3, 4), (3, 0, 4), (3, 4, 0), (1, 1, 1), (1, 1, 700), (1, 17, 5), (17, 1, 5), (2, 3, 4), (3, 33, 65), (4, 4, 4), (5, 7, 3), (7, 31, 9), (8, 16, 32),
        (8, 32, 16), (9, 17, 33), (12, 15, 193), (13, 64, 385), (31, 47, 8), (64, 10, 32), (64, 32, 64), (33, 100, 28), (70, 5, 400), (100, 49, 7),
        (2, 300, 11), (260, 147, 40), (12, 96, 30), (9, 45, 801), (5, 33, 1605), (34, 70, 900), (100, 4, 784), (6, 2, 512), (23, 8, 527),
    ];

    private static readonly (double Alpha, double Beta)[] Factors = [(1, 0), (1, 1), (-0.5, 0.25), (0, 2)];

    protected abstract double Epsilon { get; }

    public static TheoryData<bool, bool> Transposes => new((false, false), (false, true), (true, false), (true, true));

    [Theory]
    [MemberData(nameof(Transposes))]
    public void Equals_three_loops_for_every_shape_and_factor(bool transposeA, bool transposeB)
    {
        foreach ((int m, int n, int k) in Shapes)
        {
            foreach ((double alpha, double beta) in Factors)
                Check(transposeA, transposeB, m, n, k, alpha, beta);
        }
    }

    [Theory]
    [MemberData(nameof(Transposes))]
    public void Equals_three_loops_at_every_length(bool transposeA, bool transposeB)
    {
        for (int length = 0; length <= 256; length++)
        {
            Check(transposeA, transposeB, length, 7, 9, 1, 0);
            Check(transposeA, transposeB, 9, length, 17, 1, 0);
            Check(transposeA, transposeB, 9, 33, length, 1, 0);
        }
    }

    [Theory]
    [MemberData(nameof(Transposes))]
    public void Equals_three_loops_for_skinny_shapes(bool transposeA, bool transposeB)
    {
        Check(transposeA, transposeB, 128, 10, 128, 1, 1);
        Check(transposeA, transposeB, 1152, 16, 150, 1, 1);
    }

    [Fact]
    public void Equals_three_loops_for_a_few_long_rows()
    {
        for (int k = 508; k <= 548; k += 5)
        {
            for (int n = 2; n <= 9; n++)
            {
                for (int m = 4; m <= 13; m++)
                    Check(false, true, m, n, k, 1.5, (m & 1) / 2.0);
            }
        }
    }

    [Fact]
    public void Equals_three_loops_on_all_small_shapes()
    {
        for (int m = 1; m <= 11; m++)
        {
            for (int n = 1; n <= 11; n++)
                Check((m & 1) == 0, (n & 2) == 0, m, n, 1 + ((m + (3 * n)) % 14), 1.5, 0.5);
        }
    }

    /// <summary>|error| ≤ (k + 2) u Σ|α a b| + 2 u |β c|: the bound for any order of summation (Higham, "Accuracy and Stability", 3.5).</summary>
    private void Check(bool transposeA, bool transposeB, int m, int n, int k, double alpha, double beta)
    {
        // Operands begin anywhere in memory.
        const int Guard = 70;
        int from = (m + (2 * n) + (3 * k)) % 5;
        ReadOnlySpan<T> a = Draws.Normal<T>((m * k) + from, 21).AsSpan(from), b = Draws.Normal<T>((k * n) + 3, 22).AsSpan(3);
        T[] memory = Draws.Normal<T>((m * n) + 1 + Guard, 23);
        Span<T> c = memory.AsSpan(1);
        T[] before = [.. c];
        Gemm.Multiply<T>(transposeA, transposeB, m, n, k, T.CreateTruncating(alpha), a, b, T.CreateTruncating(beta), c[..(m * n)]);
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                double sum = 0, magnitude = 0;
                for (int p = 0; p < k; p++)
                {
                    double term = alpha * double.CreateTruncating(transposeA ? a[(p * m) + i] : a[(i * k) + p])
                        * double.CreateTruncating(transposeB ? b[(j * k) + p] : b[(p * n) + j]);
                    sum += term;
                    magnitude += Math.Abs(term);
                }

                double old = beta * double.CreateTruncating(before[(i * n) + j]), found = double.CreateTruncating(c[(i * n) + j]);
                double bound = ((k + 2) * Epsilon * magnitude) + (2 * Epsilon * Math.Abs(old)) + (Epsilon * Math.Abs(sum + old));
                Assert.True(
                    Math.Abs(sum + old - found) <= bound,
                    FormattableString.Invariant($"{transposeA} {transposeB} {m}x{n}x{k} ({alpha}, {beta}) [{i}, {j}]: {sum + old}, found {found}"));
            }
        }

        Assert.True(c[(m * n)..].SequenceEqual(before.AsSpan(m * n)));
    }

    [Fact]
    public void Beta_zero_does_not_read_C()
    {
        foreach ((int m, int n, int k) in Shapes)
        {
            T[] c = [.. Enumerable.Repeat(T.NaN, m * n)];
            Gemm.Multiply<T>(false, true, m, n, k, T.One, Draws.Normal<T>(m * k, 24), Draws.Normal<T>(k * n, 25), T.Zero, c);
            Assert.True(Vectors.AllFinite<T>(c), $"{m}x{n}x{k}");
        }
    }

    [Fact]
    public void Padding_brings_no_not_a_number_in_and_hides_none()
    {
        // 0·∞ in a padded lane must stay there; an infinity in A must reach exactly its own row.
        T[] a = Draws.Normal<T>(9 * 20, 26), b = Draws.Normal<T>(20 * 10, 27), c = new T[90];
        a[(4 * 20) + 7] = T.PositiveInfinity;
        Gemm.Multiply<T>(false, false, 9, 10, 20, T.One, a, b, T.Zero, c);
        for (int i = 0; i < 90; i++)
            Assert.Equal(i / 10 != 4, T.IsFinite(c[i]));

        // Inner products, in whole vectors and behind them: of row 4 of A, column 2 of C, and of both.
        foreach (int at in new[] { 7, 526 })
        {
            T[] rows = Draws.Normal<T>(9 * 527, 26), few = Draws.Normal<T>(4 * 527, 27), d = [.. Enumerable.Repeat(T.NaN, 36)];
            rows[(4 * 527) + at] = T.PositiveInfinity;
            few[(2 * 527) + at] = T.NaN;
            Gemm.Multiply<T>(false, true, 9, 4, 527, T.One, rows, few, T.Zero, d);
            for (int i = 0; i < 36; i++)
            {
                Assert.Equal(i / 4 != 4 && i % 4 != 2, T.IsFinite(d[i]));
                Assert.Equal(i % 4 == 2, T.IsNaN(d[i]));
            }
        }
    }

    [Fact]
    public void Bits_depend_neither_on_the_team_nor_on_the_rows_around()
    {
        const int M = 300, N = 70, K = 410;
        T[] a = Draws.Normal<T>(M * K, 28), b = Draws.Normal<T>(N * K, 29), alone = new T[M * N];
        Gemm.Multiply<T>(false, true, M, N, K, T.One, a, b, T.Zero, alone);
        foreach (int threads in new[] { 1, 2, 3, 5 })
        {
            var team = new WorkerTeam(threads);
            foreach ((int m, int n, int k) in new[] { (150, 70, 205), (7, 9, 5), (1, 300, 40), (900, 16, 15), (160, 8, 640), (160, 4, 640), (161, 3, 643) })
            {
                for (int transposes = 0; transposes < 4; transposes++)
                {
                    T[] one = new T[m * n], many = new T[m * n];
                    Gemm.Multiply<T>((transposes & 1) != 0, transposes > 1, m, n, k, T.One, a.AsSpan(0, m * k), b.AsSpan(0, k * n), T.Zero, one);
                    Gemm.Multiply<T>(team, (transposes & 1) != 0, transposes > 1, m, n, k, T.One, a.AsSpan(0, m * k), b.AsSpan(0, k * n), T.Zero, many);
                    Assert.Equal(one, many);
                }
            }

            T[] together = new T[M * N];
            Gemm.Multiply<T>(team, false, true, M, N, K, T.One, a, b, T.Zero, together);
            Assert.Equal(alone, together);
            T[] wide = new T[M * N], wideAlone = new T[M * N];
            Gemm.Multiply<T>(team, false, false, N, M, K, T.One, b, a, T.Zero, wide);
            Gemm.Multiply<T>(false, false, N, M, K, T.One, b, a, T.Zero, wideAlone);
            Assert.Equal(wideAlone, wide);
        }

        for (int rows = 4; rows < 40; rows += 5)
        {
            T[] part = new T[rows * N];
            Gemm.Multiply<T>(false, true, rows, N, K, T.One, a.AsSpan(11 * K, rows * K), b, T.Zero, part);
            Assert.Equal(alone.AsSpan(11 * N, rows * N).ToArray(), part);
        }

        const int Long = 643;
        T[] whole = new T[160 * 4];
        Gemm.Multiply<T>(false, true, 160, 4, Long, T.One, a.AsSpan(0, 160 * Long), b.AsSpan(0, 4 * Long), T.Zero, whole);
        for (int rows = 4; rows < 40; rows += 5)
        {
            T[] part = new T[rows * 4];
            Gemm.Multiply<T>(false, true, rows, 4, Long, T.One, a.AsSpan(11 * Long, rows * Long), b.AsSpan(0, 4 * Long), T.Zero, part);
            Assert.Equal(whole.AsSpan(11 * 4, rows * 4).ToArray(), part);
        }

        // Many rows: op(B) is packed; few: used where it lies.
        T[] flat = Draws.Normal<T>(K * N, 54), tall = new T[M * N];
        Gemm.Multiply<T>(false, false, M, N, K, T.One, a, flat, T.Zero, tall);
        for (int rows = 4; rows < 40; rows += 7)
        {
            T[] part = new T[rows * N];
            Gemm.Multiply<T>(false, false, rows, N, K, T.One, a.AsSpan(11 * K, rows * K), flat, T.Zero, part);
            Assert.Equal(tall.AsSpan(11 * N, rows * N).ToArray(), part);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_matrix_by_itself_has_the_bits_of_the_product(bool transpose)
    {
        foreach (int n in new[] { 0, 1, 2, 3, 4, 5, 8, 9, 16, 17, 31, 32, 33, 40, 64, 65, 70, 100, 127, 150, 800 })
        {
            foreach (int k in n < 800 ? new[] { 0, 1, 3, 33, 100, 801 } : [20, 810])
            {
                foreach ((double alpha, double beta) in Factors)
                {
                    T[] a = WithZeros(n * k, 40), whole = Symmetric(n), half = [.. whole];
                    if (beta == 0)
                        half.AsSpan().Fill(T.NaN);
                    Gemm.Multiply(transpose, !transpose, n, n, k, T.CreateChecked(alpha), a, a, T.CreateChecked(beta), whole);
                    Gemm.MultiplySelf(transpose, n, k, T.CreateChecked(alpha), a, T.CreateChecked(beta), half);
                    Assert.True(SameBits(whole, half), $"{n}, {k}, {alpha}, {beta}");
                }
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-0.7)]
    public void A_product_beside_other_matrices_has_the_bits_of_one_after_the_other(double gamma)
    {
        foreach ((int m, int n) in new[] { (0, 16), (3, 16), (4, 16), (5, 32), (6, 48), (7, 48), (7, 33), (9, 112), (100, 784), (13, 30), (20, 1), (4, 0), (5, 8192) })
        {
            foreach (int k in new[] { 0, 1, 2, 4, 7, 16, 17 })
            {
                foreach ((double alpha, double beta) in new[] { (-1.0, 1.0), (-0.3, -0.3), (0, 2), (0.7, 0) })
                    Beside(m, n, k, T.CreateChecked(alpha), T.CreateChecked(beta), T.CreateChecked(gamma));
            }
        }
    }

    private static void Beside(int m, int n, int k, T alpha, T beta, T gamma)
    {
        // One element past the end stays; the matrices begin where no vector does.
        T[] a = WithZeros((m * k) + 1, 50), b = WithZeros((k * n) + 1, 51), d = WithZeros((m * n) + 1, 52), expected = WithZeros((m * n) + 2, 53), c = [.. expected];
        Span<T> whole = expected.AsSpan(1, m * n), onePass = c.AsSpan(1, m * n);
        if (T.IsZero(gamma))
        {
            onePass.Fill(T.NaN);
            d.AsSpan(1).CopyTo(whole);
            Vectors.Scale(beta, whole);
        }
        else
        {
            Vectors.Scale(gamma, whole);
            Vectors.AddScaled(beta, d.AsSpan(1), whole);
        }

        Gemm.Multiply(false, false, m, n, k, alpha, a.AsSpan(1), b.AsSpan(1), T.One, whole);
        Gemm.MultiplyBeside(m, n, k, alpha, a.AsSpan(1), b.AsSpan(1), beta, d.AsSpan(1), gamma, onePass);
        Assert.True(SameBits(expected, c), $"{m}x{n}x{k}, {alpha}, {beta}, {gamma}");
    }

    [Fact]
    public void A_product_beside_another_matrix_hides_no_infinity_and_brings_no_not_a_number_in()
    {
        foreach (int columns in new[] { 30, 32 })
        {
            T[] a = Draws.Normal<T>(9 * 4, 60), b = Draws.Normal<T>(4 * columns, 61), d = Draws.Normal<T>(9 * columns, 62), c = [.. Enumerable.Repeat(T.NaN, 9 * columns)];
            (a[(4 * 4) + 2], d[(7 * columns) + 5]) = (T.PositiveInfinity, T.NaN);
            Gemm.MultiplyBeside<T>(9, columns, 4, T.One, a, b, T.One, d, T.Zero, c);
            for (int i = 0; i < c.Length; i++)
                Assert.Equal(i / columns != 4 && i != (7 * columns) + 5, T.IsFinite(c[i]));
        }
    }

    private static bool SameBits(T[] x, T[] y) => MemoryMarshal.AsBytes<T>(x).SequenceEqual(MemoryMarshal.AsBytes<T>(y));

    /// <summary>Every fifth element is 0 and every seventh -0.</summary>
    private static T[] WithZeros(int length, uint key)
    {
        T[] x = Draws.Normal<T>(length, key);
        for (int i = 0; i < length; i++)
            x[i] = i % 5 == 0 ? T.Zero : i % 7 == 0 ? -T.Zero : x[i];
        return x;
    }

    private static T[] Symmetric(int n)
    {
        T[] c = Draws.Normal<T>(n * n, 41);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++)
                c[(j * n) + i] = c[(i * n) + j];
        }

        return c;
    }

    [Fact]
    public void Matrix_vector_equals_the_product_with_one_column()
    {
        foreach (bool transpose in new[] { false, true })
        {
            (int, int, double)[] cases = [(0, 3, 0.5), (3, 0, 0.5), (1, 1, 0), (3, 5, 0), (5, 3, 1), (17, 33, -0.5), (64, 100, 0), (101, 7, 2)];
            foreach ((int m, int n, double beta) in cases)
            {
                T[] a = Draws.Normal<T>(m * n, 30), x = Draws.Normal<T>(transpose ? m : n, 31), y = Draws.Normal<T>(transpose ? n : m, 32), before = [.. y];
                Gemm.MultiplyVector<T>(transpose, m, n, T.CreateTruncating(0.5), a, x, T.CreateTruncating(beta), y);
                for (int i = 0; i < y.Length; i++)
                {
                    double sum = 0, magnitude = 0;
                    for (int j = 0; j < x.Length; j++)
                    {
                        double term = 0.5 * double.CreateTruncating(transpose ? a[(j * n) + i] : a[(i * n) + j]) * double.CreateTruncating(x[j]);
                        sum += term;
                        magnitude += Math.Abs(term);
                    }

                    double old = beta * double.CreateTruncating(before[i]);
                    Assert.InRange(double.CreateTruncating(y[i]) - sum - old, -Bound(magnitude, old), Bound(magnitude, old));
                }

                double Bound(double magnitude, double old) => (x.Length + 3) * Epsilon * (magnitude + Math.Abs(old));
            }
        }
    }

    [Fact]
    public void Wrong_shapes_and_shared_memory_are_refused()
    {
        var memory = new T[100];
        string message = Assert.Throws<ArgumentException>(() =>
            Gemm.Multiply<T>(true, false, 3, 4, 5, T.One, memory.AsSpan(0, 14), new T[20], T.Zero, new T[12])).Message;
        Assert.Contains("k x m = 5 x 3", message, StringComparison.Ordinal);
        Assert.Contains("14", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Gemm.Multiply<T>(false, false, 3, 4, 5, T.One, memory.AsSpan(0, 15), new T[20], T.Zero, memory.AsSpan(10, 12)));
        Assert.Throws<ArgumentException>(() => Gemm.Multiply<T>(false, false, 3, 4, 5, T.One, new T[15], memory.AsSpan(0, 20), T.Zero, memory.AsSpan(10, 12)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Gemm.Multiply<T>(false, false, -1, 4, 5, T.One, [], new T[20], T.Zero, []));
        message = Assert.Throws<ArgumentException>(() => Gemm.MultiplySelf<T>(true, 3, 5, T.One, memory.AsSpan(0, 14), T.Zero, new T[9])).Message;
        Assert.Contains("k x m = 5 x 3", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Gemm.MultiplySelf<T>(false, 3, 5, T.One, memory.AsSpan(0, 15), T.Zero, memory.AsSpan(14, 9)));
        Assert.Throws<ArgumentException>(() => Gemm.MultiplySelf<T>(false, 3, 5, T.One, new T[15], T.Zero, new T[8]));
        Assert.Throws<ArgumentException>(() => Gemm.MultiplyBeside<T>(3, 5, 2, T.One, new T[6], new T[10], T.One, new T[14], T.Zero, new T[15]));
        Assert.Throws<ArgumentException>(() => Gemm.MultiplyBeside<T>(3, 5, 2, T.One, new T[6], new T[10], T.One, memory.AsSpan(0, 15), T.Zero, memory.AsSpan(10, 15)));
        Assert.Throws<ArgumentException>(() => Gemm.MultiplyBeside<T>(3, 5, 2, T.One, memory.AsSpan(0, 6), new T[10], T.One, new T[15], T.Zero, memory.AsSpan(5, 15)));
        Assert.Throws<ArgumentException>(() => Gemm.MultiplyBeside<T>(3, 5, 2, T.One, new T[6], memory.AsSpan(0, 10), T.One, new T[15], T.Zero, memory.AsSpan(9, 15)));
        Assert.Throws<ArgumentException>(() => Gemm.MultiplyVector<T>(false, 3, 4, T.One, new T[12], new T[3], T.Zero, new T[3]));
    }
}

public sealed class GemmSingleTests : GemmContract<float>
{
    protected override double Epsilon => Math.ScaleB(1, -24);
}

public sealed class GemmDoubleTests : GemmContract<double>
{
    // The oracle sums in double too: both sides have the error.
    protected override double Epsilon => 2 * Math.ScaleB(1, -53);
}
