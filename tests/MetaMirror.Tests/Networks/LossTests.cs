using System.Numerics;
using MetaMirror.Networks;

namespace MetaMirror.Tests.Networks;

/// <summary>Losses at extreme scores: finite and right; derivatives are checked through the networks.</summary>
public sealed class LossTests
{
    [Fact]
    public void Softmax_at_extreme_scores()
    {
        Check<float>();
        Check<double>();

        static void Check<T>()
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            Row<T>([1e4, -1e4, 0], 0, 0, [0, 0, 0]);
            Row<T>([1e4, -1e4, 0], 1, 2e4, [1, -1, 0]);
            Row<T>([1e4, 1e4, -1e4], 0, Math.Log(2), [-0.5, 0.5, 0]);
            Row<T>([-1e4, -1e4, -1e4], 2, Math.Log(3), [1.0 / 3, 1.0 / 3, -2.0 / 3]);
        }
    }

    [Fact]
    public void Binary_at_extreme_scores()
    {
        Check<float>();
        Check<double>();

        static void Check<T>()
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            foreach ((double z, int y, double loss, double slope) in new[] { (1e4, 1, 0, 0), (1e4, 0, 1e4, 1), (-1e4, 1, 1e4, -1), (-1e4, 0, 0.0, 0.0), (0.0, 1, Math.Log(2), -0.5) })
            {
                T[] a = new T[1];
                Assert.Equal(loss, new BinaryCrossEntropy().Value(new LossValues<T>(1, new T[] { T.CreateChecked(z) }, [y], []), T.One, a), 1e-15 * Math.Max(1, loss));
                Assert.Equal(slope, double.CreateChecked(a[0]));
            }
        }
    }

    [Fact]
    public void Binary_loss_keeps_its_relative_accuracy_where_it_is_tiny()
    {
        double[] a = new double[1], da = new double[1];
        var loss = new BinaryCrossEntropy();
        var v = new LossValues<double>(1, [40.0], [1], []);

        // log(1 + e^-40) = e^-40 - e^-80 / 2 + ..., and both derivatives are +-e^-40 to first order.
        Assert.Equal(1, loss.Value(v, 1.0, a) / Math.Exp(-40), 1e-14);
        loss.Tangent(v, 1.0, a, [1.0], da);
        Assert.Equal(-1, a[0] / Math.Exp(-40), 1e-14);
        Assert.Equal(1, da[0] / Math.Exp(-40), 1e-14);
    }

    [Fact]
    public void Mean_squared_error_is_the_mean_over_all_entries()
    {
        double[] a = new double[4], da = new double[4];
        var loss = new MeanSquaredError();
        var v = new LossValues<double>(2, [1.0, 2, 3, 4], [], [0.0, 0, 0, 0]);
        Assert.Equal(7.5, loss.Value(v, 0.5, a) / 2);
        Assert.Equal([0.5, 1, 1.5, 2], a);
        loss.Tangent(v, 0.5, a, [1.0, 0, 0, -1], da);
        Assert.Equal([0.5, 0, 0, -0.5], da);
        Assert.Equal(-1, loss.CountRight(v));
    }

    [Fact]
    public void Right_answers_are_counted()
    {
        Assert.Equal(2, new SoftmaxCrossEntropy().CountRight(new LossValues<double>(3, [1.0, 2, 3, 3, 1, 2], [1, 0, 0], [])));
        Assert.Equal(2, new BinaryCrossEntropy().CountRight(new LossValues<double>(3, [1.0, 0, -1], [1, 0, 1], [])));
    }

    private static void Row<T>(double[] z, int label, double loss, double[] slope)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] scores = Array.ConvertAll(z, T.CreateChecked), a = new T[z.Length], da = new T[z.Length];
        var softmax = new SoftmaxCrossEntropy();
        var v = new LossValues<T>(1, scores, [label], []);
        double tolerance = typeof(T) == typeof(float) ? 1e-7 : 1e-15;
        Assert.Equal(loss, softmax.Value(v, T.One, a), tolerance * Math.Max(1, loss));
        Assert.Equal(slope, Array.ConvertAll(a, double.CreateChecked), (x, y) => Math.Abs(x - y) <= tolerance);
        softmax.Tangent(v, T.One, a, scores, da);
        Assert.All(da, x => Assert.True(T.IsFinite(x)));
    }
}
