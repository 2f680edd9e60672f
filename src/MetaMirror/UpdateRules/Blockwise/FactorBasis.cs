using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules.Blockwise;

/// <summary>The eigenbasis of a factor, an average over a run, as rows. NaN where the factor is not finite, so that the next step shows that the run diverged.</summary>
internal static class FactorBasis
{
    /// <summary>rows ← eigenvectors.</summary>
    public static void Start<T>(ReadOnlySpan<T> factor, int n, Span<T> rows)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!EigenRows.TryCompute(factor, n, rows))
            rows.Fill(T.NaN);
    }

    /// <summary>One step of orthogonal iteration. A factor of zeros, which can't be followed, leaves the basis where it is.</summary>
    /// <param name="factor">Shape [n, n].</param>
    /// <param name="n">Order.</param>
    /// <param name="rows">The basis.</param>
    /// <param name="scratch">At least <see cref="EigenRows.FollowScratch"/>.</param>
    public static void Follow<T>(ReadOnlySpan<T> factor, int n, Span<T> rows, Span<T> scratch)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!EigenRows.Follow(factor, n, rows, scratch) && !Vectors.AllFinite(factor))
            rows.Fill(T.NaN);
    }
}
