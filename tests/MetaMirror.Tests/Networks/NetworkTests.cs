using MetaMirror.Datasets;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tests.Objectives;

namespace MetaMirror.Tests.Networks;

public sealed class NetworkTests
{
    [Fact]
    public void A_branch_belongs_to_its_network()
    {
        Network network = new NetworkBuilder(new FeatureShape(1, 4, 4)).Residual(b => b.Conv2d(1, 3, padding: 1).Unused("extra", 5)).Linear(3).Build();
        Assert.Equal(["0.body.0.weight", "0.body.0.bias", "1.weight", "1.bias", "extra"], network.Layout.Blocks.Select(b => b.Name));
        Assert.Equal(4, new NetworkBuilder().Residual(b => b.Linear(4, 4)).Build().Input.Size);
        Assert.Contains("branch", Assert.Throws<InvalidOperationException>(() => new NetworkBuilder().Residual(b => b.Linear(4, 4).Build())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_and_shapes_are_those_of_a_PyTorch_Sequential()
    {
        Network network = new NetworkBuilder().Linear(784, 100).ReLU().Linear(100, 10).Build();
        Assert.Equal("0.weight [100x784] + 0.bias [100] + 2.weight [10x100] + 2.bias [10]", network.Layout.ToString());
        Assert.True(network.Layout.Matches(Network.Mlp(784, 100, 10).Layout));
        Assert.Equal("Linear(784, 100) - ReLU - Linear(100, 10)", network.ToString());
    }

    [Fact]
    public void A_layer_used_twice_has_its_parameters_once_and_unused_tensors_come_last()
    {
        Assert.Equal("0.weight [6x6] + 0.bias [6] + 3.weight [3x6] + 3.bias [3] + unused [3]", ObjectiveCases.Shared().Layout.ToString());
    }

    [Fact]
    public void Without_parameters_it_is_refused()
    {
        Assert.Equal("The network has no parameters.", Assert.Throws<ArgumentException>(() => new NetworkBuilder().Build()).Message);
        Assert.Throws<ArgumentException>(() => new NetworkBuilder(new FeatureShape(4)).ReLU().Tanh().Build());
        Assert.Throws<ArgumentException>(() => Network.Mlp(4));
    }

    [Fact]
    public void Layers_that_do_not_fit_are_named()
    {
        var error = Assert.Throws<ArgumentException>(() => new NetworkBuilder().Linear(4, 3).ReLU().Linear(5, 2).Build());
        Assert.Contains("Layer 2: Linear(5, 2) takes 5 inputs, but gets 3", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Linear(0, 3));
    }

    [Fact]
    public void Initial_weights_are_uniform_within_one_over_root_fan_in_and_shared_ones_drawn_once()
    {
        Network network = Network.Mlp(64, 32, 10);
        var theta = new double[network.Layout.Length];
        var stream = new RandomStream(new StreamKey(1, 0, 0, StreamPurpose.InitialPoint, 0));
        network.Initialize(ref stream, theta.AsSpan());
        foreach (ParameterBlock block in network.Layout.Blocks)
        {
            double bound = 1 / Math.Sqrt(block.Name[0] == '0' ? 64 : 32);
            double[] values = theta[block.Offset..(block.Offset + block.Length)];
            Assert.All(values, w => Assert.InRange(w, -bound, bound));
            Assert.InRange(values.Max(), bound * (1 - (6.0 / block.Length)), bound);
            Assert.InRange(values.Min(), -bound, -bound * (1 - (6.0 / block.Length)));
        }

        // The stream gives tensors in order: another stream drawn by hand agrees.
        var again = new RandomStream(new StreamKey(1, 0, 0, StreamPurpose.InitialPoint, 0));
        Assert.Equal((((2 * again.NextDouble()) - 1) / 8), theta[0], 1e-15);

        Network shared = ObjectiveCases.Shared();
        var w = new float[shared.Layout.Length];
        var one = new RandomStream(new StreamKey(1, 0, 0, StreamPurpose.InitialPoint, 0));
        shared.Initialize(ref one, w.AsSpan());
        var two = new RandomStream(new StreamKey(1, 0, 0, StreamPurpose.InitialPoint, 0));
        var linear = new float[42];
        new Linear(6, 6).Initialize(ref two, linear.AsSpan());
        Assert.Equal(linear, w[..42]);
        Assert.Equal([0f, 0f, 0f], w[^3..]);
    }

    [Fact]
    public void Data_that_does_not_fit_is_refused()
    {
        Network network = Network.Mlp(6, 3);
        Refused("takes 6 inputs", () => new NetworkObjective<double>(network, Draws.Classification<double>(5, 7, 3)));
        Refused("needs 3 classes", () => new NetworkObjective<double>(network, Draws.Classification<double>(5, 6, 4)));
        Refused("needs 3 real targets", () => new NetworkObjective<double>(network, Draws.Regression<double>(5, 6, 2)));
        Refused("2 classes", () => new NetworkObjective<double>(network, Draws.Classification<double>(5, 6, 3), loss: new BinaryCrossEntropy()));
        Refused("has no examples", () => new NetworkObjective<double>(network, Draws.Classification<double>(5, 6, 3).Slice(0, 0)));
        Refused("drawn from 4 examples", () => new NetworkObjective<double>(network, Draws.Classification<double>(5, 6, 3), new Minibatches(4, 2)));
        Refused("NaN at example 1, column 2", () => Dataset<double>.Classification("bad", new[] { 0, 0, 0, 0, 0, double.NaN }, 3, new[] { 0, 1 }, 2));

        static void Refused(string text, Func<object> make) => Assert.Contains(text, Assert.ThrowsAny<ArgumentException>(make).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Spans_that_are_too_short_are_refused()
    {
        Network network = Network.Mlp(6, 3);
        int n = network.Layout.Length;
        var objective = new NetworkObjective<double>(network, Draws.Classification<double>(5, 6, 3));
        var theta = new double[n];
        objective.Evaluate(theta, [], BatchKey.Full, new double[n]);
        Refused("Expected 42 numbers or more for 2 tangents, but found 41.", () => objective.HessianVectorProducts(theta, [], BatchKey.Full, 2, new double[(2 * n) - 1], new double[2 * n]));
        Refused("Expected 42 numbers or more for 2 products, but found 21.", () => objective.HessianVectorProducts(theta, [], BatchKey.Full, 2, new double[2 * n], new double[n]));
        int kept = objective.EvaluationLength(fullBatch: true);
        Refused($"Expected {kept} numbers or more for an evaluation, but found {kept - 1}.", () => objective.KeepEvaluation(new double[kept - 1]));
        Refused("Expected 1 numbers or more for an evaluation, but found 0.", () => objective.RecallEvaluation(theta, BatchKey.Full, []));

        // What was not taken back whole is not taken for an evaluation.
        double[] whole = new double[kept], gradient = new double[n], again = new double[n], elsewhere = Draws.Normal<double>(n, 66);
        objective.Evaluate(elsewhere, [], BatchKey.Full, new double[n]);
        int length = objective.KeepEvaluation(whole);
        objective.Evaluate(theta, [], BatchKey.Full, gradient);
        Refused("packed numbers", () => objective.RecallEvaluation(elsewhere, BatchKey.Full, whole.AsSpan(0, length - 1)));
        objective.Evaluate(theta, [], BatchKey.Full, again);
        Assert.Equal(gradient, again);

        static void Refused(string text, Action use) => Assert.Contains(text, Assert.Throws<ArgumentException>(use).Message, StringComparison.Ordinal);
    }
}
