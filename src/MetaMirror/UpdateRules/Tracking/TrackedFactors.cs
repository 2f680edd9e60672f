using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules.Blockwise;

namespace MetaMirror.UpdateRules.Tracking;

/// <summary>Averages the factors of one tensor and refreshes its bases, in place: constants of the step that follows, as far as derivatives go.</summary>
internal readonly struct TrackedFactors<T>(TrackedBlock<T> block, TrackedBasisOptions options)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The first gradients are all taken: the averages are young.</summary>
    private const int Young = 10;

    /// <summary>True if bases change before the step at this age.</summary>
    public static bool IsDue(TrackedBasisOptions options, int age) => age % options.RefreshEvery == 0 || options.EarlyRefreshes.Contains(age);

    /// <summary>Takes the gradient into the factors and, where it is time, moves the bases on. At age 0 the factors start from nothing.</summary>
    /// <returns>True if the scratch begins with G Q for the basis of the step, which <see cref="TrackedFrame{T}.Project"/> then need not compute again.</returns>
    public bool Advance(int age, ReadOnlySpan<T> g, Span<T> factors, Span<T> scratch)
    {
        (int m, int n, int k, int left, int right) = (block.M, block.N, block.Columns, block.LeftLength, block.RightLength);
        Span<T> l = factors[..left], vl = factors.Slice(left, left), r = factors.Slice(2 * left, right), vr = factors.Slice((2 * left) + right, right);
        if (age == 0 && block.IsTracked)
            Transpose(block.Start.Right, n, k, vr);

        // G Q is wanted three times: in both averages and, unless Q moves on, in the step.
        Span<T> x = scratch[..block.KeptLength];
        if (block.IsTracked)
            Gemm.Multiply(false, true, m, k, n, T.One, g, vr, T.Zero, x);
        if (Takes(options.FactorEvery, age, out T kept))
        {
            if (block.HasLeft && block.IsTracked && options.ProjectedFactor)
                Gemm.MultiplySelf<T>(false, m, k, T.One - kept, x, kept, l);
            else if (block.HasLeft)
                Gemm.MultiplySelf(false, m, n, T.One - kept, g, kept, l);
            if (block.HasRight && !block.IsTracked)
                Gemm.MultiplySelf(true, n, m, T.One - kept, g, kept, r);
        }

        if (block.IsTracked && Takes(options.TrackEvery, age, out kept))
        {
            // G^T (G Q) as rows: (G Q)^T G.
            Gemm.Multiply(true, false, k, n, m, T.One - kept, x, g, kept, r);
        }

        bool due = IsDue(options, age);
        if (due)
        {
            if (block.HasLeft)
                Refresh(age, l, m, vl, scratch);
            if (block.IsTracked && age > 0)
                Track(k, n, r, vr, scratch);
            else if (block.HasRight && !block.IsTracked)
                Refresh(age, r, n, vr, scratch);
        }

        if (block.HasPrior && due)
            TrackedPrior.Write(block, vr, factors[^(k + 1)..], scratch);
        return block.IsTracked && !due;
    }

    private static void Transpose(ReadOnlySpan<T> a, int rows, int columns, Span<T> b)
    {
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
                b[(j * rows) + i] = a[(i * columns) + j];
        }
    }

    private bool Takes(int every, int age, out T kept)
    {
        bool young = age < Young;
        kept = T.CreateChecked(young ? options.FactorAveraging : Math.Pow(options.FactorAveraging, every));
        return young || age % every == 0;
    }

    private void Refresh(int age, ReadOnlySpan<T> factor, int n, Span<T> rows, Span<T> scratch)
    {
        if (age == 0 || options.Refresh == BasisRefresh.Eigenvectors)
            FactorBasis.Start(factor, n, rows);
        else
            FactorBasis.Follow(factor, n, rows, scratch);
    }

    /// <summary>
    /// Q' = qr(acc), B = sym(Q'^T acc (Q^T Q')) with eigenvectors Z, Q &lt;- Q' Z, acc &lt;- acc (Q_old^T Q): a Rayleigh-Ritz step in the span of acc. NaN where acc is not finite.
    /// </summary>
    private static void Track(int k, int n, Span<T> acc, Span<T> q, Span<T> scratch)
    {
        Span<T> next = scratch[..(k * n)], copy = scratch.Slice(k * n, k * n);
        Span<T> b = scratch.Slice(2 * k * n, k * k), z = scratch.Slice((2 * k * n) + (k * k), k * k), overlap = scratch.Slice((2 * k * n) + (2 * k * k), k * k);
        acc.CopyTo(copy);
        OrthonormalRows.Orthonormalize(copy, k, n, q, scratch[((2 * k * n) + (3 * k * k))..]);
        Gemm.Multiply<T>(false, true, k, k, n, T.One, copy, acc, T.Zero, z);
        Gemm.Multiply<T>(false, true, k, k, n, T.One, q, copy, T.Zero, overlap);
        Gemm.Multiply<T>(false, false, k, k, k, T.One, z, overlap, T.Zero, b);
        FactorBasis.Start<T>(b, k, z);
        Gemm.Multiply<T>(false, false, k, n, k, T.One, z, copy, T.Zero, next);

        // Q^T Q_old = Z^T (Q'^T Q_old).
        Gemm.Multiply<T>(false, true, k, k, k, T.One, z, overlap, T.Zero, b);
        acc.CopyTo(copy);
        Gemm.Multiply<T>(false, false, k, n, k, T.One, b, copy, T.Zero, acc);
        next.CopyTo(q);
    }
}
