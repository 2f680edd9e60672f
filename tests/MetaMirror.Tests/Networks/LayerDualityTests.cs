using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Tests.Documentation;
using MetaMirror.Tests.Objectives;

namespace MetaMirror.Tests.Networks;

/// <summary>Each layer's cotangent map is the transpose of its tangent map: &lt;ay, dy&gt; = &lt;aw, dw&gt; + &lt;ax, dx&gt;.</summary>
public sealed class LayerDualityTests
{
    /// <summary>Sums of a few hundred products in double, over the product of the norms.</summary>
    private const double Rounding = 1e-13;

    private static readonly (string Name, Layer Layer, FeatureShape Shape)[] Layers =
    [
        ("linear", new Linear(7, 5), new(7)),
        ("linear without bias", new Linear(7, 5, bias: false), new(7)),
        ("conv", new Conv2d(2, 3, 3, padding: 1), new(2, 6, 5)),
        ("conv, stride 2", new Conv2d(2, 3, 3, stride: 2, bias: false), new(2, 7, 6)),
        ("conv, one pixel", new Conv2d(2, 3, 1), new(2, 4, 4)),
        ("normalization", new BatchNorm2d(3), new(3, 4, 5)),
        ("max pool", new MaxPool2d(2), new(2, 6, 4)),
        ("max pool, overlapping", new MaxPool2d(3, 2, 1), new(2, 6, 5)),
        ("average pool", new AveragePool2d(2), new(2, 6, 4)),
        ("global average", new GlobalAveragePool(), new(3, 4, 5)),
        ("flatten", new Flatten(), new(2, 3, 4)),
        ("relu", new ReLU(), new(33)),
        ("tanh", new Tanh(), new(33)),
        ("sigmoid", new Sigmoid(), new(33)),
        ("a user's", new Scale(9), new(9)),
    ];

    public static TheoryData<string> Names => [.. Layers.Select(l => l.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Cotangents_are_the_transpose_of_tangents(string name)
    {
        (_, Layer layer, FeatureShape shape) = Layers.Single(l => string.Equals(l.Name, name, StringComparison.Ordinal));
        var trial = new LayerTrial<double>(layer, shape, rows: 6);
        trial.All();
        double forward = Vectors.Dot<double>(trial.OutputCotangent, trial.OutputTangent);
        double back = Vectors.Dot<double>(trial.InputCotangent, trial.InputTangent) + Vectors.Dot<double>(trial.ParameterCotangent, trial.ParameterTangent);
        Assert.InRange(Math.Abs(forward - back), 0, Rounding * Draws.Norm(trial.OutputCotangent) * (1 + Draws.Norm(trial.OutputTangent)));
        Assert.NotEqual(0, forward);
    }
}
