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
    /// <exception cref="ArgumentException">The image is too small.</exception>
    public static Network LeNet5(FeatureShape? input = null, int classes = 10) => new NetworkBuilder(input ?? new FeatureShape(1, 28, 28))
        .Conv2d(6, 5, padding: 2, name: "conv1").MaxPool2d(2).ReLU()
        .Conv2d(16, 5, name: "conv2").MaxPool2d(2).ReLU()
        .Flatten()
        .Linear(120, name: "fc1").ReLU()
        .Linear(84, name: "fc2").ReLU()
        .Linear(classes, name: "fc3")
        .Build();
}
