using System.Numerics;
using MetaMirror.Datasets;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Tests.Objectives;

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
        ("normalized", Of(new(3, 3, 3), b => b.Conv2d(4, 2, bias: false).BatchNorm2d().Tanh().Linear(3)), 6),
        ("normalized, relu, biases that cancel", Of(new(2, 4, 5), b => b.Conv2d(3, 3, padding: 1).BatchNorm2d().ReLU().MaxPool2d(2).Conv2d(9, 2).BatchNorm2d().ReLU().Linear(3)), 6),
        ("normalized vectors", Of(new(6), b => b.Linear(11).BatchNorm2d().Tanh().Linear(19).BatchNorm2d().Sigmoid().Linear(3)), 9),
        ("normalized data", Of(new(2, 3, 3), b => b.BatchNorm2d().Conv2d(2, 2).Tanh().Linear(3).BatchNorm2d()), 6),
        ("one normalization twice", Twice(), 6),
        ("residual, no shortcut", Of(new(2, 4, 4), b => b.Conv2d(3, 3, padding: 1).Residual(r => r.Tanh().Conv2d(3, 3, padding: 1)).Tanh().Linear(3)), 5),
        ("residual, shortcut", Of(new(2, 4, 4), b => b.Conv2d(3, 3, padding: 1).Residual(r => r.Tanh().Conv2d(4, 3, 2, 1), s => s.Conv2d(4, 1, 2)).Tanh().Linear(3)), 5),
        ("residual, nested", Of(new(2, 3, 3), b => b.Conv2d(2, 3, padding: 1).Residual(r => r.Residual(q => q.Tanh().Conv2d(2, 3, padding: 1)).Tanh().Conv2d(2, 1), s => s.Residual(q => q.Conv2d(2, 1))).Linear(3)), 5),
        ("residual, input used by three", Of(new(5), b => b.Linear(4).Residual(r => r.Tanh().Residual(q => q.Linear(4), s => s.Sigmoid()), s => s.Linear(4)).Tanh().Linear(3)), 8),
        ("residual, body of one layer", Of(new(5), b => b.Linear(4).Residual(r => r.Tanh()).Residual(r => r.ReLU(), s => s.Sigmoid()).Linear(3)), 8),
        ("residual of the data", Of(new(4), b => b.Residual(r => r.Linear(4).Tanh()).Residual(r => r.Tanh().Linear(4)).Linear(3)), 8),
        ("residual of the data, nothing varies", Of(new(4), b => b.Residual(r => r.Tanh(), s => s.Sigmoid()).Linear(3).Tanh()), 8),
        ("residual, normalized", Of(new(2, 4, 4), b => b
            .Conv2d(3, 3, padding: 1, bias: false).BatchNorm2d().ReLU()
            .Residual(r => r.Conv2d(4, 3, 2, 1, false).BatchNorm2d().ReLU().Conv2d(4, 3, 1, 1, false).BatchNorm2d(), s => s.Conv2d(4, 1, 2, 0, false).BatchNorm2d()).ReLU()
            .Residual(r => r.Conv2d(4, 3, 1, 1, false).BatchNorm2d()).ReLU()
            .GlobalAveragePool().Linear(3)), 6),
        ("normalized first in a residual block, channels in parts", Of(new(2, 8, 8), b => b
            .Conv2d(16, 3, 1, 1, false).Residual(r => r.BatchNorm2d().ReLU().Conv2d(16, 3, 1, 1, false)).GlobalAveragePool().Linear(3)), 14),
    ];

    /// <summary>Large enough to be cut into parts for threads and caches.</summary>
    public static readonly (string Name, Network Network, int Rows)[] Larger =
    [
        ("LeNet-5", Network.LeNet5(), 12),
        ("wide residual, normalized", Of(new(3, 12, 12), b => b
            .Conv2d(20, 3, padding: 1, bias: false).BatchNorm2d().ReLU()
            .Residual(r => r.Conv2d(24, 3, 2, 1, false).BatchNorm2d().ReLU().Conv2d(24, 3, 1, 1, false).BatchNorm2d(), s => s.Conv2d(24, 1, 2, 0, false).BatchNorm2d()).ReLU()
            .MaxPool2d(3, 2, 1).Residual(r => r.Conv2d(24, 3, 1, 1).BatchNorm2d()).AveragePool2d(2, 1).ReLU()
            .GlobalAveragePool().Linear(70).BatchNorm2d().Tanh().Linear(10)), 16),
        ("normalized first, many rows", Of(new(3, 8, 8), b => b
            .Conv2d(16, 3, 1, 1, false).Residual(r => r.BatchNorm2d().ReLU().Conv2d(16, 3, 1, 1, false)).GlobalAveragePool().Linear(3)), 64),
        ("inputs of two sizes read twice in one stretch", Of(new(1, 32, 32), b => b
            .Conv2d(4, 3, 1, 1).Residual(r => r.Tanh()).MaxPool2d(4).Residual(r => r.Tanh()).Linear(3)), 64),
    ];

    public static TheoryData<string> Names => [.. All.Select(c => c.Name)];

    public static TheoryData<string> AllNames => [.. All.Concat(Larger).Select(c => c.Name)];

    public static TheoryData<string> LargerNames => [.. Larger.Select(c => c.Name)];

    public static (string Name, Network Network, int Rows) Named(string name) => All.Concat(Larger).Single(c => string.Equals(c.Name, name, StringComparison.Ordinal));

    public static Dataset<T> Data<T>((string Name, Network Network, int Rows) @case)
        where T : unmanaged, IFloatingPointIeee754<T> => Draws.Classification<T>(@case.Rows, @case.Network.Input.Size, @case.Network.Output.Size);

    /// <summary>Weights as PyTorch draws them, but no scale is 1 and no bias 0.</summary>
    public static T[] Point<T>(Network network)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var theta = new T[network.Layout.Length];
        var stream = new RandomStream(new StreamKey(5, 0, 0, StreamPurpose.InitialPoint, 0));
        network.Initialize(ref stream, theta.AsSpan());
        Vectors.AddScaled<T>(T.One, Draws.Normal<T>(theta.Length, 71, 0.05), theta);
        return theta;
    }

    private static Network Of(FeatureShape input, Action<NetworkBuilder> append)
    {
        var builder = new NetworkBuilder(input);
        append(builder);
        return builder.Build();
    }

    private static Network Twice()
    {
        var norm = new BatchNorm2d(4);
        return Of(new FeatureShape(5), b => b.Linear(4).Add(norm).Tanh().Add(norm).Linear(3));
    }

    private static Network TwoShapes()
    {
        var c = new Conv2d(2, 2, 3);
        return Of(new FeatureShape(2, 7, 6), b => b.Add(c).Tanh().Add(c).Tanh().Linear(3));
    }
}
