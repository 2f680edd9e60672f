using MetaMirror.Numerics;

namespace MetaMirror.Certificates;

/// <summary>phi = 1/2 theta^T diag(p) theta.</summary>
public sealed class DiagonalGeometry : Geometry
{
    private readonly double[] _p;
    private readonly double[] _inverse;
    private readonly double[] _work;

    /// <summary>Takes the diagonal, finite and positive.</summary>
    /// <exception cref="ArgumentException">An entry is not.</exception>
    public DiagonalGeometry(ReadOnlySpan<double> p)
    {
        _p = p.ToArray();
        int index = Array.FindIndex(_p, x => !(x > 0) || !double.IsFinite(1 / x) || !double.IsFinite(x));
        if (index >= 0)
            throw new ArgumentException($"Entry {index} of the diagonal metric is {_p[index]}, expected a positive number.", nameof(p));
        _inverse = [.. _p.Select(x => 1 / x)];
        _work = new double[_p.Length];
        Least = _p.Length > 0 ? _p.Min() : 1;
        Largest = _p.Length > 0 ? _p.Max() : 1;
    }

    /// <inheritdoc/>
    public override string Name => "diagonal";

    /// <inheritdoc/>
    public override int Length => _p.Length;

    /// <inheritdoc/>
    public override bool IsQuadratic => true;

    /// <inheritdoc/>
    public override double Least { get; }

    /// <inheritdoc/>
    public override double Largest { get; }

    /// <summary>||.||_2 in n dimensions.</summary>
    public static DiagonalGeometry Euclidean(int length)
    {
        double[] ones = new double[length];
        Array.Fill(ones, 1);
        return new DiagonalGeometry(ones);
    }

    /// <inheritdoc/>
    public override double Bregman(ReadOnlySpan<double> point, ReadOnlySpan<double> start)
    {
        RequireLength(point.Length, nameof(point));
        RequireLength(start.Length, nameof(start));
        Vectors.Subtract(point, start, _work);
        Vectors.Multiply<double>(_work, _work, _work);
        return Vectors.Dot<double>(_work, _p) / 2;
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
        Vectors.Multiply(g, _inverse, result);
    }

    /// <inheritdoc/>
    public override void Step(ReadOnlySpan<double> direction, Span<double> theta, Span<double> state, int step)
    {
        RequireLength(theta.Length, nameof(theta));
        ApplyInverse(direction, _work);
        Vectors.AddScaled<double>(-1, _work, theta);
    }
}
