using MetaMirror.Datasets;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tests.Objectives;

namespace MetaMirror.Tests.Networks;

/// <summary>Batches, blocks and reuse: whatever path a number takes, it is the same number.</summary>
public sealed class NetworkObjectiveTests
{
    private const double Rounding = 1e-13;
    private static readonly Network Mlp = Network.Mlp(6, 8, 3);

    [Fact]
    public void The_whole_set_is_the_weighted_mean_of_an_epoch()
    {
        // 600 rows: three blocks of the full pass, and nine batches of 64 with a remainder of 24.
        Dataset<double> data = Draws.Classification<double>(600, 6, 3);
        var objective = new NetworkObjective<double>(Mlp, data, new Minibatches(600, 64, BatchOrder.Epochs));
        int n = Mlp.Layout.Length;
        double[] theta = Draws.Normal<double>(n, 51), v = Draws.Normal<double>(n, 52);
        double[] g = new double[n], hv = new double[n], mean = new double[n], meanProduct = new double[n], part = new double[n];
        double loss = 0;
        for (int t = 0; t < 10; t++)
        {
            var key = new BatchKey(1, (uint)t, 0, 0);
            double weight = (t < 9 ? 64 : 24) / 600.0;
            loss += weight * objective.Evaluate(theta, [], key, part);
            Vectors.AddScaled<double>(weight, part, mean);
            objective.HessianVectorProducts(theta, [], key, 1, v, part);
            Vectors.AddScaled<double>(weight, part, meanProduct);
        }

        Assert.Equal(loss, objective.Evaluate(theta, [], BatchKey.Full, g), Rounding);
        objective.HessianVectorProducts(theta, [], BatchKey.Full, 1, v, hv);
        Assert.InRange(Draws.Distance(g, mean), 0, Rounding);
        Assert.InRange(Draws.Distance(hv, meanProduct), 0, 10 * Rounding);

        (double all, double? accuracy) = objective.EvaluateAll(theta);
        Assert.Equal(loss, all, Rounding);
        Assert.Equal(Right(data, theta), accuracy);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(600)]
    public void Products_after_a_gradient_have_the_bits_of_products_alone(int rows)
    {
        Dataset<float> data = Draws.Classification<float>(rows, 6, 3);
        int n = Mlp.Layout.Length;
        float[] theta = Draws.Normal<float>(n, 53), other = Draws.Normal<float>(n, 54), v = Draws.Normal<float>(2 * n, 55);
        BatchKey[] keys = [new(1, 0, 0, 0), new(1, 1, 0, 0), BatchKey.Full];
        foreach (BatchKey key in keys)
        {
            float[] alone = new float[2 * n], g = new float[n];
            Make().HessianVectorProducts(theta, [], key, 2, v, alone);
            NetworkObjective<float> objective = Make();

            void Same(params ReadOnlySpan<Action> before)
            {
                foreach (Action action in before)
                    action();
                float[] products = new float[2 * n];
                objective.HessianVectorProducts(theta, [], key, 2, v, products);
                Assert.Equal(alone, products);
            }

            Same(() => objective.Evaluate(theta, [], key, g));
            Same();
            Same(() => objective.Evaluate(theta, [], key, []));
            Same(() => objective.Evaluate(theta, [], key, g), () => objective.EvaluateAll(other));

            // What is held is of another point, or of another batch: it must not be used.
            Same(() => objective.Evaluate(other, [], key, g));
            Same(() => objective.Evaluate(theta, [], new BatchKey(2, 0, 0, 0), g));
            Same(() => objective.HessianVectorProducts(other, [], key, 1, v, g));
        }

        NetworkObjective<float> Make() => new(Mlp, data, new Minibatches(rows, 16));
    }

    [Fact]
    public void Without_batches_every_key_is_the_whole_set()
    {
        var objective = new NetworkObjective<double>(Mlp, Draws.Classification<double>(30, 6, 3));
        double[] theta = Draws.Normal<double>(Mlp.Layout.Length, 56);
        Assert.Equal(objective.Evaluate(theta, [], BatchKey.Full, []), objective.Evaluate(theta, [], new BatchKey(1, 2, 3, 4), []));
    }

    [Fact]
    public void A_batch_is_the_drawn_examples()
    {
        Dataset<double> data = Draws.Classification<double>(30, 6, 3);
        var batches = new Minibatches(30, 8);
        var key = new BatchKey(5, 6, 7, 8);
        double[] theta = Draws.Normal<double>(Mlp.Layout.Length, 57);
        double expected = new NetworkObjective<double>(Mlp, data.Select(batches.Draw(key))).Evaluate(theta, [], BatchKey.Full, []);
        Assert.Equal(expected, new NetworkObjective<double>(Mlp, data, batches).Evaluate(theta, [], key, []));
    }

    [Fact]
    public void One_linear_layer_is_softmax_regression()
    {
        Dataset<double> data = Draws.Classification<double>(30, 6, 3);
        Network network = Network.Mlp(6, 3);
        double[] theta = Draws.Normal<double>(network.Layout.Length, 58), v = Draws.Normal<double>(theta.Length, 59);
        double[] g = new double[theta.Length], h = new double[theta.Length], g2 = new double[theta.Length], h2 = new double[theta.Length];
        var net = new NetworkObjective<double>(network, data);
        var regression = new SoftmaxRegression<double>(data);
        Assert.Equal(regression.Evaluate(theta, [], BatchKey.Full, g2), net.Evaluate(theta, [], BatchKey.Full, g), Rounding);
        net.HessianVectorProducts(theta, [], BatchKey.Full, 1, v, h);
        regression.HessianVectorProducts(theta, [], BatchKey.Full, 1, v, h2);
        Assert.InRange(Draws.Distance(g, g2), 0, Rounding);
        Assert.InRange(Draws.Distance(h, h2), 0, Rounding);
    }

    [Fact]
    public void An_unused_parameter_has_zero_gradient_and_product()
    {
        Network network = ObjectiveCases.Shared();
        var objective = new NetworkObjective<double>(network, Draws.Classification<double>(30, 6, 3));
        double[] theta = Draws.Normal<double>(network.Layout.Length, 60), g = new double[theta.Length], h = new double[theta.Length];
        objective.Evaluate(theta, [], BatchKey.Full, g);
        objective.HessianVectorProducts(theta, [], BatchKey.Full, 1, theta, h);
        Assert.Equal([0.0, 0, 0], g[^3..]);
        Assert.Equal([0.0, 0, 0], h[^3..]);
        Assert.DoesNotContain(0.0, g[..^3]);
    }

    private static double Right(Dataset<double> data, double[] theta)
    {
        int right = 0;
        for (int i = 0; i < data.Count; i++)
        {
            var one = new NetworkEvaluation<double>(Mlp, data.Slice(i, 1));
            right += one.Measure(theta).Accuracy == 1 ? 1 : 0;
        }

        return (double)right / data.Count;
    }
}
