using MetaMirror.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules.Rivals;

/// <summary>
/// SOAP, line by line as in the authors' code (soap.py of 2024: step, update_preconditioner, get_orthogonal_matrix_QR), in double, with momentum kept in the tensor's own coordinates between
/// steps as their update_preconditioner does. Columns are sorted for the QR factorization and v's with them, then both are put back: the state is compared, and there columns stay.
/// </summary>
internal static class SoapReference
{
    public static ReferenceStep Of(SoapOptions o) => x =>
    {
        ParameterLayout layout = RivalCases.LayoutOf(x.Theta.Length);
        double eta = (x["learning_rate"] * x.Scale).Real, b1 = x["beta1"].Real, b2 = x["beta2"].Real, b = x["shampoo_beta"].Real, lambda = x["weight_decay"].Real;
        int at = 0, t = x.Age;
        foreach (ParameterBlock block in layout.Blocks)
        {
            (int m, int n, int offset) = (block.Rows, block.Columns, block.Offset);
            bool left = block.Shape.Length > 1 && m > 1 && m <= o.LargestDimension, right = block.Shape.Length > 1 && n > 1 && n <= o.LargestDimension;
            int start = at;
            double[] g = [.. x.Gradient[offset..(offset + block.Length)].Select(z => z.Real)];
            double[] l = Take(left ? m * m : 0), ql = Take(l.Length), r = Take(right ? n * n : 0), qr = Take(r.Length), first = Take(block.Length), second = Take(block.Length);
            if (t > 0)
            {
                double[] projected = Project(g, m, n, ql, qr), direction = new double[g.Length];
                for (int i = 0; i < g.Length; i++)
                {
                    first[i] = (b1 * first[i]) + ((1 - b1) * projected[i]);
                    second[i] = (b2 * second[i]) + ((1 - b2) * projected[i] * projected[i]);
                    direction[i] = first[i] / (Math.Sqrt(second[i]) + o.Epsilon);
                }

                direction = Back(direction, m, n, ql, qr);
                double step = eta * Math.Sqrt(1 - Math.Pow(b2, t)) / (1 - Math.Pow(b1, t));
                for (int i = 0; i < g.Length; i++)
                {
                    double theta = x.Theta[offset + i].Real - (step * direction[i]);
                    x.Theta[offset + i] = theta - (eta * lambda * theta);
                }
            }

            double[] own = Back(first, m, n, ql, qr);
            for (int i = 0; i < l.Length; i++)
                l[i] = (b * l[i]) + ((1 - b) * Sum(n, k => g[(i / m * n) + k] * g[(i % m * n) + k]));
            for (int i = 0; i < r.Length; i++)
                r[i] = (b * r[i]) + ((1 - b) * Sum(m, k => g[(k * n) + (i / n)] * g[(k * n) + (i % n)]));
            if (t == 0)
            {
                if (left)
                    EigenRows.TryCompute<double>(l, m, ql);
                if (right)
                    EigenRows.TryCompute<double>(r, n, qr);
            }
            else if (t % o.RefreshEvery == 0)
            {
                (ql, qr) = (Refreshed(l, m, ql), Refreshed(r, n, qr));
                first = Project(own, m, n, ql, qr);
            }

            foreach (double value in (IEnumerable<double>)[.. l, .. ql, .. r, .. qr, .. first, .. second])
                x.State[start++] = value;
        }

        Assert.Equal(x.State.Length, at);

        double[] Take(int count) => [.. x.State[at..(at += count)].Select(z => z.Real)];
    };

    /// <summary>Rows q of Q^T by descending q A q; Gram-Schmidt on their images, twice; back to their places. What has no image but rounding stays.</summary>
    public static double[] Refreshed(double[] a, int n, double[] rows)
    {
        if (rows.Length == 0)
            return rows;
        double trace = Sum(n, i => a[(i * n) + i]);
        double[][] q = [.. Enumerable.Range(0, n).Select(i => rows[(i * n)..((i + 1) * n)])];
        double[][] image = [.. q.Select(row => Enumerable.Range(0, n).Select(j => Sum(n, k => row[k] * a[(k * n) + j])).ToArray())];
        int[] order = [.. Enumerable.Range(0, n).OrderByDescending(i => Dot(q[i], image[i]))];
        double[][] turned = Orthonormal(order.Select(i => Math.Sqrt(Dot(image[i], image[i])) > 1e-12 * trace ? image[i] : q[i]));
        double[] result = new double[n * n];
        for (int k = 0; k < n; k++)
            turned[k].CopyTo(result, order[k] * n);
        return result;
    }

    /// <summary>Gram-Schmidt, twice.</summary>
    public static double[][] Orthonormal(IEnumerable<double[]> rows)
    {
        var done = new List<double[]>();
        foreach (double[] row in rows)
        {
            double[] v = row;
            for (int pass = 0; pass < 2; pass++)
            {
                foreach (double[] before in done)
                {
                    double along = Dot(v, before);
                    v = [.. v.Zip(before, (p, s) => p - (along * s))];
                }

                double length = Math.Sqrt(Dot(v, v));
                v = [.. v.Select(p => p / length)];
            }

            done.Add(v);
        }

        return [.. done];
    }

    /// <summary>Q_L^T A Q_R for bases as rows.</summary>
    private static double[] Project(double[] a, int m, int n, double[] ql, double[] qr)
    {
        double[] right = qr.Length == 0 ? a : [.. a.Select((_, i) => Sum(n, k => a[(i / n * n) + k] * qr[(i % n * n) + k]))];
        return ql.Length == 0 ? right : [.. a.Select((_, i) => Sum(m, k => ql[(i / n * m) + k] * right[(k * n) + (i % n)]))];
    }

    private static double[] Back(double[] a, int m, int n, double[] ql, double[] qr)
    {
        double[] right = qr.Length == 0 ? a : [.. a.Select((_, i) => Sum(n, k => a[(i / n * n) + k] * qr[(k * n) + (i % n)]))];
        return ql.Length == 0 ? right : [.. a.Select((_, i) => Sum(m, k => ql[(k * m) + (i / n)] * right[(k * n) + (i % n)]))];
    }

    private static double Dot(double[] x, double[] y) => x.Zip(y, (p, q) => p * q).Sum();

    private static double Sum(int n, Func<int, double> term) => Enumerable.Range(0, n).Sum(term);
}
