using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules.Rivals;

/// <summary>Algorithm 1 of Gupta, Koren and Singer 2018 (and Algorithm 2 for order 1), with momentum, diagonal factors and grafting, in double; roots by cyclic Jacobi rotations.</summary>
internal static class ShampooReference
{
    public static ReferenceStep Of(ShampooOptions o) => x =>
    {
        ParameterLayout layout = RivalCases.LayoutOf(x.Theta.Length);
        double eta = (x["learning_rate"] * x.Scale).Real, alpha = x["momentum"].Real;
        int at = 0, t = x.Age + 1;
        bool due = t % o.RootEvery == 0 || (t < o.RootEvery && (t & (t - 1)) == 0);
        foreach (ParameterBlock block in layout.Blocks)
        {
            (int m, int n, int offset) = (block.Rows, block.Columns, block.Offset);
            bool matrix = block.Shape.Length > 1, wholeLeft = m <= o.LargestDimension, wholeRight = n <= o.LargestDimension;
            int start = at;
            double[] g = [.. x.Gradient[offset..(offset + block.Length)].Select(z => z.Real)];
            double[] l = Take(wholeLeft ? m * m : m), rootL = Take(l.Length), r = Take(!matrix ? 0 : wholeRight ? n * n : n), rootR = Take(r.Length);
            double[] h = Take(g.Length), sums = Take(o.Grafting == ShampooGrafting.AdaGrad ? g.Length : 0);
            for (int i = 0; i < m; i++)
            {
                for (int j = 0; j < m; j++)
                {
                    double sum = Enumerable.Range(0, n).Sum(k => g[(i * n) + k] * g[(j * n) + k]);
                    if (wholeLeft)
                        l[(i * m) + j] += sum;
                    else if (i == j)
                        l[i] += sum;
                }
            }

            for (int i = 0; matrix && i < n; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    double sum = Enumerable.Range(0, m).Sum(k => g[(k * n) + i] * g[(k * n) + j]);
                    if (wholeRight)
                        r[(i * n) + j] += sum;
                    else if (i == j)
                        r[i] += sum;
                }
            }

            double exponent = matrix ? -.25 : -.5;
            if (due)
                (rootL, rootR) = (Power(Damped(l, m, wholeLeft, o.Epsilon), m, wholeLeft, exponent), Power(Damped(r, n, wholeRight, o.Epsilon), n, wholeRight, exponent));
            double[] d = new double[g.Length];
            for (int i = 0; i < g.Length; i++)
                h[i] = (alpha * h[i]) + ((1 - alpha) * g[i]);
            for (int i = 0; i < m; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    for (int p = 0; p < m; p++)
                    {
                        double left = wholeLeft ? rootL[(i * m) + p] : i == p ? rootL[i] : 0;
                        for (int q = 0; q < n; q++)
                            d[(i * n) + j] += left * h[(p * n) + q] * (!matrix ? 1 : wholeRight ? rootR[(q * n) + j] : j == q ? rootR[j] : 0);
                    }
                }
            }

            double length = 1;
            for (int i = 0; i < sums.Length; i++)
                sums[i] += g[i] * g[i];
            if (o.Grafting == ShampooGrafting.Sgd)
                length = Norm(h) / Norm(d);
            else if (o.Grafting == ShampooGrafting.AdaGrad)
                length = Norm([.. h.Zip(sums, (p, q) => p / Math.Sqrt(q + o.Epsilon))]) / Norm(d);
            for (int i = 0; i < g.Length; i++)
                x.Theta[offset + i] -= eta * length * d[i];
            foreach (double value in (IEnumerable<double>)[.. l, .. rootL, .. r, .. rootR, .. h, .. sums])
                x.State[start++] = value;
        }

        Assert.Equal(x.State.Length, at);

        double[] Take(int count) => [.. x.State[at..(at += count)].Select(z => z.Real)];
    };

    /// <summary>L_0 = eps I, which the state keeps apart.</summary>
    private static double[] Damped(double[] a, int n, bool whole, double epsilon) => [.. a.Select((v, i) => !whole || i / n == i % n ? v + epsilon : v)];

    /// <summary>A^e of a symmetric matrix, or of a diagonal.</summary>
    private static double[] Power(double[] a, int n, bool whole, double exponent)
    {
        if (!whole || a.Length == 0)
            return [.. a.Select(v => Math.Pow(v, exponent))];
        double[] d = [.. a], v = [.. a.Select((_, i) => i / n == i % n ? 1.0 : 0)];
        for (int sweep = 0; sweep < 30; sweep++)
        {
            for (int p = 0; p < n; p++)
            {
                for (int q = p + 1; q < n; q++)
                    Rotate(d, v, n, p, q);
            }
        }

        return [.. a.Select((_, i) => Enumerable.Range(0, n).Sum(k => v[(i / n * n) + k] * Math.Pow(d[(k * n) + k], exponent) * v[(i % n * n) + k]))];
    }

    /// <summary>The Jacobi rotation that makes d_pq zero.</summary>
    private static void Rotate(double[] d, double[] v, int n, int p, int q)
    {
        if (d[(p * n) + q] == 0)
            return;
        double angle = 0.5 * Math.Atan2(2 * d[(p * n) + q], d[(q * n) + q] - d[(p * n) + p]), c = Math.Cos(angle), s = Math.Sin(angle);
        for (int k = 0; k < n; k++)
            (d[(k * n) + p], d[(k * n) + q]) = ((c * d[(k * n) + p]) - (s * d[(k * n) + q]), (s * d[(k * n) + p]) + (c * d[(k * n) + q]));
        for (int k = 0; k < n; k++)
        {
            (d[(p * n) + k], d[(q * n) + k]) = ((c * d[(p * n) + k]) - (s * d[(q * n) + k]), (s * d[(p * n) + k]) + (c * d[(q * n) + k]));
            (v[(k * n) + p], v[(k * n) + q]) = ((c * v[(k * n) + p]) - (s * v[(k * n) + q]), (s * v[(k * n) + p]) + (c * v[(k * n) + q]));
        }
    }

    private static double Norm(double[] x) => Math.Sqrt(x.Sum(v => v * v));
}
