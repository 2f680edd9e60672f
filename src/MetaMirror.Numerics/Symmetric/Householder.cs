namespace MetaMirror.Numerics;

/// <summary>Tridiagonalization A = Q T Qᵀ with Q = H_0 H_1 … H_{n−3}, H_k = I − τ_k v_k v_kᵀ.</summary>
internal static class Householder
{
    /// <summary>Columns below 2^-400 are brought to size 1 first: their squares would be lost, or the inverse of these beyond range. The others keep their bits.</summary>
    private const int SmallExponent = -400;

    /// <summary>diagonal, offDiagonal ← T (offDiagonal_i couples i and i + 1); row k of a, right of its diagonal, ← v_k.</summary>
    public static void Tridiagonalize(Span<double> a, int n, Span<double> diagonal, Span<double> offDiagonal, Span<double> tau, Span<double> scratch)
    {
        offDiagonal.Clear();
        tau.Clear();
        for (int k = 0; k < n; k++)
        {
            diagonal[k] = a[(k * n) + k];
            int m = n - k - 1;
            if (m == 0)
                break;
            Span<double> v = a.Slice((k * n) + k + 1, m);
            if (m == 1)
            {
                offDiagonal[k] = v[0];
                continue;
            }

            // A power of two changes no digit, and a reflection does not see the length of its v.
            double largest = Vectors.MaxAbs<double>(v);
            int exponent = largest > 0 && Math.ILogB(largest) < SmallExponent ? Math.ILogB(largest) : 0;
            if (exponent != 0)
                Multiply(v, -exponent);
            double tail = Vectors.SquaredNorm<double>(v[1..]);
            if (tail == 0)
            {
                offDiagonal[k] = Math.ScaleB(v[0], exponent);
                continue;
            }

            // H x = alpha e_1; the sign of alpha avoids cancellation in v_0 = x_0 − alpha.
            double alpha = -Math.CopySign(Math.Sqrt((v[0] * v[0]) + tail), v[0]);
            v[0] -= alpha;
            double t = 2 / ((v[0] * v[0]) + tail);
            offDiagonal[k] = Math.ScaleB(alpha, exponent);
            tau[k] = t;

            // A ← H A H = A − v qᵀ − q vᵀ with p = t A v, q = p − (t/2)(pᵀv) v.
            Span<double> q = diagonal.Slice(k + 1, m), change = scratch[..m];
            for (int i = 0; i < m; i++)
                q[i] = t * Vectors.Dot<double>(a.Slice(((k + 1 + i) * n) + k + 1, m), v);
            Vectors.AddScaled(-0.5 * t * Vectors.Dot<double>(q, v), v, q);
            for (int i = 0; i < m; i++)
            {
                Span<double> row = a.Slice(((k + 1 + i) * n) + k + 1, m);
                Vectors.LinearCombination(v[i], q, q[i], v, change);
                Vectors.Subtract(row, change, row);
            }
        }
    }

    /// <summary>v ← 2^exponent v, entry by entry: the factor itself may be beyond range.</summary>
    private static void Multiply(Span<double> v, int exponent)
    {
        for (int i = 0; i < v.Length; i++)
            v[i] = Math.ScaleB(v[i], exponent);
    }

    /// <summary>Row i of q ← column i of Q.</summary>
    public static void Accumulate(ReadOnlySpan<double> a, int n, ReadOnlySpan<double> tau, Span<double> q)
    {
        q.Clear();
        for (int i = 0; i < n; i++)
            q[(i * n) + i] = 1;

        // Qᵀ ← Qᵀ H_k from the last reflection to the first: before step k, Qᵀ is the identity outside rows and columns k + 2, ….
        for (int k = n - 3; k >= 0; k--)
        {
            if (tau[k] == 0)
                continue;
            int m = n - k - 1;
            ReadOnlySpan<double> v = a.Slice((k * n) + k + 1, m);
            for (int i = k + 1; i < n; i++)
            {
                Span<double> row = q.Slice((i * n) + k + 1, m);
                Vectors.AddScaled(-tau[k] * Vectors.Dot(row, v), v, row);
            }
        }
    }
}
