namespace MetaMirror.Numerics.Tests.Symmetric;

public sealed class TriangularTests
{
    public static TheoryData<int, int> Shapes
    {
        get
        {
            // Around the order of the smallest triangle and of the halves, one column and several panels.
            var data = new TheoryData<int, int>();
            foreach (int n in new[] { 1, 2, 15, 16, 17, 32, 33, 47, 64, 100 })
            {
                foreach (int k in new[] { 1, 2, 7, 40 })
                    data.Add(n, k);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Solves_give_back_what_was_multiplied(int n, int k)
    {
        double[] l = Lower<double>(n), x = Draws.Normal<double>(n * k, 41), b = new double[n * k];
        foreach (bool transpose in new[] { false, true })
        {
            Gemm.Multiply<double>(transpose, false, n, k, n, 1, Cleared(l, n), x, 0, b);
            Triangular.Solve(transpose, n, k, Scribbled(l, n), b);

            // (Higham 8.5): n u times a condition of at most some 30 for these triangles.
            Draws.AssertClose(x, b, 30 * n * 1.1e-16 * 4);
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Single_precision_agrees_with_double(int n, int k)
    {
        float[] l = Lower<float>(n), x = Draws.Normal<float>(n * k, 42);
        double[] wide = [.. l.Select(v => (double)v)], expected = [.. x.Select(v => (double)v)];
        Triangular.Solve(false, n, k, wide, expected);
        Triangular.Solve(false, n, k, l, x);
        Draws.AssertClose(expected, [.. x.Select(v => (double)v)], 30 * n * 6e-8 * 4);
    }

    [Fact]
    public void Wrong_shapes_and_shared_memory_are_refused()
    {
        double[] shared = new double[8];
        Assert.Throws<ArgumentException>(() => Triangular.Solve<double>(false, 2, 2, new double[3], new double[4]));
        Assert.Throws<ArgumentException>(() => Triangular.Solve<double>(false, 2, 2, new double[4], new double[5]));
        Assert.Throws<ArgumentException>(() => Triangular.Solve<double>(false, 2, 2, shared.AsSpan(0, 4), shared.AsSpan(2, 4)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Triangular.Solve<double>(false, -1, 2, [], []));
        Triangular.Solve<double>(true, 0, 3, [], []);
    }

    [Fact]
    public void A_zero_on_the_diagonal_gives_no_finite_result()
    {
        double[] x = [1, 1];
        Triangular.Solve<double>(false, 2, 1, [1, 0, 1, 0], x);
        Assert.False(double.IsFinite(x[1]) && double.IsFinite(x[0]));
    }

    /// <summary>Diagonal 1 to 2, rows below it of norm under one half.</summary>
    private static T[] Lower<T>(int n)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        T[] l = Draws.Normal<T>(n * n, 43);
        T scale = T.CreateChecked(.3 / Math.Sqrt(n));
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
                l[(i * n) + j] = i == j ? T.One + T.CreateChecked(i / (double)n) : l[(i * n) + j] * scale;
        }

        return l;
    }

    private static double[] Cleared(double[] l, int n) => [.. l.Select((v, p) => p % n > p / n ? 0 : v)];

    /// <summary>Above the diagonal nothing is read.</summary>
    private static double[] Scribbled(double[] l, int n) => [.. l.Select((v, p) => p % n > p / n ? double.NaN : v)];
}
