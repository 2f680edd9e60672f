using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules.Rivals;

/// <summary>
/// Muon and the Adam beside it, as in the author's code (muon.py: muon_update, zeropower_via_newtonschulz5, adam_update), in double; but for the factor of steps, which takes rows and columns of the matrix where
/// that code takes the last two sides of a gradient of four, and for which matrices Adam gets.
/// </summary>
internal static class MuonReference
{
    public static ReferenceStep Of(MuonOptions o) => x =>
    {
        ParameterLayout layout = RivalCases.LayoutOf(x.Theta.Length);
        ParameterBlock? output = o.AdamForOutput ? layout.Blocks.LastOrDefault(b => b.Shape.Length > 1) : null, kernel = o.AdamForFirstConvolution ? layout.Blocks.FirstOrDefault(b => b.Shape.Length == 4) : null;
        if (layout.Blocks.Count(b => b.Shape.Length > 1) == 1)
            output = kernel = null;
        double scale = x.Scale.Real, lambda = x["weight_decay"].Real, eta = x["learning_rate"].Real * scale, adamEta = x["adam_rate"].Real * scale;
        int at = 0;
        foreach (ParameterBlock b in layout.Blocks)
        {
            int n = b.Length, rows = b.Rows, columns = b.Columns;
            if (b.Shape.Length == 1 || b == output || b == kernel)
            {
                for (int i = 0; i < n; i++)
                    x.Theta[b.Offset + i] = Adam(x, b.Offset + i, at + i, at + n + i, adamEta, lambda, o.AdamEpsilon);
                at += 2 * n;
                continue;
            }

            double mu = x["momentum"].Real;
            double[] update = new double[n];
            for (int i = 0; i < n; i++)
            {
                double g = x.Gradient[b.Offset + i].Real, m = (mu * x.State[at + i].Real) + ((1 - mu) * g);
                x.State[at + i] = m;
                update[i] = o.Nesterov ? ((1 - mu) * g) + (mu * m) : m;
            }

            double[] moved = Orthogonal(update, rows, columns, o.Iterations);
            for (int i = 0; i < n; i++)
                x.Theta[b.Offset + i] = (x.Theta[b.Offset + i].Real * (1 - (eta * lambda))) - (eta * Math.Sqrt(Math.Max(1, (double)rows / columns)) * moved[i]);
            at += n;
        }

        Assert.Equal(x.State.Length, at);
    };

    /// <summary>Adam on one coordinate, decoupled decay; gives the parameter.</summary>
    private static double Adam(ReferenceIterate x, int i, int first, int second, double eta, double lambda, double epsilon)
    {
        double g = x.Gradient[i].Real, b1 = x["adam_beta1"].Real, b2 = x["adam_beta2"].Real;
        double m = (b1 * x.State[first].Real) + ((1 - b1) * g), v = (b2 * x.State[second].Real) + ((1 - b2) * g * g);
        (x.State[first], x.State[second]) = (m, v);
        int t = x.Age + 1;
        return (x.Theta[i].Real * (1 - (eta * lambda))) - (eta * m / (1 - Math.Pow(b1, t)) / (Math.Sqrt(v / (1 - Math.Pow(b2, t))) + epsilon));
    }

    private static double[] Orthogonal(double[] g, int rows, int columns, int steps)
    {
        bool tall = rows > columns;
        (int m, int n) = tall ? (columns, rows) : (rows, columns);
        double norm = Math.Sqrt(g.Sum(v => v * v)) + 1e-7;
        double[] x = [.. Enumerable.Range(0, m * n).Select(i => (tall ? g[(i % n * columns) + (i / n)] : g[i]) / norm)];
        for (int k = 0; k < steps; k++)
        {
            double[] a = Product(x, Transposed(x, m, n), m, n, m), aa = Product(a, a, m, m, m);
            double[] b = [.. a.Zip(aa, (p, q) => (-4.7750 * p) + (2.0315 * q))], bx = Product(b, x, m, m, n);
            x = [.. x.Zip(bx, (p, q) => (3.4445 * p) + q)];
        }

        return tall ? Transposed(x, m, n) : x;
    }

    private static double[] Transposed(double[] a, int rows, int columns) => [.. Enumerable.Range(0, a.Length).Select(i => a[(i % rows * columns) + (i / rows)])];

    private static double[] Product(double[] a, double[] b, int rows, int inner, int columns) =>
        [.. Enumerable.Range(0, rows * columns).Select(i => Enumerable.Range(0, inner).Sum(k => a[(i / columns * inner) + k] * b[(k * columns) + (i % columns)]))];
}
