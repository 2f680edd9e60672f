using MetaMirror.Tests;

namespace MetaMirror.Numerics.Tests;

/// <summary>After a first call, kernels, products and solvers allocate nothing (a solver: its report only).</summary>
public sealed class AllocationTests
{
    private const int N = 96;
    private readonly float[] x = Draws.Normal<float>(N * N, 90), y = Draws.Normal<float>(N * N, 91), z = new float[N * N];
    private readonly float[] sparse = [.. Draws.Normal<float>(N * N, 94).Select(e => MathF.Max(e, 0))];
    private readonly WorkerTeam team = new(2);

    [Fact]
    public void Vector_kernels() => Allocation.AssertNone(() =>
    {
        Vectors.AddScaled(0.5f, x, z);
        Vectors.Scale(0.5f, z);
        Vectors.Multiply<float>(x, y, z);
        Vectors.MultiplyAdd<float>(x, y, z);
        Vectors.Subtract<float>(x, y, z);
        Vectors.LinearCombination<float>(1, x, 2, y, z);
        double sums = Vectors.Dot<float>(x, y) + Vectors.SquaredNorm<float>(x) + Vectors.Sum<float>(x) + Vectors.MaxAbs<float>(x);
        if (!double.IsFinite(sums) || !Vectors.AllFinite<float>(z))
            throw new InvalidOperationException();
    });

    [Fact]
    public void Products() => Allocation.AssertNone(() =>
    {
        Gemm.Multiply<float>(false, true, N, N, N, 1, x, y, 0, z);
        Gemm.Multiply<float>(true, false, 50, 10, 32, 1, x.AsSpan(0, 1600), y.AsSpan(0, 320), 1, z.AsSpan(0, 500));
        Gemm.Multiply<float>(team, true, false, N, N, N, 1, x, y, 1, z);
        Gemm.MultiplySparse<float>(team, true, false, N, N, N, 1, sparse, y, 1, z);
        Gemm.MultiplySparse<float>(null, false, true, N, N, N, 1, sparse, y, 0, z);
        Gemm.MultiplyVector<float>(true, N, N, 1, x, y.AsSpan(0, N), 0, z.AsSpan(0, N));
    });

    [Fact]
    public void Convolutions()
    {
        ConvolutionShape[] shapes = [new(1, 12, 12, 6, 5, 5, 1, 2), new(6, 8, 8, 16, 5, 5), new(17, 6, 6, 20, 3, 3, 1, 1), new(16, 6, 6, 20, 3, 3, 2, 1)];
        Convolution[] convolutions = [.. shapes.Select(shape => new Convolution(shape))];
        Allocation.AssertNone(() =>
        {
            foreach (Convolution convolution in convolutions)
            {
                ConvolutionShape s = convolution.Shape;
                Span<float> input = x.AsSpan(0, 4 * s.InputSize), output = z.AsSpan(0, 4 * s.OutputSize), weight = y.AsSpan(0, s.WeightSize);
                convolution.Forward<float>(null, 4, input, weight, [], 0, output);
                convolution.Forward<float>(team, 4, input, weight, [], 1, output);
                convolution.WeightGradient<float>(team, 4, input, output, weight);
                convolution.WeightGradient<float>(null, 4, input, output, weight);
                convolution.InputGradient<float>(team, 4, output, weight, 0, input);
                convolution.InputGradient<float>(null, 4, output, weight, 1, input);
            }
        });
    }

    [Fact]
    public void Streams() => Allocation.AssertNone(() =>
    {
        RandomStream stream = Draws.Stream(92);
        stream.FillNormal<float>(z);
        stream.FillUniform<float>(z, 0, 1);
        stream.NextBounded(7);
    });

    [Fact]
    public void Factorizations()
    {
        double[] a = Draws.Symmetric([.. Enumerable.Range(1, 20).Select(i => (double)i)], 37);
        double[] values = new double[20], vectors = new double[400], result = new double[400];
        Allocation.AssertNone(() =>
        {
            SymmetricEigen.Decompose(a, 20, values, vectors);
            SymmetricMatrix.Geodesic(a, a, 0.5, 20, result);
            Cholesky.TryFactor(a, 20, result);
            Cholesky.Solve(result, 20, values, values);
        });
    }

    [Fact]
    public void Solvers_allocate_their_report_only()
    {
        double[] a = Draws.Symmetric([.. Enumerable.Range(1, 20).Select(i => (double)i)], 38);
        double[] b = Draws.Normal<double>(20, 93), u = new double[20], scratch = new double[100];
        var matrix = new Solvers.DenseOperator<double>(a, 20);
        var solver = new ConjugateGradient<double>(1e-10, 50);
        Assert.True(solver.Solve(matrix, b, u, scratch).Succeeded);
        Assert.InRange(Allocation.Least(() => solver.Solve(matrix, b, u, scratch), 1), 1, 128);
    }
}
