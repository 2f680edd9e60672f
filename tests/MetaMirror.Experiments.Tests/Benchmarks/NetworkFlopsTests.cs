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
        Assert.Equal(256 * ((3 * first) + (8 * (second + third))), flops.Product);
    }

    [Fact]
    public void A_kernel_is_counted_once_per_pixel()
    {
        const double first = 6 * 25 * 28 * 28, second = 16 * 6 * 25 * 10 * 10, rest = (400 * 120) + (120 * 84) + (84 * 10);
        var flops = new NetworkFlops(Network.LeNet5(), 128);
        Assert.Equal(256 * (first + second + rest), flops.Value);
        Assert.Equal(256 * ((2 * first) + (3 * (second + rest))), flops.Gradient);
    }

    [Fact]
    public void Branches_of_a_residual_network_all_count()
    {
        // Stem, then per stage of side s and c channels: four 3 x 3 kernels c -> c, less what the first saves by reading c/2 channels, plus the 1 x 1 shortcut.
        double products = 3 * 64 * 9 * 32 * 32;
        foreach ((int c, int s) in ((int, int)[])[(64, 32), (128, 16), (256, 8), (512, 4)])
            products += s * s * ((4.0 * 9 * c * c) - (c == 64 ? 0 : (9.0 * c * c / 2) - (c * c / 2)));
        Assert.Equal(2 * 32 * (products + (512 * 10)), new NetworkFlops(Network.ResNet18(), 32).Value);
    }

    [Fact]
    public void Layers_before_the_first_weight_cost_nothing() => Assert.Equal(
        new NetworkFlops(new NetworkBuilder().Linear(5, 3).Build(), 7).Gradient,
        new NetworkFlops(new NetworkBuilder(new FeatureShape(5)).Tanh().Linear(5, 3).Build(), 7).Gradient);
}
