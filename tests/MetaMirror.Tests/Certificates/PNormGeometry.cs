using MetaMirror.Certificates;

namespace MetaMirror.Tests.Certificates;

/// <summary>phi = ||theta||_p^2 / (2 (p - 1)), 1 &lt; p &lt;= 2: 1-strongly convex in the p-norm, whose dual is the q-norm; both gradient maps are closed forms.</summary>
internal sealed class PNormGeometry(int length, double p) : Geometry
{
    private readonly double _q = p / (p - 1);

    public override string Name => "p-norm";

    public override int Length => length;

    public override bool IsQuadratic => false;

    public override double Least => 0;

    public override double Largest => double.PositiveInfinity;

    public override double Bregman(ReadOnlySpan<double> point, ReadOnlySpan<double> start)
    {
        double[] slope = Map(start, p, 1 / (p - 1));
        double sum = (Square(point, p) - Square(start, p)) / (2 * (p - 1));
        for (int i = 0; i < slope.Length; i++)
            sum -= slope[i] * (point[i] - start[i]);
        return sum;
    }

    public override double SquaredDualNorm(ReadOnlySpan<double> g) => Square(g, _q);

    public override void ApplyInverse(ReadOnlySpan<double> g, Span<double> result) => throw new NotSupportedException("A p-norm has no metric.");

    public override void Step(ReadOnlySpan<double> direction, Span<double> theta, Span<double> state, int step)
    {
        double[] z = Map(theta, p, 1 / (p - 1));
        for (int i = 0; i < z.Length; i++)
            z[i] -= direction[i];
        Map(z, _q, p - 1).CopyTo(theta);
    }

    private static double Square(ReadOnlySpan<double> x, double r)
    {
        double sum = 0;
        foreach (double entry in x)
            sum += Math.Pow(Math.Abs(entry), r);
        return Math.Pow(sum, 2 / r);
    }

    /// <summary>The gradient of scale / 2 ||x||_r^2.</summary>
    private static double[] Map(ReadOnlySpan<double> x, double r, double scale)
    {
        double norm = Math.Sqrt(Square(x, r));
        double[] result = new double[x.Length];
        for (int i = 0; i < result.Length && norm > 0; i++)
            result[i] = scale * Math.Sign(x[i]) * Math.Pow(Math.Abs(x[i]), r - 1) / Math.Pow(norm, r - 2);
        return result;
    }
}
