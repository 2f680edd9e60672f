using MetaMirror.Experiments.Benchmarks;
using MetaMirror.Networks;

namespace MetaMirror.Experiments.Tests.Benchmarks;

public sealed class NetworkFlopsTests
{
    [Fact]
    public void A_perceptron_is_counted_by_hand()
    {
        const double first = 784 * 256, second = 256 * 128, third = 128 * 10;
        var flops = new NetworkFlops(Network.Mlp(784, 256, 128, 10), 128);
        Assert.Equal(256 * (first + second + third), flops.Value);
        Assert.Equal(256 * ((2 * first) + (3 * (second + third))), flops.Gradient);
        Assert.Equal(256 * ((2 * first) + (6 * (second + third))), flops.TangentsOfGradient);
        Assert.Equal(flops.Gradient + flops.TangentsOfGradient, flops.GradientAndProduct);
    }

    [Fact]
    public void Layers_before_the_first_weight_cost_nothing() => Assert.Equal(
        new NetworkFlops(new NetworkBuilder().Linear(5, 3).Build(), 7).Gradient,
        new NetworkFlops(new NetworkBuilder(new FeatureShape(5)).Tanh().Linear(5, 3).Build(), 7).Gradient);
}
