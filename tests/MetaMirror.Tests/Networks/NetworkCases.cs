using MetaMirror.Networks;

namespace MetaMirror.Tests.Networks;

/// <summary>Small networks of images and graphs. A new layer, or a new way to put layers together, is one line.</summary>
internal static class NetworkCases
{
    public static readonly (string Name, Network Network, int Rows)[] All =
    [
        ("convolution", Of(new(1, 5, 5), b => b.Conv2d(2, 3).Tanh().Linear(3)), 6),
        ("convolution first, second padded with stride", Of(new(2, 5, 6), b => b.Conv2d(3, 3, padding: 1).Tanh().Conv2d(2, 3, stride: 2, padding: 1, bias: false).Tanh().Linear(3)), 5),
        ("kernel of 2x3 pixels", Of(new(2, 4, 5), b => b.Tanh().Add(new Conv2d(2, 3, 2, 3, 1, 1, true)).Sigmoid().Linear(3)), 5),
        ("one convolution at two shapes", TwoShapes(), 5),
        ("maximum of 2x2", Of(new(2, 6, 7), b => b.Conv2d(3, 3, padding: 1).MaxPool2d(2).Tanh().Linear(3)), 5),
        ("maximum of overlapping windows, padded", Of(new(2, 5, 6), b => b.Conv2d(2, 3, padding: 1).MaxPool2d(3, 2, 1).Tanh().Conv2d(2, 2).Tanh().Linear(3)), 5),
        ("means", Of(new(2, 6, 5), b => b.Conv2d(3, 3, padding: 1).Tanh().AveragePool2d(2).Conv2d(2, 2).Tanh().GlobalAveragePool().Linear(3)), 5),
        ("means of overlapping windows, padded", Of(new(1, 5, 6), b => b.Conv2d(2, 3, padding: 1).Tanh().AveragePool2d(3, 2, 1).Flatten().Tanh().Linear(3)), 5),
        ("data pooled before any parameters", Of(new(2, 4, 4), b => b.MaxPool2d(2).AveragePool2d(2, 1).Flatten().Linear(4).Tanh().Linear(3)), 5),
    ];

    public static Network Named(string name) => All.Single(c => string.Equals(c.Name, name, StringComparison.Ordinal)).Network;

    private static Network Of(FeatureShape input, Action<NetworkBuilder> append)
    {
        var builder = new NetworkBuilder(input);
        append(builder);
        return builder.Build();
    }

    private static Network TwoShapes()
    {
        var c = new Conv2d(2, 2, 3);
        return Of(new FeatureShape(2, 7, 6), b => b.Add(c).Tanh().Add(c).Tanh().Linear(3));
    }
}
