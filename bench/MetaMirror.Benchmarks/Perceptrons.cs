using BenchmarkDotNet.Attributes;
using MetaMirror.Experiments.Benchmarks;
using MetaMirror.Networks;
using MetaMirror.Numerics;

namespace MetaMirror.Benchmarks;

/// <summary>Gradient, and Hessian-vector product alone, of perceptrons of one width, one thread.</summary>
[MemoryDiagnoser]
public class Perceptrons
{
    private Action _gradient = () => { };
    private Action _product = () => { };

    /// <summary>Numbers in every hidden layer.</summary>
    [Params(32, 128, 512)]
    public int Width { get; set; }

    /// <summary>Examples of a batch.</summary>
    [Params(16, 128)]
    public int Batch { get; set; }

    [GlobalSetup]
    public void MakeData()
    {
        var workloads = new NetworkWorkloads("perceptron", Network.Mlp(Width, Width, Width, 10), Batch);
        var context = new WorkloadContext(new WorkerTeam(1), 1);
        _gradient = workloads.Gradient().MakeData(context)();
        _product = workloads.Product().MakeData(context)();
    }

    [Benchmark(Baseline = true)]
    public void Gradient() => _gradient();

    [Benchmark]
    public void Product() => _product();
}
