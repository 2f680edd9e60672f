using System.Numerics;

namespace MetaMirror.Numerics.Tests.Products;

public abstract class SparseGemmContract<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>A share above 1: zeros are skipped however few there are.</summary>
    private const double Always = 2;

    private static readonly (int M, int N, int K)[] Shapes =
    [
        (0, 64, 9), (9, 0, 9), (9, 64, 0), (1, 100, 30), (7, 64, 8), (8, 25, 8), (8, 49, 9), (9, 64, 17), (16, 65, 63), (33, 100, 28), (12, 113, 192), (40, 128, 193),
        (31, 177, 64), (65, 144, 130), (8, 257, 385), (530, 70, 20), (100, 50, 300), (520, 66, 400), (9, 70, 801), (20, 130, 1605), (520, 64, 850),
    ];

    public static TheoryData<double> Densities => new(0, 0.1, 0.5, 1);

    [Theory]
    [MemberData(nameof(Densities))]
    public void Products_are_those_of_the_dense_product_up_to_the_order_of_sums_and_have_the_same_bits_with_any_number_of_threads(double density)
    {
        var team = new WorkerTeam(3);
        foreach ((int m, int n, int k) in Shapes)
        {
            foreach ((double alpha, double beta) in new[] { (1, 0), (1, 1), (-0.5, 0.25) })
            {
                T[] a = Sparse(m * k, density, 41), b = Draws.Normal<T>(k * n, 42), c = Draws.Normal<T>(m * n, 43);
                for (int transposes = 0; transposes < 4; transposes++)
                {
                    bool transposeA = (transposes & 1) != 0, transposeB = (transposes & 2) != 0;
                    T[] alone = [.. c], together = [.. c], chosen = [.. c];
                    (T x, T y) = (T.CreateTruncating(alpha), T.CreateTruncating(beta));
                    Gemm.MultiplySparse<T>(Always, null, transposeA, transposeB, m, n, k, x, a, b, y, alone);
                    Gemm.MultiplySparse<T>(Always, team, transposeA, transposeB, m, n, k, x, a, b, y, together);
                    Gemm.MultiplySparse<T>(team, transposeA, transposeB, m, n, k, x, a, b, y, chosen);
                    Assert.True(alone.AsSpan().SequenceEqual(together), $"team: {Case()}");
                    AssertNearDense(transposeA, transposeB, m, n, k, x, a, b, y, c, Case(), alone, chosen);
                    string Case() => FormattableString.Invariant($"{m}x{n}x{k} {transposeA} {transposeB} ({alpha}, {beta})");
                }
            }
        }
    }

    [Fact]
    public void Products_are_those_of_the_dense_product_for_every_number_of_columns_of_rows_and_every_inner_length()
    {
        for (int length = 1; length <= 256; length++)
        {
            T[] a = Sparse(9 * 20, 0.5, 44), b = Draws.Normal<T>(20 * length, 45), skipped = new T[9 * length];
            Gemm.MultiplySparse<T>(Always, null, false, false, 9, length, 20, T.One, a, b, T.Zero, skipped);
            AssertNearDense(false, false, 9, length, 20, T.One, a, b, T.Zero, new T[9 * length], $"{length} columns", skipped);

            T[] deep = Sparse(9 * length, 0.5, 46), wide = Draws.Normal<T>(length * 64, 47), skippedDeep = new T[9 * 64];
            Gemm.MultiplySparse<T>(Always, null, true, true, 9, 64, length, T.One, deep, wide, T.Zero, skippedDeep);
            AssertNearDense(true, true, 9, 64, length, T.One, deep, wide, T.Zero, new T[9 * 64], $"inner length {length}", skippedDeep);

            T[] tall = Sparse(length * 20, 0.5, 54), panel = Draws.Normal<T>(20 * 80, 55), skippedTall = new T[length * 80];
            Gemm.MultiplySparse<T>(Always, null, false, false, length, 80, 20, T.One, tall, panel, T.Zero, skippedTall);
            AssertNearDense(false, false, length, 80, 20, T.One, tall, panel, T.Zero, new T[length * 80], $"{length} rows", skippedTall);
        }
    }

    [Fact]
    public void Every_pattern_of_four_rows_is_found()
    {
        // Row r has an element at p where bit r of p is set; the sums of whole numbers are exact.
        const int M = 8, N = 64, K = 16;
        T[] a = new T[M * K], b = new T[K * N], c = new T[M * N];
        for (int p = 0; p < K; p++)
        {
            for (int i = 0; i < M; i++)
                a[(i * K) + p] = (p >> (i % 4) & 1) == 0 ? T.Zero : T.CreateTruncating(i + 1);
            b.AsSpan(p * N, N).Fill(T.CreateTruncating(1 << p));
        }

        Gemm.MultiplySparse<T>(Always, null, false, false, M, N, K, T.One, a, b, T.Zero, c);
        for (int i = 0; i < M; i++)
        {
            int sum = Enumerable.Range(0, K).Where(p => (p >> (i % 4) & 1) != 0).Sum(p => 1 << p);
            for (int j = 0; j < N; j++)
                Assert.Equal(T.CreateTruncating((i + 1) * sum), c[(i * N) + j]);
        }
    }

    [Fact]
    public void Whole_numbers_are_exact()
    {
        // A scalar loop as oracle: sums of small whole numbers do not round.
        const int M = 21, N = 90, K = 77;
        T[] a = [.. Sparse(M * K, 0.4, 48).Select(e => T.Round(e * T.CreateTruncating(4)))], b = [.. Draws.Normal<T>(K * N, 49).Select(e => T.Round(e * T.CreateTruncating(4)))];
        var c = new T[M * N];
        Gemm.MultiplySparse<T>(null, false, false, M, N, K, T.One, a, b, T.Zero, c);
        for (int i = 0; i < M; i++)
        {
            for (int j = 0; j < N; j++)
            {
                T sum = T.Zero;
                for (int p = 0; p < K; p++)
                    sum += a[(i * K) + p] * b[(p * N) + j];
                Assert.Equal(sum, c[(i * N) + j]);
            }
        }
    }

    [Fact]
    public void Not_a_number_in_A_is_an_element_and_a_zero_of_A_leaves_out_its_row_of_B()
    {
        const int M = 10, N = 70, K = 30;
        T[] a = Sparse(M * K, 0.3, 50), b = Draws.Normal<T>(K * N, 51), c = new T[M * N];
        for (int i = 0; i < M; i++)
            a[(i * K) + 11] = i % 2 == 0 ? T.Zero : T.NegativeZero;
        b[(11 * N) + 3] = T.PositiveInfinity;
        b[(11 * N) + 4] = T.NaN;
        a[(4 * K) + 7] = T.NaN;
        a[(5 * K) + 7] = T.PositiveInfinity;
        Gemm.MultiplySparse<T>(null, false, false, M, N, K, T.One, a, b, T.Zero, c);
        for (int i = 0; i < M * N; i++)
            Assert.Equal(i / N is not (4 or 5), T.IsFinite(c[i]));
    }

    [Fact]
    public void Beta_zero_does_not_read_C_and_others_do_not_write_behind_it()
    {
        const int M = 12, N = 75, K = 200;
        T[] c = [.. Enumerable.Repeat(T.NaN, M * N), .. Enumerable.Repeat(T.One, 64)];
        Gemm.MultiplySparse<T>(null, true, true, M, N, K, T.One, Sparse(M * K, 0.5, 52), Draws.Normal<T>(K * N, 53), T.Zero, c.AsSpan(0, M * N));
        Assert.True(Vectors.AllFinite<T>(c));
        Assert.All(c[(M * N)..], e => Assert.Equal(T.One, e));
        Assert.Throws<ArgumentException>(() => Gemm.MultiplySparse<T>(null, false, false, M, N, K, T.One, new T[5], new T[K * N], T.Zero, new T[M * N]));
    }

    /// <summary>
    /// Any two orders of a sum of k products differ by at most 2 γ(k) times the sum of their absolute values (Higham 2002, section 3.1); scaling by α and adding β C rounds
    /// three times more.
    /// </summary>
    private static void AssertNearDense(bool transposeA, bool transposeB, int m, int n, int k, T alpha, T[] a, T[] b, T beta, T[] c, string what, params T[][] found)
    {
        const int Scaling = 3;
        T[] dense = [.. c], sizes = [.. c.Select(T.Abs)];
        Gemm.Multiply<T>(transposeA, transposeB, m, n, k, alpha, a, b, beta, dense);
        Gemm.Multiply<T>(transposeA, transposeB, m, n, k, T.Abs(alpha), [.. a.Select(T.Abs)], [.. b.Select(T.Abs)], T.Abs(beta), sizes);
        T roundings = T.CreateTruncating(k + Scaling) * (T.BitIncrement(T.One) - T.One) / T.CreateTruncating(2), gamma = roundings / (T.One - roundings);
        T bound = (gamma + gamma) * (T.One + gamma);
        foreach (T[] x in found)
        {
            for (int i = 0; i < m * n; i++)
            {
                if (!(T.Abs(x[i] - dense[i]) <= bound * sizes[i]))
                    Assert.Fail($"{what}, element {i}: expected {dense[i]}, found {x[i]}");
            }
        }
    }

    /// <summary>Normal numbers, a share of them kept.</summary>
    private static T[] Sparse(int n, double density, uint task)
    {
        T[] x = Draws.Normal<T>(n, task);
        RandomStream stream = Draws.Stream(task + 1000);
        for (int i = 0; i < n; i++)
            x[i] = stream.NextDouble() < density ? x[i] : T.Zero;
        return x;
    }
}

public sealed class SparseGemmSingleTests : SparseGemmContract<float>;

public sealed class SparseGemmDoubleTests : SparseGemmContract<double>;
