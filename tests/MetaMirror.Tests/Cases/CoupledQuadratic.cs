using MetaMirror.Numerics;
using MetaMirror.Tests.Objectives;

namespace MetaMirror.Tests.Cases;

/// <summary>
/// 1/2 z^T A z + x^T C z + b^T z + 1/2 x^T B x + c^T x with z the parameters and x the meta-parameters: one level of benchmark_bilevel's quadratics, the
/// matrices means over n samples with spectra from mu to L (C: from mu^2 to the cross constant), all drawn anew.
/// </summary>
internal sealed class CoupledQuadratic : MetaMirror.Objectives.Objective<double>
{
    private const int Samples = 1024;
    private const double Mu = .1;
    private const double Cross = .1;
    private readonly double[] _product;

    public CoupledQuadratic(int n, uint name)
    {
        N = n;
        A = Covariance(n, name);
        B = Covariance(n, name + 1);
        C = new double[n * n];
        double[] left = Orthonormal(n, name + 2), right = Orthonormal(n, name + 3), between = Sample(n, name + 4), work = new double[n * n];
        for (int i = 0; i < n * n; i++)
            between[i] *= Spectrum(Mu * Mu, Cross, i / n, n);
        Gemm.Multiply(false, false, n, n, n, 1.0, left, between, 0.0, work);
        Gemm.Multiply(false, true, n, n, n, 1.0, work, right, 0.0, C);
        Linear = Draws.Normal<double>(n, name + 5);
        OuterLinear = Draws.Normal<double>(n, name + 6);
        _product = new double[n];
        MetaSpecs = [new MetaParameterSpec<double>("x", [n], MetaTransform.Identity, [.. Draws.Normal<double>(n, 660)])];
    }

    public int N { get; }

    public double[] A { get; }

    public double[] B { get; }

    /// <summary>Shape [x x z].</summary>
    public double[] C { get; }

    public double[] Linear { get; }

    public double[] OuterLinear { get; }

    public override ParameterLayout Layout => ParameterLayout.Vector(N);

    public override IReadOnlyList<MetaParameterSpec<double>> MetaSpecs { get; }

    /// <summary>C^T x + b, and with z that A z is added: the gradient in z.</summary>
    public double[] GradientInZ(ReadOnlySpan<double> z, ReadOnlySpan<double> x)
    {
        double[] g = [.. Linear];
        Gemm.MultiplyVector(true, N, N, 1.0, C, x, 1.0, g);
        Gemm.MultiplyVector(false, N, N, 1.0, A, z, 1.0, g);
        return g;
    }

    /// <summary>B x + C z + c.</summary>
    public double[] GradientInX(ReadOnlySpan<double> z, ReadOnlySpan<double> x)
    {
        double[] g = [.. OuterLinear];
        Gemm.MultiplyVector(false, N, N, 1.0, B, x, 1.0, g);
        Gemm.MultiplyVector(false, N, N, 1.0, C, z, 1.0, g);
        return g;
    }

    public override double Evaluate(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, Span<double> gradient)
    {
        double[] g = GradientInZ(theta, meta), h = GradientInX(theta, meta);
        if (!gradient.IsEmpty)
            g.CopyTo(gradient);

        // (z^T (A z + C^T x + b) + b^T z + x^T (B x + C z + c) + c^T x) / 2, in which both x^T C z are halves.
        return .5 * (Vectors.Dot<double>(g, theta) + Vectors.Dot<double>(Linear, theta) + Vectors.Dot<double>(h, meta) + Vectors.Dot<double>(OuterLinear, meta));
    }

    public override void HessianVectorProducts(
        ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, int count, ReadOnlySpan<double> tangents, Span<double> products)
    {
        for (int j = 0; j < count; j++)
            Gemm.MultiplyVector(false, N, N, 1.0, A, tangents.Slice(j * N, N), 0.0, products.Slice(j * N, N));
    }

    public override void AddMetaGradient(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, double weight, Span<double> metaCotangent) =>
        Vectors.AddScaled(weight, GradientInX(theta, meta), metaCotangent);

    public override void AddMixedTransposeProduct(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, ReadOnlySpan<double> v, Span<double> metaCotangent)
    {
        Gemm.MultiplyVector(false, N, N, 1.0, C, v, 0.0, _product);
        Vectors.AddScaled<double>(1, _product, metaCotangent);
    }

    public override void AddMixedProduct(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, ReadOnlySpan<double> metaTangent, Span<double> product)
    {
        Gemm.MultiplyVector(true, N, N, 1.0, C, metaTangent, 0.0, _product);
        Vectors.AddScaled<double>(1, _product, product);
    }

    /// <summary>The empirical covariance of samples U D^1/2 g, D from mu to 1 in equal ratios.</summary>
    private static double[] Covariance(int n, uint name)
    {
        double[] u = Orthonormal(n, name + 10), root = Sample(n, name + 20), work = new double[n * n], result = new double[n * n];
        for (int i = 0; i < n * n; i++)
            root[i] *= Math.Sqrt(Spectrum(Mu, 1, i / n, n) * Spectrum(Mu, 1, i % n, n));
        Gemm.Multiply(false, false, n, n, n, 1.0, u, root, 0.0, work);
        Gemm.Multiply(false, true, n, n, n, 1.0, work, u, 0.0, result);
        return result;
    }

    /// <summary>Mean of g g^T over the samples.</summary>
    private static double[] Sample(int n, uint name)
    {
        double[] g = Draws.Normal<double>(Samples * n, name + 600), mean = new double[n * n];
        Gemm.Multiply(true, false, n, n, Samples, 1.0 / Samples, g, g, 0.0, mean);
        return mean;
    }

    private static double[] Orthonormal(int n, uint name)
    {
        double[] g = Draws.Normal<double>(n * n, name + 700), symmetric = new double[n * n], values = new double[n], vectors = new double[n * n];
        Gemm.Multiply(true, false, n, n, n, 1.0, g, g, 0.0, symmetric);
        SymmetricEigen.Decompose(symmetric, n, values, vectors);
        return vectors;
    }

    private static double Spectrum(double low, double high, int index, int n) => low * Math.Pow(high / low, index / (n - 1.0));
}
