using MetaMirror.Numerics;

namespace MetaMirror.Certificates;

/// <summary>phi = 1/2 theta^T P theta with a dense symmetric positive definite P, for small problems: n^2 operations a step.</summary>
public sealed class DenseGeometry : Geometry
{
    private readonly double[] _p;
    private readonly double[] _factor;
    private readonly double[] _work;
    private readonly double[] _product;

    /// <summary>Takes P.</summary>
    /// <param name="p">Shape [n x n].</param>
    /// <param name="length">n.</param>
    /// <exception cref="ArgumentException">P is not symmetric positive definite.</exception>
    public DenseGeometry(ReadOnlySpan<double> p, int length)
    {
        _p = p.ToArray();
        Length = length;
        _factor = new double[p.Length];
        if (!Cholesky.TryFactor(_p, length, _factor))
            throw new ArgumentException($"The metric of {length} parameters is not positive definite.", nameof(p));
        _work = new double[length];
        _product = new double[length];
        double[] values = new double[length];
        SymmetricEigen.Decompose(_p, length, values, new double[p.Length]);
        Least = values[0];
        Largest = values[^1];
    }

    /// <inheritdoc/>
    public override string Name => "dense";

    /// <inheritdoc/>
    public override int Length { get; }

    /// <inheritdoc/>
    public override bool IsQuadratic => true;

    /// <inheritdoc/>
    public override double Least { get; }

    /// <inheritdoc/>
    public override double Largest { get; }

    /// <inheritdoc/>
    public override double Bregman(ReadOnlySpan<double> point, ReadOnlySpan<double> start)
    {
        RequireLength(point.Length, nameof(point));
        RequireLength(start.Length, nameof(start));
        Vectors.Subtract(point, start, _work);
        Gemm.MultiplyVector<double>(false, Length, Length, 1, _p, _work, 0, _product);
        return Vectors.Dot<double>(_work, _product) / 2;
    }

    /// <inheritdoc/>
    public override double SquaredDualNorm(ReadOnlySpan<double> g)
    {
        ApplyInverse(g, _work);
        return Vectors.Dot(g, _work);
    }

    /// <inheritdoc/>
    public override void ApplyInverse(ReadOnlySpan<double> g, Span<double> result)
    {
        RequireLength(g.Length, nameof(g));
        Cholesky.Solve(_factor, Length, g, result);
    }

    /// <inheritdoc/>
    public override void Step(ReadOnlySpan<double> direction, Span<double> theta, Span<double> state, int step)
    {
        RequireLength(theta.Length, nameof(theta));
        ApplyInverse(direction, _product);
        Vectors.AddScaled<double>(-1, _product, theta);
    }
}
