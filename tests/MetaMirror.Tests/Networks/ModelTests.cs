using MetaMirror.Networks;
using MetaMirror.Numerics;

namespace MetaMirror.Tests.Networks;

/// <summary>Names, shapes and messages: the same tensors as in PyTorch, and mistakes found when a network is built.</summary>
public sealed class ModelTests
{
    [Fact]
    public void LeNet5()
    {
        Network network = Network.LeNet5();
        Assert.Equal(61_706, network.Layout.Length);
        Assert.Equal(
            "conv1.weight [6x1x5x5] + conv1.bias [6] + conv2.weight [16x6x5x5] + conv2.bias [16] + fc1.weight [120x400] + fc1.bias [120] + fc2.weight [84x120] + fc2.bias [84] + fc3.weight [10x84] + fc3.bias [10]",
            network.Layout.ToString());
        Assert.Equal(0, network.StateLayout.Length);
        Assert.Equal(new FeatureShape(3), Network.LeNet5(new FeatureShape(3, 32, 32), 3).Output);
        Assert.Contains("Layer conv2: Conv2d(6, 16, 5x5) takes inputs of at least 5x5 pixels, but gets 6x4x4", Error(() => Network.LeNet5(new FeatureShape(1, 8, 8))), StringComparison.Ordinal);
    }

    [Fact]
    public void ResNet18()
    {
        Network network = Network.ResNet18();
        Assert.Equal(11_173_962, network.Layout.Length);
        Assert.False(network.Nodes.Any(n => n.Length == 0 && n.StateLength > 0));
        string[] names = [.. network.Layout.Blocks.Select(b => b.Name)];
        Assert.Equal(62, names.Length);
        Assert.Equal(["conv1.weight", "bn1.weight", "bn1.bias", "layer1.0.conv1.weight", "layer1.0.bn1.weight", "layer1.0.bn1.bias", "layer1.0.conv2.weight"], names[..7]);
        Assert.Equal(
            [
                "layer2.0.conv1.weight", "layer2.0.bn1.weight", "layer2.0.bn1.bias", "layer2.0.conv2.weight", "layer2.0.bn2.weight", "layer2.0.bn2.bias",
                "layer2.0.downsample.0.weight", "layer2.0.downsample.1.weight", "layer2.0.downsample.1.bias", "layer2.1.conv1.weight",
            ],
            names[15..25]);
        Assert.Equal(["layer4.1.bn2.bias", "fc.weight", "fc.bias"], names[^3..]);
        Assert.Equal("layer4.0.downsample.0.weight [512x256x1x1]", network.Layout["layer4.0.downsample.0.weight"].ToString());
        Assert.Equal("fc.weight [10x512]", network.Layout["fc.weight"].ToString());

        // 20 normalizations of 4,800 channels together: mean and variance each, and a counter.
        Assert.Equal((2 * 4_800) + 20, network.StateLayout.Length);
        Assert.Equal(["bn1.running_mean", "bn1.running_var", "bn1.num_batches_tracked"], network.StateLayout.Blocks.Take(3).Select(b => b.Name));
        Assert.Equal("layer4.1.bn2.num_batches_tracked []", network.StateLayout.Blocks[^1].ToString());
        Assert.Equal(new FeatureShape(100), Network.ResNet18(new FeatureShape(1, 28, 28), 100).Output);
        Assert.True(network.CouplesRows);
    }

