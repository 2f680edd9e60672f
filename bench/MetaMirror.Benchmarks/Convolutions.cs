using BenchmarkDotNet.Attributes;
using MetaMirror.Experiments.Benchmarks;
using MetaMirror.Numerics;

namespace MetaMirror.Benchmarks;

/// <summary>Convolutions of LeNet-5 (128 images) and ResNet-18 (32 images) and their two adjoints, one thread.</summary>
public class Convolutions
{
    private static readonly Dictionary<string, (int Images, ConvolutionShape Shape)> Layers = new(StringComparer.Ordinal)
    {
        ["lenet-1-6-5x5"] = (128, new ConvolutionShape(1, 28, 28, 6, 5, 5, Padding: 2)),
        ["lenet-6-16-5x5"] = (128, new ConvolutionShape(6, 14, 14, 16, 5, 5)),
        ["resnet-3-64-3x3"] = (32, new ConvolutionShape(3, 32, 32, 64, 3, 3, Padding: 1)),
        ["resnet-64-64-3x3"] = (32, new ConvolutionShape(64, 32, 32, 64, 3, 3, Padding: 1)),
        ["resnet-64-128-3x3-stride-2"] = (32, new ConvolutionShape(64, 32, 32, 128, 3, 3, Stride: 2, Padding: 1)),
        ["resnet-64-128-1x1-stride-2"] = (32, new ConvolutionShape(64, 32, 32, 128, 1, 1, Stride: 2)),
        ["resnet-256-256-3x3"] = (32, new ConvolutionShape(256, 8, 8, 256, 3, 3, Padding: 1)),
        ["resnet-512-512-3x3"] = (32, new ConvolutionShape(512, 4, 4, 512, 3, 3, Padding: 1)),
    };

    private Convolution _convolution = new(new ConvolutionShape(1, 1, 1, 1, 1, 1));
    private int _images;
    private float[] _x = [];
    private float[] _w = [];
    private float[] _y = [];

    /// <summary>Network, channels in and out, kernel.</summary>
    [ParamsSource(nameof(Names))]
    public string Layer { get; set; } = "";

    /// <summary>The names.</summary>
    public static IEnumerable<string> Names => Layers.Keys;

    [GlobalSetup]
    public void MakeData()
    {
        (_images, ConvolutionShape shape) = Layers[Layer];
        var context = new WorkloadContext(new WorkerTeam(1), 1);
        _convolution = new Convolution(shape);
        _x = context.Normal(_images * shape.InputSize);
        _w = context.Normal(shape.WeightSize);
        _y = context.Normal(_images * shape.OutputSize);
    }

    [Benchmark(Baseline = true)]
    public void Forward() => _convolution.Forward<float>(null, _images, _x, _w, [], 0, _y);

    [Benchmark]
    public void InputGradient() => _convolution.InputGradient<float>(null, _images, _y, _w, 0, _x);

    [Benchmark]
    public void WeightGradient() => _convolution.WeightGradient<float>(null, _images, _x, _y, _w);
}
