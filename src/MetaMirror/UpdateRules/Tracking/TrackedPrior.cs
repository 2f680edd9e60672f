using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules.Tracking;

/// <summary>
/// The learned prior in the basis at hand: with S_R = U diag(l) U^T + rho (I - U U^T) from the source tasks and an isotropic output side, column q has the second
/// moment q^T S_R q / m, and an entry of the residual trace(rest) / (m n). So the prior survives rotation.
/// </summary>
internal static class TrackedPrior
{
    /// <summary>Writes one value per column of the basis, then the residual's.</summary>
    public static void Write<T>(TrackedBlock<T> block, ReadOnlySpan<T> rows, Span<T> prior, Span<T> scratch)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        BasisBlock<T> start = block.Start;
        (int m, int n, int k, int r) = (block.M, block.N, block.Columns, start.Rank);
        double rest = block.RestTrace;
        double outside = n > r ? rest / (n - r) : 0;
        Span<T> overlap = scratch[..(k * r)];
        if (block.HasRight)
            Gemm.Multiply(false, false, k, r, n, T.One, rows, start.Right, T.Zero, overlap);
        else if (n > 1)
            start.Right.CopyTo(overlap);
        else
            overlap.Fill(T.One);
        for (int j = 0; j < k; j++)
        {
            double inside = 0, moment = 0;
            for (int i = 0; i < r; i++)
            {
                double c = double.CreateTruncating(overlap[(j * r) + i]);
                inside += c * c;
                moment += c * c * block.Eigenvalues[i];
            }

            prior[j] = T.CreateTruncating((moment + (Math.Max(0, 1 - inside) * outside)) / m);
        }

        prior[k] = T.CreateTruncating(rest / m / n);
    }

    /// <summary>l: S0 = l_L l_R^T / tr S_L has each as the sum of its column.</summary>
    public static double[] Eigenvalues<T>(BasisBlock<T> start)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[] sums = new double[start.Rank];
        for (int i = 0; i < start.Block.Rows; i++)
        {
            for (int j = 0; j < sums.Length; j++)
                sums[j] += double.CreateTruncating(start.Prior[(i * start.Rank) + j]);
        }

        return sums;
    }

    /// <summary>The trace of what the start's basis leaves out.</summary>
    public static double RestTrace<T>(BasisBlock<T> start)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double rest = 0;
        foreach (T value in start.Rest)
            rest += double.CreateTruncating(value) * start.Block.Columns;
        return rest;
    }
}
