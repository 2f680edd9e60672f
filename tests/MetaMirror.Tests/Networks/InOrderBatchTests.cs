using MetaMirror.Datasets;
using MetaMirror.Networks;
using MetaMirror.Objectives;
using MetaMirror.Tests.Objectives;

namespace MetaMirror.Tests.Networks;

/// <summary>Batches used where they lie give the bits of the same examples gathered into a set of their own.</summary>
public sealed class InOrderBatchTests
{
    /// <summary>Batches of a size that starts rows anywhere against the vectors' alignment; 50 examples leave a remainder of 1.</summary>
    private const int Size = 7, Count = 50, Batches = 8;

    public static TheoryData<string> Kinds => ["classes", "targets", "coupled rows"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Gradients_products_and_recalls_have_the_bits_of_gathered_batches(string kind)
    {
        (Network network, Dataset<float> data) = Problem(kind);
        int n = network.Layout.Length;
        float[] theta = Draws.Normal<float>(n, 71), v = Draws.Normal<float>(2 * n, 72);
        float[] g = new float[n], hv = new float[2 * n], g2 = new float[n], hv2 = new float[2 * n];
        float[] state = new float[network.StateLayout.Length], state2 = new float[state.Length];
        NetworkObjective<float> objective = new(network, data, new Minibatches(Count, Size, BatchOrder.InOrder)), recalled = new(network, data, new Minibatches(Count, Size, BatchOrder.InOrder));
        float[] kept = new float[objective.EvaluationLength(fullBatch: false)];
        objective.InitializeState(state);
        objective.InitializeState(state2);
        for (int t = 0; t < 2 * Batches; t++)
        {
            var key = new BatchKey(1, (uint)t, 0, 0);
            int start = t % Batches * Size;
            var gathered = new NetworkObjective<float>(network, data.Select([.. Enumerable.Range(start, Math.Min(Size, Count - start))]));
            double loss = objective.Evaluate(theta, [], key, g);
            objective.KeepEvaluation(kept);
            objective.HessianVectorProducts(theta, [], key, 2, v, hv);
            Assert.Equal(gathered.Evaluate(theta, [], BatchKey.Full, g2), loss);
            gathered.HessianVectorProducts(theta, [], BatchKey.Full, 2, v, hv2);
            Assert.Equal(g2, g);
            Assert.Equal(hv2, hv);
            objective.AdvanceState(theta, key, state);
            gathered.AdvanceState(theta, BatchKey.Full, state2);
            Assert.Equal(state2, state);

            recalled.RecallEvaluation(theta, key, kept);
            Assert.Equal(loss, recalled.Evaluate(theta, [], key, g));
            recalled.HessianVectorProducts(theta, [], key, 2, v, hv);
            Assert.Equal(g2, g);
            Assert.Equal(hv2, hv);
        }

        // And the whole set after a batch, and a batch after the whole set.
        double whole = objective.Evaluate(theta, [], BatchKey.Full, g);
        Assert.Equal(new NetworkObjective<float>(network, data).Evaluate(theta, [], BatchKey.Full, g2), whole);
        Assert.Equal(g2, g);
        objective.Evaluate(theta, [], new BatchKey(1, 3, 0, 0), g);
        recalled.Evaluate(theta, [], new BatchKey(9, 3, 2, 5), g2);
        Assert.Equal(g2, g);
    }

    private static (Network Network, Dataset<float> Data) Problem(string kind) => kind switch
    {
        "classes" => (Network.Mlp(6, 8, 3), Draws.Classification<float>(Count, 6, 3)),
        "targets" => (Network.Mlp(new Tanh(), 5, 4, 2), Dataset<float>.Regression("t", Draws.Normal<float>(Count * 5, 73), 5, Draws.Normal<float>(Count * 2, 74), 2)),
        _ => (new NetworkBuilder(new FeatureShape(1, 4, 4)).Conv2d(3, 3).BatchNorm2d().ReLU().Flatten().Linear(3).Build(), Draws.Classification<float>(Count, 16, 3)),
    };
}
