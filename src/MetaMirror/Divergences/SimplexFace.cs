namespace MetaMirror.Divergences;

/// <summary>
/// Solves [H 1; 1^T 0] [d; mu] = [r; 0] on a face of the simplex: d_j = 0 off the face, sum d = 0. H is positive semi-definite.
/// </summary>
/// <remarks>
/// One face member is the base m; the others are eliminated through R_jk = H_jk - H_jm - H_mk + H_mm by Cholesky with diagonal pivoting.
/// Directions in which R is singular to rounding (components that are equal) are left at 0, so the map r -> d stays linear and symmetric.
/// </remarks>
internal static class SimplexFace
{
    /// <summary>Pivots below this share of the largest entry of H are rounding: R is a difference of four such entries.</summary>
    private const double SingularPivot = 1e-13;

    public static void Solve(int n, ReadOnlySpan<double> h, ReadOnlySpan<bool> face, ReadOnlySpan<double> r, Span<double> d)
    {
        d.Clear();
        int m = face.IndexOf(true);
        if (m < 0)
            return;
        Span<int> member = stackalloc int[n];
        int count = 0;
        double largest = 0;
        for (int j = m; j < n; j++)
        {
            if (!face[j])
                continue;
            largest = Math.Max(largest, h[(j * n) + j]);
            if (j != m)
                member[count++] = j;
        }

        // Row-major lower triangle of the reduced matrix, and its right side.
        Span<double> c = stackalloc double[count * count], y = stackalloc double[count];
        for (int j = 0; j < count; j++)
        {
            int row = member[j];
            y[j] = r[row] - r[m];
            for (int k = 0; k < count; k++)
                c[(j * count) + k] = h[(row * n) + member[k]] - h[(row * n) + m] - h[(m * n) + member[k]] + h[(m * n) + m];
        }

        int rank = Factor(count, c, y, member[..count], SingularPivot * largest);
        for (int j = rank - 1; j >= 0; j--)
        {
            for (int k = j + 1; k < rank; k++)
                y[j] -= c[(k * count) + j] * y[k];
            y[j] /= c[(j * count) + j];
            d[member[j]] = y[j];
            d[m] -= y[j];
        }
    }

    /// <summary>C C^T = R in pivoted order and y = C^-1 y in place; returns the rank.</summary>
    private static int Factor(int count, Span<double> c, Span<double> y, Span<int> member, double singular)
    {
        for (int p = 0; p < count; p++)
        {
            int best = p;
            for (int j = p + 1; j < count; j++)
            {
                if (c[(j * count) + j] > c[(best * count) + best])
                    best = j;
            }

            if (!(c[(best * count) + best] > singular))
                return p;
            Exchange(count, c, y, member, p, best);
            double pivot = Math.Sqrt(c[(p * count) + p]);
            c[(p * count) + p] = pivot;
            y[p] /= pivot;
            for (int j = p + 1; j < count; j++)
                c[(j * count) + p] /= pivot;
            for (int j = p + 1; j < count; j++)
            {
                y[j] -= c[(j * count) + p] * y[p];
                for (int k = p + 1; k < count; k++)
                    c[(j * count) + k] -= c[(j * count) + p] * c[(k * count) + p];
            }
        }

        return count;
    }

    private static void Exchange(int count, Span<double> c, Span<double> y, Span<int> member, int p, int q)
    {
        if (p == q)
            return;
        (member[p], member[q]) = (member[q], member[p]);
        (y[p], y[q]) = (y[q], y[p]);
        for (int k = 0; k < count; k++)
            (c[(p * count) + k], c[(q * count) + k]) = (c[(q * count) + k], c[(p * count) + k]);
        for (int k = 0; k < count; k++)
            (c[(k * count) + p], c[(k * count) + q]) = (c[(k * count) + q], c[(k * count) + p]);
    }
}
