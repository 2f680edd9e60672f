namespace MetaMirror.Experiments.Plots;

/// <summary>A quadratic in the plane, f(theta) = theta^T Q theta - b^T theta with Q symmetric.</summary>
/// <param name="Q00">Entry (0, 0) of Q.</param>
/// <param name="Q01">Entry (0, 1) = (1, 0) of Q.</param>
/// <param name="Q11">Entry (1, 1) of Q.</param>
/// <param name="B0">Entry 0 of b.</param>
/// <param name="B1">Entry 1 of b.</param>
public readonly record struct PlaneQuadratic(double Q00, double Q01, double Q11, double B0, double B1)
{
    /// <summary>Whether Q is positive definite, so that the level sets are ellipses.</summary>
    public bool IsConvex => Q00 > 0 && (Q00 * Q11) - (Q01 * Q01) > 0;

    /// <summary>The minimizer Q^-1 b / 2.</summary>
    public (double X, double Y) Minimizer
    {
        get
        {
            var d = 2 * ((Q00 * Q11) - (Q01 * Q01));
            return (((Q11 * B0) - (Q01 * B1)) / d, ((Q00 * B1) - (Q01 * B0)) / d);
        }
    }

    /// <summary>f(x, y) - min f = (theta - theta_*)^T Q (theta - theta_*).</summary>
    /// <param name="x">First coordinate.</param>
    /// <param name="y">Second coordinate.</param>
    /// <returns>The excess, at least 0 when convex.</returns>
    public double Excess(double x, double y)
    {
        var (u, v) = (x - Minimizer.X, y - Minimizer.Y);
        return (Q00 * u * u) + (2 * Q01 * u * v) + (Q11 * v * v);
    }

    /// <summary>Points of the ellipse f - min f = level: theta_* + sqrt(level) L^-T (cos, sin) with Q = L L^T.</summary>
    /// <param name="level">Positive.</param>
    /// <param name="count">Number of points; the last equals the first.</param>
    /// <returns>The points.</returns>
    /// <exception cref="InvalidOperationException">Q is not positive definite.</exception>
    public (double X, double Y)[] Ellipse(double level, int count)
    {
        if (!IsConvex) throw new InvalidOperationException("Expected a positive definite quadratic: its level sets are no ellipses.");
        var l00 = Math.Sqrt(Q00);
        var l10 = Q01 / l00;
        var l11 = Math.Sqrt(Q11 - (l10 * l10));
        var (cx, cy) = Minimizer;
        var points = new (double X, double Y)[count];
        for (var k = 0; k < count; k++)
        {
            var (s, c) = Math.SinCos(2 * Math.PI * k / (count - 1));
            var v = Math.Sqrt(level) * s / l11;
            points[k] = (cx + (((Math.Sqrt(level) * c) - (l10 * v)) / l00), cy + v);
        }

        return points;
    }
}
