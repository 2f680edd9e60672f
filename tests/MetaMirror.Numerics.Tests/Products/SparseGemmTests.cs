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
    public void Bits_are_those_of_the_dense_product(double density)
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
                    T[] dense = [.. c], alone = [.. c], together = [.. c], chosen = [.. c];
                    (T x, T y) = (T.CreateTruncating(alpha), T.CreateTruncating(beta));
                    Gemm.Multiply<T>(transposeA, transposeB, m, n, k, x, a, b, y, dense);
                    Gemm.MultiplySparse<T>(Always, null, transposeA, transposeB, m, n, k, x, a, b, y, alone);
                    Gemm.MultiplySparse<T>(Always, team, transposeA, transposeB, m, n, k, x, a, b, y, together);
                    Gemm.MultiplySparse<T>(team, transposeA, transposeB, m, n, k, x, a, b, y, chosen);
                    Assert.True(dense.AsSpan().SequenceEqual(alone), $"alone: {Case()}");
                    Assert.True(dense.AsSpan().SequenceEqual(together), $"team: {Case()}");
                    Assert.True(dense.AsSpan().SequenceEqual(chosen), $"chosen: {Case()}");
                    string Case() => FormattableString.Invariant($"{m}x{n}x{k} {transposeA} {transposeB} ({alpha}, {beta})");
                }
            }
        }
    }

    [Fact]
    public void Bits_are_those_of_the_dense_product_for_every_number_of_columns_and_every_inner_length()
    {
        for (int length = 1; length <= 256; length++)
        {
            T[] a = Sparse(9 * 20, 0.5, 44), b = Draws.Normal<T>(20 * length, 45), dense = new T[9 * length], skipped = new T[9 * length];
            Gemm.Multiply<T>(false, false, 9, length, 20, T.One, a, b, T.Zero, dense);
            Gemm.MultiplySparse<T>(Always, null, false, false, 9, length, 20, T.One, a, b, T.Zero, skipped);
            Assert.Equal(dense, skipped);

            T[] deep = Sparse(9 * length, 0.5, 46), wide = Draws.Normal<T>(length * 64, 47), denseDeep = new T[9 * 64], skippedDeep = new T[9 * 64];
            Gemm.Multiply<T>(true, true, 9, 64, length, T.One, deep, wide, T.Zero, denseDeep);
            Gemm.MultiplySparse<T>(Always, null, true, true, 9, 64, length, T.One, deep, wide, T.Zero, skippedDeep);
            Assert.Equal(denseDeep, skippedDeep);
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
