using MetaMirror.Certificates;

namespace MetaMirror.Tests.Certificates;

/// <summary>A loss with a sub-gradient.</summary>
internal delegate double LossOf(double[] theta, double[] gradient);

/// <summary>h_{t+1} after step t, from c_t g_t and what came before.</summary>
internal delegate double[] NextHint(int step, double[] scaled);

/// <summary>The update formulas of 6.8 as written, in theta: independent of the shadow sequence that the library replays, and, in quadratics, of the steps of its geometries.</summary>
internal static class FormRun
{
    public static RunSums Of(Geometry geometry, DescentForm form, LossOf loss, double[] start, List<double[]>? path = null, Action<double[]>? disturb = null, NextHint? hints = null)
    {
        int n = start.Length;
        double[] theta = [.. start], g = new double[n], v = new double[n], move = new double[n], hint = new double[n];
        var sums = new RunSums(geometry, form, form.Steps);
        double[] state = new double[geometry.StateLength];
        double[][]? metric = geometry.IsQuadratic ? Metric(geometry) : null;
        double before = double.NaN;
        for (int t = 0; t < form.Steps; t++)
        {
            double value = loss(theta, g), norm = Math.Sqrt(geometry.SquaredDualNorm(g)), length = Math.Sqrt(g.Sum(x => x * x));
            path?.Add([.. theta]);
            sums.Add(theta, g, value);
            double s = form.Scaling switch
            {
                GradientScaling.DualNorm => Math.Min(1, form.Radius / norm),
                GradientScaling.EuclideanNorm => Math.Min(1, form.Radius / length),
                GradientScaling.PreviousDualNorm => t == 0 ? 1 : Math.Min(1, form.Radius / before),
                GradientScaling.Normalized => norm > 0 ? form.Radius / norm : 0,
                _ => 1,
            };
            double[]? other = form.Momentum == MomentumForm.Hints ? hints!(t, [.. g.Select(x => form.Rates[t] * s * x)]) : null;
            double eta = form.Rates[t], mu = form.Mu;
            for (int i = 0; i < n; i++)
            {
                double scaled = s * g[i];
                v[i] = (mu * v[i]) + scaled;
                double next = eta * scaled;
                move[i] = form.Momentum switch
                {
                    MomentumForm.HeavyBall => eta * v[i],
                    MomentumForm.Nesterov => eta * (scaled + (mu * v[i])),
                    MomentumForm.Optimistic => next - hint[i] + next,
                    MomentumForm.Hints => next - hint[i] + other![i],
                    _ => next,
                };
                hint[i] = other is null ? next : other[i];
            }

            if (metric is null)
                geometry.Step(move, theta, state, t);
            else
                theta = [.. theta.Zip(Solve(metric, move), (x, d) => x - d)];
            disturb?.Invoke(theta);
            before = norm;
        }

        path?.Add([.. theta]);
        sums.Finish(theta);
        return sums;
    }

    /// <summary>P, from 1/2 ||x||_P^2 of sums and differences of unit vectors.</summary>
    private static double[][] Metric(Geometry geometry)
    {
        int n = geometry.Length;
        return [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Select(j => i == j ? 2 * Half(i, i, 0) : (Half(i, j, 1) - Half(i, j, -1)) / 2).ToArray())];

        double Half(int i, int j, double sign)
        {
            double[] x = new double[n];
            x[i] = 1;
            x[j] += sign;
            return geometry.Bregman(x, new double[n]);
        }
    }

    /// <summary>P^-1 b by Gauss' elimination, which needs no pivots where P is positive definite.</summary>
    private static double[] Solve(double[][] p, double[] b)
    {
        int n = b.Length;
        double[][] rows = [.. p.Select((row, i) => (double[])[.. row, b[i]])];
        for (int k = 0; k < n; k++)
        {
            foreach (double[] row in rows.Where(r => r != rows[k]))
            {
                double factor = row[k] / rows[k][k];
                for (int j = k; j <= n; j++)
                    row[j] -= factor * rows[k][j];
            }
        }

        return [.. rows.Select((row, k) => row[n] / row[k])];
    }

    /// <summary>The run with its losses measured on the one full loss.</summary>
    public static CertifiedRun Certified(RunSums sums, LossOf loss, Comparator comparator, MetaMirror.Objectives.LossCurvature curvature)
    {
        double[] scratch = new double[sums.Initial.Length];
        return new CertifiedRun
        {
            Sums = sums,
            Curvature = curvature,
            Comparator = comparator,
            ComparatorLoss = loss(comparator.Point.ToArray(), scratch),
            AverageLoss = loss(sums.Average.ToArray(), scratch),
            FinalLoss = loss(sums.Final.ToArray(), scratch),
        };
    }

    /// <summary>The certificate of a name, accepted.</summary>
    public static Certificate Certify<TCertificate>(CertifiedRun run)
        where TCertificate : RunCertificate, new()
    {
        Certificate certificate = new TCertificate().Certify(run);
        Assert.False(certificate.IsRefused, certificate.Verdict);
        Assert.False(certificate.IsExceeded, certificate.Verdict);
        return certificate;
    }
}
