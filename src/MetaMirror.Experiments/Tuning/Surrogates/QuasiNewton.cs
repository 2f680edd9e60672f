namespace MetaMirror.Experiments.Tuning.Surrogates;

/// <summary>A function and its gradient.</summary>
/// <param name="x">Shape [n].</param>
/// <param name="gradient">Shape [n]; overwritten where the value is finite.</param>
/// <returns>The value; infinite or NaN outside of its domain.</returns>
internal delegate double DifferentiableFunction(ReadOnlySpan<double> x, Span<double> gradient);

/// <summary>Minimizes smooth functions of a few variables by BFGS with Armijo's rule (Nocedal and Wright 2006, Algorithm 6.1): B is the approximation of the inverse Hessian.</summary>
internal static class QuasiNewton
{
    private const double Armijo = 1e-4;
    private const double LongestFirstStep = 1;
    private const double LeastCurvature = 1e-10;
    private const int MostHalvings = 30;

    /// <summary>Goes down from x.</summary>
    /// <param name="function">The function; finite at the start.</param>
    /// <param name="x">The start, shape [n]; overwritten by the best point.</param>
    /// <param name="iterations">Most iterations.</param>
    /// <param name="tolerance">Ends where no entry of the gradient is larger.</param>
    /// <returns>The value there; as it is at the start where that is not finite.</returns>
    public static double Minimize(DifferentiableFunction function, Span<double> x, int iterations, double tolerance)
    {
        int n = x.Length;
        double[] gradient = new double[n], next = new double[n], nextGradient = new double[n], direction = new double[n], b = Identity(n), change = new double[n];
        double value = function(x, gradient);
        for (int iteration = 0; iteration < iterations && double.IsFinite(value) && Largest(gradient) > tolerance; iteration++)
        {
            double slope = Descend(b, gradient, direction);
            if (!(slope < 0))
            {
                b = Identity(n);
                slope = Descend(b, gradient, direction);
            }

            double step = iteration == 0 ? Math.Min(1, LongestFirstStep / Largest(gradient)) : 1;
            double found = double.NaN;
            int halvings = 0;
            for (; halvings < MostHalvings; halvings++, step /= 2)
            {
                for (int i = 0; i < n; i++)
                    next[i] = x[i] + (step * direction[i]);
                found = function(next, nextGradient);
                if (double.IsFinite(found) && found <= value + (Armijo * step * slope))
                    break;
            }

            if (halvings == MostHalvings)
                return value;
            for (int i = 0; i < n; i++)
            {
                change[i] = nextGradient[i] - gradient[i];
                direction[i] *= step;
            }

            Update(b, direction, change);
            next.CopyTo(x);
            nextGradient.CopyTo(gradient, 0);
            value = found;
        }

        return value;
    }

    private static double Descend(double[] b, double[] gradient, double[] direction)
    {
        double slope = 0;
        for (int i = 0; i < gradient.Length; i++)
        {
            direction[i] = 0;
            for (int j = 0; j < gradient.Length; j++)
                direction[i] -= b[(i * gradient.Length) + j] * gradient[j];
            slope += direction[i] * gradient[i];
        }

        return slope;
    }

    /// <summary>B ← (I - s y'/y's) B (I - y s'/y's) + s s'/y's, left as it is where y's is not positive.</summary>
    private static void Update(double[] b, double[] s, double[] y)
    {
        int n = s.Length;
        double ys = 0, yBy = 0, yy = 0, ss = 0;
        double[] by = new double[n];
        for (int i = 0; i < n; i++)
        {
            ys += y[i] * s[i];
            yy += y[i] * y[i];
            ss += s[i] * s[i];
            for (int j = 0; j < n; j++)
                by[i] += b[(i * n) + j] * y[j];
            yBy += y[i] * by[i];
        }

        if (!(ys > LeastCurvature * Math.Sqrt(yy * ss)))
            return;
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
                b[(i * n) + j] += (((1 + (yBy / ys)) * s[i] * s[j]) - (by[i] * s[j]) - (s[i] * by[j])) / ys;
        }
    }

    private static double[] Identity(int n)
    {
        double[] b = new double[n * n];
        for (int i = 0; i < n; i++)
            b[(i * n) + i] = 1;
        return b;
    }

    private static double Largest(double[] values)
    {
        double largest = 0;
        foreach (double value in values)
            largest = Math.Max(largest, Math.Abs(value));
        return largest;
    }
}