    [Theory]
    [InlineData("Conv2d(3, 8, 3x3)", "Conv2d(3, 8, 2x3, stride 2, padding 1)", "Conv2d(3, 8, 3x3, padding 1)")]
    public void Layers_say_what_they_are(string plain, string full, string padded)
    {
        Assert.Equal(plain, new Conv2d(3, 8, 3).ToString());
        Assert.Equal(full, new Conv2d(3, 8, 2, 3, 2, 1, false).ToString());
        Assert.Equal(padded, new Conv2d(3, 8, 3, padding: 1).ToString());
        (Layer Layer, string Text)[] others =
        [
            (new BatchNorm2d(64), "BatchNorm2d(64)"), (new MaxPool2d(2), "MaxPool2d(2)"), (new MaxPool2d(3, 2, 1), "MaxPool2d(3, stride 2, padding 1)"),
            (new AveragePool2d(2), "AveragePool2d(2)"), (new AveragePool2d(2, 1), "AveragePool2d(2, stride 1)"), (new GlobalAveragePool(), "GlobalAveragePool"),
            (new Flatten(), "Flatten"), (new Add(), "Add"), (new Linear(3, 4), "Linear(3, 4)"), (new ReLU(), "ReLU"), (new Tanh(), "Tanh"), (new Sigmoid(), "Sigmoid"),
        ];
        Assert.All(others, o => Assert.Equal(o.Text, o.Layer.ToString()));
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_named_with_the_layer()
    {
        NetworkBuilder Images() => new(new FeatureShape(3, 8, 8));
        Says("Layer 0: Conv2d(4, 8, 3x3) takes 4 channels, but gets 3, in 3x8x8", () => Images().Add(new Conv2d(4, 8, 3)).Build());
        Says("Layer stem: Conv2d(3, 8, 11x11, padding 1) takes inputs of at least 9x9 pixels, but gets 3x8x8", () => Images().Conv2d(8, 11, padding: 1, name: "stem").Build());
        Says("Layer 0: BatchNorm2d(5) takes 5 channels, but gets 3, in 3x8x8", () => Images().Add(new BatchNorm2d(5)).Build());
        Says("Layer 1: MaxPool2d(9) takes inputs of at least 9x9 pixels, but gets 4x8x8", () => Images().Conv2d(4, 1).MaxPool2d(9).Build());
        Says("Layer 2: AveragePool2d(2) takes inputs of at least 2x2 pixels, but gets 4x1x1", () => Images().Conv2d(4, 1).MaxPool2d(8).AveragePool2d(2).Build());
        Says("Layer 1: Linear(100, 10) takes 100 inputs, but gets 4x8x8", () => Images().Conv2d(4, 1).Linear(100, 10).Build());
        Says("Layer block: Add takes two inputs of one shape, but gets 4x8x8 and 3x8x8", () => Images().Residual(r => r.Conv2d(4, 1), name: "block").Linear(2).Build());
        Says("Layer block.conv: Conv2d(9, 4, 1x1) takes 9 channels, but gets 3", () => Images().Residual(r => r.Add(new Conv2d(9, 4, 1), "conv"), name: "block").Linear(2).Build());
        Says("The first layer, 0, fits inputs of many shapes", () => new NetworkBuilder().Conv2d(4, 3).Linear(2).Build());
        Says("The first layer, 0, fits inputs of many shapes: give the shape", () => new NetworkBuilder().ReLU().Linear(4, 3).Build());
        Says("The first layer, 0.body.0, fits inputs of many shapes: give the shape", () => new NetworkBuilder().Residual(r => r.Conv2d(4, 3)).Build());
        Says("The network has no parameters", () => new NetworkBuilder().MaxPool2d(2).Build());
        Says("The body of the residual block 1 is empty", () => Images().Conv2d(4, 1).Residual(_ => { }).Build());

        static void Says(string text, Func<object> make) => Assert.Contains(text, Error(make), StringComparison.Ordinal);
    }

    [Fact]
    public void Convolutions_start_uniform_within_one_over_root_fan_in_and_normalizations_at_one_and_zero()
    {
        Network network = Network.ResNet18();
        var theta = new float[network.Layout.Length];
        var stream = new RandomStream(new StreamKey(1, 0, 0, StreamPurpose.InitialPoint, 0));
        network.Initialize(ref stream, theta.AsSpan());
        foreach (ParameterBlock block in network.Layout.Blocks)
        {
            ReadOnlySpan<float> values = theta.AsSpan(block.Offset, block.Length);
            if (block.Shape.Length == 1 && block.Name != "fc.bias")
            {
                Assert.Equal(-1, values.IndexOfAnyExcept(block.Name.EndsWith("weight", StringComparison.Ordinal) ? 1f : 0f));
                continue;
            }

            double bound = 1 / Math.Sqrt(block.Name == "fc.bias" ? 512 : block.Columns), largest = Vectors.MaxAbs(values);
            Assert.InRange(largest, bound * (1 - (10.0 / block.Length)), bound * (1 + 1e-6));
        }

        var conv = new float[6 * 25 + 6];
        new Conv2d(1, 6, 5).Initialize(ref stream, conv.AsSpan());
        Assert.Contains(conv[150..], b => Math.Abs(b) > 0.05);
        Assert.All(conv, b => Assert.InRange(b, -0.2f, 0.2f));
    }

    [Fact]
    public void Convolutions_of_impossible_sizes_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Conv2d(0, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Conv2d(1, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Conv2d(1, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Conv2d(1, 1, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Conv2d(1, 1, 1, 1, -1));
        Assert.Throws<OverflowException>(() => new Conv2d(100_000, 100_000, 1));
    }

    [Fact]
    public void Impossible_sizes_are_named_with_the_layer()
    {
        NetworkBuilder Images() => new(new FeatureShape(3, 8, 8));
        Says("Layer 0: kernel ('0') must be greater than or equal to '1'", () => Images().Conv2d(6, 0).Build());
        Says("Layer stem: outputs ('0') must be", () => Images().Conv2d(0, 3, name: "stem").Build());
        Says("Layer 1: The padding of a pool must be between 0 and half its kernel, 1, but is 2.", () => Images().Conv2d(4, 3).MaxPool2d(2, padding: 2).Build());
        Says("Layer 0: kernel ('0') must be", () => Images().AveragePool2d(0).Build());
        Says("Layer 0.body.1: kernel ('0') must be", () => Images().Residual(r => r.ReLU().MaxPool2d(0)).Build());
        Says("Layer 1: outputs ('0') must be", () => Images().Flatten().Linear(192, 0).Build());
        Says("Layer fc: outputs ('-1') must be", () => Images().Linear(-1, name: "fc").Build());
        Says("Channels, rows and columns of an input must be at least 1, but are 3x0x8.", () => new NetworkBuilder(new FeatureShape(3, 0, 8)));
        Says("Channels, rows and columns of an input must be at least 1, but are 0x0x0.", () => new Network(default, [new Linear(1, 1)]));
        Says("Channels, rows and columns of an input must be at least 1, but are -1x8x8.", () => Network.ResNet18(new FeatureShape(-1, 8, 8)));

        static void Says(string text, Func<object> make) => Assert.Contains(text, Error(make), StringComparison.Ordinal);
    }

    [Fact]
    public void Blocks_of_rows_are_smaller_where_a_row_is_large()
    {
        Assert.Equal(256, Network.Mlp(784, 256, 128, 10).BlockRows);
        Assert.Equal(256, Network.LeNet5().BlockRows);

        // 65,536 numbers a plane stack: stem and first stage 17, then 8, 4 and 2, and the sums; 2^26 / 2.03 million.
        Assert.Equal(33, Network.ResNet18().BlockRows);
        Assert.Contains(
            "needs 2147483648 numbers at once, but an array holds 2147483591: use smaller batches",
            Assert.Throws<ArgumentException>(() => new AlignedBlocks<float>((1L << 31) - 16)).Message,
            StringComparison.Ordinal);
    }

    private static string Error(Func<object> make) => Assert.ThrowsAny<ArgumentException>(make).Message;
}
