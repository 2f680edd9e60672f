using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Divergences;

public static partial class BregmanProjections
{
    private const int MaximumBallSteps = 100;

    /// <summary>Euclidean projection onto {||x - c||_2 &lt;= r}: c + (y - c) min(1, r / ||y - c||). Also that of <see cref="ScaledIdentity{T}"/>.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="center">c, shape [n].</param>
    /// <param name="radius">r, not negative.</param>
    /// <param name="y">Shape [n]; overwritten by the projection.</param>
    /// <exception cref="ArgumentException">Lengths differ, y is not finite, or the radius is negative.</exception>
    public static void OntoBall<T>(ReadOnlySpan<T> center, double radius, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        RequireBall(center, radius, y);
        double norm = 0;
        for (int i = 0; i < y.Length; i++)
            norm += Square(y[i], center[i]);
        norm = Math.Sqrt(norm);
        if (norm <= radius)
            return;
        T factor = T.CreateTruncating(radius / norm);
        for (int i = 0; i < y.Length; i++)
            y[i] = center[i] + ((y[i] - center[i]) * factor);
    }

    /// <summary>
    /// argmin 1/2 ||x - y||_P^2 over {||x - c||_2 &lt;= r}: x - c = P (P + mu)^-1 (y - c), with mu &gt;= 0 from the secular equation
    /// 1/||x(mu) - c|| = 1/r, whose left side is concave in mu, so that Newton's method from 0 rises to the root.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="metric">Diagonal of P, positive, shape [n].</param>
    /// <param name="center">c, shape [n].</param>
    /// <param name="radius">r, positive.</param>
    /// <param name="y">Shape [n]; overwritten by the projection.</param>
    /// <exception cref="ArgumentException">Lengths differ, y is not finite, an entry of P or the radius is not positive.</exception>
    public static void OntoBallInMetric<T>(ReadOnlySpan<T> metric, ReadOnlySpan<T> center, double radius, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        RequireBall(center, radius, y);
        RequireMetric(metric, y.Length);
        if (radius == 0)
        {
            center.CopyTo(y);
            return;
        }

        double mu = 0;
        for (int step = 0; step < MaximumBallSteps; step++)
        {
            // s = ||x - c||^2 and -s'/2 = sum d^2 P^2 / (P + mu)^3.
            double s = 0, slope = 0;
            for (int i = 0; i < y.Length; i++)
            {
                double p = double.CreateTruncating(metric[i]), x = Square(y[i], center[i]) * (p / (p + mu)) * (p / (p + mu));
                s += x;
                slope += x / (p + mu);
            }

            double norm = Math.Sqrt(s);
            if (norm <= radius)
                break;
            double next = mu + ((norm - radius) / radius * s / slope);
            if (!(next > mu))
                break;
            mu = next;
        }

        if (mu == 0)
            return;
        for (int i = 0; i < y.Length; i++)
        {
            double p = double.CreateTruncating(metric[i]);
            y[i] = center[i] + ((y[i] - center[i]) * T.CreateTruncating(p / (p + mu)));
        }
    }

    private static double Square<T>(T y, T c)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double delta = double.CreateTruncating(y - c);
        return delta * delta;
    }

    private static void RequireBall<T>(ReadOnlySpan<T> center, double radius, ReadOnlySpan<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (center.Length != y.Length)
            throw new ArgumentException($"center has length {center.Length}, expected {y.Length}.", nameof(center));
        if (!(radius >= 0) || !double.IsFinite(radius))
            throw new ArgumentOutOfRangeException(nameof(radius), radius, "The radius of a ball must not be negative.");
        RequireFinite(y);
    }
}
