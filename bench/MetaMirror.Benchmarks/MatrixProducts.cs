using BenchmarkDotNet.Attributes;
using MetaMirror.Experiments.Benchmarks;
using MetaMirror.Numerics;

namespace MetaMirror.Benchmarks;

/// <summary>Matrix products of square, tall, skinny and small shapes in all transposed forms, one thread.</summary>
public class MatrixProducts
{
    private float[] _a = [];
    private float[] _b = [];
    private float[] _c = [];
    private int _m, _k, _n;

    /// <summary>m x k x n.</summary>
    [Params("32x32x32", "128x784x256", "128x128x10", "512x512x512", "9216x16x150", "64x576x1024")]
    public string Shape { get; set; } = "";

    /// <summary>Whether A is stored transposed.</summary>
    [Params(false, true)]
    public bool TransposeA { get; set; }

    /// <summary>Whether B is stored transposed.</summary>
    [Params(false, true)]
    public bool TransposeB { get; set; }

    [GlobalSetup]
    public void MakeData()
    {
        int[] sizes = [.. Shape.Split('x').Select(s => int.Parse(s, System.Globalization.CultureInfo.InvariantCulture))];
        (_m, _k, _n) = (sizes[0], sizes[1], sizes[2]);
        var context = new WorkloadContext(new WorkerTeam(1), 1);
        _a = context.Normal(_m * _k);
        _b = context.Normal(_k * _n);
        _c = new float[_m * _n];
    }

    [Benchmark]
    public void Multiply() => Gemm.Multiply<float>(TransposeA, TransposeB, _m, _n, _k, 1, _a, _b, 0, _c);
}
