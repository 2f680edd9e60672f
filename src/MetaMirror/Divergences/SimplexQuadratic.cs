namespace MetaMirror.Divergences;

/// <summary>min over the simplex of 1/2 (x - a)^T H (x - a) - q^T (x - a), by a primal active-set method started at a (Nocedal and Wright, section 16.5).</summary>
internal static class SimplexQuadratic
{
    /// <summary>A component joins the face only if its gain exceeds this share of the largest q.</summary>
    private const double SmallestGain = 1e-15;

    /// <summary>Added to the diagonal, times its largest entry: nearly equal components leave H singular although q still tells them apart.</summary>
    private const double Ridge = 1e-12;

    /// <summary>Writes the minimizer to x; its zeros are exact. A degenerate problem may stop early, at a feasible point no worse than a.</summary>
    public static void Minimize(int n, ReadOnlySpan<double> hessian, ReadOnlySpan<double> q, ReadOnlySpan<double> a, Span<double> x)
    {
        Span<bool> face = stackalloc bool[n];
        Span<double> r = stackalloc double[n], d = stackalloc double[n], h = stackalloc double[n * n];
        a.CopyTo(x);
        hessian.CopyTo(h);
        double scale = 0, largest = 0;
        for (int j = 0; j < n; j++)
        {
            face[j] = a[j] > 0;
            scale = Math.Max(scale, Math.Abs(q[j]));
            largest = Math.Max(largest, h[(j * n) + j]);
        }

        for (int j = 0; j < n; j++)
            h[(j * n) + j] += Ridge * largest;

        for (int round = 0; round < 4 * n * n; round++)
        {
            Residual(n, h, q, a, x, r);
            SimplexFace.Solve(n, h, face, r, d);
            int blocking = -1;
            double t = 1;
            for (int j = 0; j < n; j++)
            {
                if (face[j] && x[j] + d[j] < 0 && x[j] < -d[j] * t)
                {
                    t = x[j] / -d[j];
                    blocking = j;
                }
            }

            for (int j = 0; j < n; j++)
                x[j] = face[j] ? Math.Max(0, x[j] + (t * d[j])) : 0;
            if (blocking >= 0)
            {
                x[blocking] = 0;
                face[blocking] = false;
                continue;
            }

            Residual(n, h, q, a, x, r);
            int entering = Entering(face, r, SmallestGain * scale);
            if (entering < 0)
                return;
            face[entering] = true;
        }
    }

    private static void Residual(int n, ReadOnlySpan<double> h, ReadOnlySpan<double> q, ReadOnlySpan<double> a, ReadOnlySpan<double> x, Span<double> r)
    {
        for (int j = 0; j < n; j++)
        {
            r[j] = q[j];
            for (int k = 0; k < n; k++)
                r[j] -= h[(j * n) + k] * (x[k] - a[k]);
        }
    }

    /// <summary>The component off the face that gains most: r_j above the face's common value mu.</summary>
    private static int Entering(ReadOnlySpan<bool> face, ReadOnlySpan<double> r, double smallest)
    {
        double mu = double.NegativeInfinity, gain = smallest;
        for (int j = 0; j < r.Length; j++)
        {
            if (face[j])
                mu = Math.Max(mu, r[j]);
        }

        int entering = -1;
        for (int j = 0; j < r.Length; j++)
        {
            if (!face[j] && r[j] - mu > gain)
            {
                gain = r[j] - mu;
                entering = j;
            }
        }

        return entering;
    }
}
