namespace MetaMirror.Networks;

public sealed partial class Network
{
    /// <summary>A multi-layer perceptron with ReLU between its linear layers; with two sizes, a linear model.</summary>
    /// <param name="sizes">Inputs, hidden sizes, outputs, e.g. 64, 32, 10.</param>
    public static Network Mlp(params ReadOnlySpan<int> sizes) => Mlp(new ReLU(), sizes);

    /// <summary>A multi-layer perceptron with this activation between its linear layers.</summary>
    /// <exception cref="ArgumentException">There are fewer than two sizes.</exception>
    public static Network Mlp(Layer activation, params ReadOnlySpan<int> sizes)
    {
        ArgumentNullException.ThrowIfNull(activation);
        if (sizes.Length < 2)
            throw new ArgumentException($"A perceptron needs at least its numbers of inputs and outputs, but {sizes.Length} sizes were given.", nameof(sizes));
        var builder = new NetworkBuilder();
        for (int i = 1; i < sizes.Length; i++)
        {
            builder.Linear(sizes[i - 1], sizes[i]);
            if (i < sizes.Length - 1)
                builder.Add(activation);
        }

        return builder.Build();
    }

    /// <summary>
    /// LeNet-5 with ReLU and max-pooling (LeCun, Bottou, Bengio, Haffner 1998, in today's form): convolutions of 6 and 16 channels, kernel 5x5, the first padded by 2, each pooled
    /// 2x2; then 120, 84 and the classes. Tensors are named conv1, conv2, fc1, fc2, fc3. Pooling stands before ReLU: the same function and derivatives as after it, for a quarter of the work.
    /// </summary>
    /// <param name="input">Shape of an image. Default: 1x28x28.</param>
    /// <param name="classes">Outputs. Default: 10.</param>
    /// <exception cref="ArgumentException">The image is too small, or there are fewer than 1 classes.</exception>
    public static Network LeNet5(FeatureShape? input = null, int classes = 10) => new NetworkBuilder(input ?? new FeatureShape(1, 28, 28))
        .Conv2d(6, 5, padding: 2, name: "conv1").MaxPool2d(2).ReLU()
        .Conv2d(16, 5, name: "conv2").MaxPool2d(2).ReLU()
        .Flatten()
        .Linear(120, name: "fc1").ReLU()
        .Linear(84, name: "fc2").ReLU()
        .Linear(classes, name: "fc3")
        .Build();

    /// <summary>
    /// ResNet-18 (He, Zhang, Ren, Sun 2016) in the variant for small images: a first convolution of 3x3 and no pooling after it. 11.17 M parameters. Tensors are named as in
    /// torchvision: conv1, bn1, layer1.0.conv1, ..., layer2.0.downsample.0, ..., fc.
    /// </summary>
    /// <param name="input">Shape of an image. Default: 3x32x32.</param>
    /// <param name="classes">Outputs. Default: 10.</param>
    /// <param name="width">Channels of the first stage; the later ones have 2, 4 and 8 times as many. Default: 64.</param>
    /// <exception cref="ArgumentException">A size of the image, the number of classes or the width is below 1.</exception>
    public static Network ResNet18(FeatureShape? input = null, int classes = 10, int width = 64)
    {
        NetworkBuilder builder = new NetworkBuilder(input ?? new FeatureShape(3, 32, 32)).Conv2d(width, 3, padding: 1, bias: false, name: "conv1").BatchNorm2d("bn1").ReLU();
        for (int layer = 1; layer <= 4; layer++)
        {
            int channels = width << (layer - 1), stride = layer == 1 ? 1 : 2;
            string name = $"layer{layer}";
            builder.Residual(body => Block(body, channels, stride), layer == 1 ? null : shortcut => Downsample(shortcut, channels), $"{name}.0").ReLU();
            builder.Residual(body => Block(body, channels, 1), name: $"{name}.1").ReLU();
        }

        return builder.GlobalAveragePool().Linear(classes, name: "fc").Build();

        static void Block(NetworkBuilder body, int channels, int stride) => body
            .Conv2d(channels, 3, stride, 1, bias: false, "conv1").BatchNorm2d("bn1").ReLU()
            .Conv2d(channels, 3, 1, 1, bias: false, "conv2").BatchNorm2d("bn2");

        static void Downsample(NetworkBuilder shortcut, int channels) => shortcut
            .Conv2d(channels, 1, 2, 0, bias: false, "downsample.0").BatchNorm2d("downsample.1");
    }
}
