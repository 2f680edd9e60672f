using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.Objectives;

namespace MetaMirror.Tests.Objectives;

public sealed class LogisticPassTests
{
    /// <summary>Exponential, logarithm (2 units in the last place each, as the library states), and six operations in between.</summary>
    private const double Tolerance = 12 * 1.2e-16;

    [Fact]
    public void One_score_has_the_digits_of_the_scalar_formula()
    {
        for (double z = 1e-320; z < 1e5; z *= 1.37)
        {
            foreach ((double score, int label) in new[] { (z, 0), (z, 1), (-z, 0), (-z, 1) })
            {
                double s = label == 1 ? -score : score;
                double[] a = [score], h = [score];
                double loss = LogisticPass.Value(a, [label], 0.5, a);
                LogisticPass.Curvature(h, 2, h);
                Near(Softplus(s), loss, score);
                Near((label == 1 ? -0.5 : 0.5) * Sigmoid(s), a[0], score);
                Near(2 * Sigmoid(s) * Sigmoid(-s), h[0], score);
            }
        }
    }

    [Fact]
    public void Every_length_is_the_sum_of_its_scores()
    {
        RandomStream stream = new(new StreamKey(5, 0, 0, StreamPurpose.Test, 77));
        for (int n = 0; n <= 600; n += n < 260 ? 1 : 113)
        {
            var z = new double[n];
            stream.FillNormal<double>(z);
            int[] labels = [.. Enumerable.Range(0, n).Select(i => i * 7 % 3 == 0 ? 1 : 0)];
            double[] a = new double[n + 3], h = new double[n + 3];
            double loss = LogisticPass.Value(z, labels, 1, a.AsSpan(0, n)), expected = 0;
            LogisticPass.Curvature(z, 1, h.AsSpan(0, n));
            for (int i = 0; i < n; i++)
            {
                double s = labels[i] == 1 ? -z[i] : z[i];
                expected += Softplus(s);
                Near((labels[i] == 1 ? -1 : 1) * Sigmoid(s), a[i], z[i]);
                Near(Sigmoid(s) * Sigmoid(-s), h[i], z[i]);
            }

            Assert.InRange(loss, expected * (1 - (n * Tolerance)), expected * (1 + (n * Tolerance)));
            Assert.Equal([0, 0, 0, 0, 0, 0], (double[])[.. a[n..], .. h[n..]]);
            float[] single = [.. z.Select(x => (float)x)], aSingle = new float[n];
            double lossSingle = LogisticPass.Value(single, labels, 1, aSingle);
            Assert.Equal(LogisticPass.Value([.. single.Select(x => (double)x)], labels, 1, a.AsSpan(0, n)), lossSingle);
            Assert.Equal(a[..n].Select(x => (float)x), aSingle);
        }
    }

    [Fact]
    public void Scores_that_are_not_finite_show()
    {
        double[] a = new double[5];
        Assert.Equal(double.PositiveInfinity, LogisticPass.Value([1, double.PositiveInfinity, 2, 3, 4], [0, 0, 1, 1, 0], 1, a));
        Assert.Equal(1, a[1]);
        Assert.Equal(Math.Log(2), LogisticPass.Value([0, double.NegativeInfinity], [1, 0], 1, a.AsSpan(0, 2)), 15);
        Assert.Equal(0, a[1]);
        Assert.True(double.IsNaN(LogisticPass.Value([1, double.NaN], [0, 1], 1, a.AsSpan(0, 2))));
        Assert.True(double.IsNaN(a[1]));
    }

    /// <summary>log(1 + exp(s)) = max(s, 0) + log1p(exp(-|s|)); the rounding of u = 1 + x is undone by the factor x / (u - 1) (Kahan).</summary>
    private static double Softplus(double s)
    {
        double x = Math.Exp(-Math.Abs(s)), u = 1 + x;
        return Math.Max(s, 0) + (u == 1 ? x : Math.Log(u) * x / (u - 1));
    }

    private static double Sigmoid(double s)
    {
        double e = Math.Exp(-Math.Abs(s));
        return (s >= 0 ? 1 : e) / (1 + e);
    }

    private static void Near(double expected, double found, double at) =>
        Assert.True(Math.Abs(expected - found) <= (Tolerance * Math.Abs(expected)) + (4 * double.Epsilon), FormattableString.Invariant($"at {at:g17}: expected {expected:g17}, found {found:g17}"));
}
