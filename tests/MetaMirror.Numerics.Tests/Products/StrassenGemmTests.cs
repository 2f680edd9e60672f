using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics.Tests.Products;

public sealed unsafe class StrassenGemmTests
{
    private static readonly (int M, int N, int K)[] Shapes = [(128, 128, 384), (144, 192, 386), (128, 256, 784), (256, 320, 1598)];

    /// <summary>The documented bound, relative to max|A| max|B|, for the unit roundoff u of float; adding beta C rounds once more.</summary>
    private static double Bound(int k)
    {
        const double UnitRoundoff = 1.0 / (1 << 24);
        double h = k / 2.0;
        return (((18 * h * h) + (89 * h)) * UnitRoundoff) + (UnitRoundoff * 10 * k);
    }

    [Fact]
    public void Error_stays_in_its_bound_against_sums_in_double_and_bits_do_not_depend_on_threads()
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            Assert.False(StrassenPlan.Fits<float>(128, 256, 784));
            return;
        }

        var team = new WorkerTeam(3);
        foreach ((int m, int n, int k) in Shapes)
        {
            Assert.True(StrassenPlan.Fits<float>(m, n, k));
            float[] a = Draws.Normal<float>(m * k, 61), b = Draws.Normal<float>(k * n, 62), c = Draws.Normal<float>(m * n, 63);
            foreach (bool transposeB in new[] { false, true })
            {
                foreach (float beta in new[] { 0f, 1f, -0.5f })
                {
                    float[] alone = [.. c], together = [.. c], chosen = [.. c];
                    fixed (float* pa = a, pb = b, px = alone, py = together)
                    {
                        Gemm.MultiplyFewer(null, transposeB, m, n, k, pa, pb, beta, px);
                        Gemm.MultiplyFewer(team, transposeB, m, n, k, pa, pb, beta, py);
                    }

                    Gemm.MultiplySparse<float>(team, false, transposeB, m, n, k, 1, a, b, beta, chosen);
                    Assert.Equal(alone, together);
                    Assert.Equal(alone, chosen);
                    AssertNear(transposeB, m, n, k, a, b, beta, c, alone);
                }
            }
        }
    }

    [Fact]
    public void Small_whole_numbers_are_exact()
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            Assert.False(StrassenPlan.Fits<float>(128, 128, 384));
            return;
        }

        const int M = 128, N = 128, K = 384;
        float[] a = [.. Draws.Normal<float>(M * K, 64).Select(x => MathF.Round(x))], b = [.. Draws.Normal<float>(K * N, 65).Select(x => MathF.Round(x))];
        float[] dense = new float[M * N], fewer = new float[M * N];
        Gemm.Multiply<float>(false, false, M, N, K, 1, a, b, 0, dense);
        fixed (float* pa = a, pb = b, pc = fewer)
            Gemm.MultiplyFewer(null, false, M, N, K, pa, pb, 0, pc);
        Assert.Equal(dense, fewer);
    }

    [Theory]
    [InlineData(128, 256, 785)]
    [InlineData(127, 256, 784)]
    [InlineData(128, 250, 784)]
    [InlineData(64, 256, 784)]
    [InlineData(128, 256, 2000)]
    public void Other_shapes_go_the_usual_way(int m, int n, int k)
    {
        Assert.False(StrassenPlan.Fits<float>(m, n, k));
        Assert.False(StrassenPlan.Fits<double>(128, 256, 784));
    }

    private static void AssertNear(bool transposeB, int m, int n, int k, float[] a, float[] b, float beta, float[] c, float[] found)
    {
        double[] exact = [.. c.Select(x => (double)x)];
        Gemm.Multiply<double>(false, transposeB, m, n, k, 1, [.. a.Select(x => (double)x)], [.. b.Select(x => (double)x)], beta, exact);
        double bound = Bound(k) * a.Max(MathF.Abs) * b.Max(MathF.Abs);
        double worst = exact.Zip(found, (x, y) => Math.Abs(x - y)).Max();
        Assert.True(worst <= bound, $"{m}x{n}x{k}: error {worst}, bound {bound}");
    }
}
