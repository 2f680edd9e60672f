using System.Numerics;

namespace MetaMirror.Numerics;

/// <summary>Orthonormal eigenvectors of a symmetric matrix as rows: from nothing, or by following a basis that was one.</summary>
public static class EigenRows
{
    /// <summary>rows ← eigenvectors of a, by ascending eigenvalue; computed in double.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="a">Shape [n, n]; the mean of both halves is used.</param>
    /// <param name="n">Order of the matrix.</param>
    /// <param name="rows">Shape [n, n]; overwritten.</param>
    /// <returns>False if a is not finite: rows is then left as it was.</returns>
    /// <exception cref="ArgumentException">A span does not have the stated shape.</exception>
    public static bool TryCompute<T>(ReadOnlySpan<T> a, int n, Span<T> rows)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.SupportedElement<T>();
        Require.Shape(n, n, a.Length, nameof(a), "n x n");
        Require.Shape(n, n, rows.Length, nameof(rows), "n x n");
        if (Vectors.IndexOfNonFinite(a) >= 0)
            return false;
        using var work = new Rented((2 * n * n) + n);
        Span<double> wide = work.Span[..(n * n)], vectors = work.Span.Slice(n * n, n * n), values = work.Span[^n..];
        Symmetry.Widen(a, n, wide);
        SymmetricEigen.Decompose(wide, n, values, vectors);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
                rows[(j * n) + i] = T.CreateTruncating(vectors[(i * n) + j]);
        }

        return true;
    }

    /// <summary>Length of the scratch of <see cref="Follow"/>.</summary>
    public static int FollowScratch(int n) => (2 * n * n) + n + OrthonormalRows.Scratch(n);

    /// <summary>
    /// One step of orthogonal iteration: V ← qr((A + eps tr(A) I) V), the columns taken by descending vᵀ A v, each staying at its place (as the authors of
    /// SOAP refresh, Vyas et al. 2024, who move columns and second moments instead).
    /// </summary>
    /// <remarks>The shift, a few machine epsilons of the trace, keeps directions in the null space where they are.</remarks>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="a">Shape [n, n], symmetric positive semidefinite.</param>
    /// <param name="n">Order of the matrix.</param>
    /// <param name="rows">Shape [n, n]: Vᵀ with orthonormal rows; overwritten.</param>
    /// <param name="scratch">At least <see cref="FollowScratch"/>; overwritten.</param>
    /// <returns>False if a is zero or not finite: rows is then left as it was.</returns>
    /// <exception cref="ArgumentException">A span does not have the stated shape.</exception>
    public static bool Follow<T>(ReadOnlySpan<T> a, int n, Span<T> rows, Span<T> scratch)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.Shape(n, n, a.Length, nameof(a), "n x n");
        Require.Shape(n, n, rows.Length, nameof(rows), "n x n");
        Require.AtLeast(FollowScratch(n), scratch.Length, nameof(scratch));
        double trace = 0;
        for (int i = 0; i < n; i++)
            trace += double.CreateTruncating(a[(i * n) + i]);
        T inverse = T.CreateTruncating(1 / trace);
        if (!(trace > 0) || !T.IsFinite(inverse) || Vectors.IndexOfNonFinite(a) >= 0)
            return false;
        Span<T> image = scratch[..(n * n)], old = scratch.Slice(n * n, n * n), size = scratch.Slice(2 * n * n, n), along = scratch[((2 * n * n) + n)..];
        Gemm.Multiply(false, false, n, n, n, inverse, rows, a, T.Zero, image);
        Span<int> order = stackalloc int[n];
        T shift = T.CreateChecked(8) * (T.BitIncrement(T.One) - T.One);
        for (int i = 0; i < n; i++)
        {
            ReadOnlySpan<T> row = rows.Slice(i * n, n);
            size[i] = T.CreateTruncating(Vectors.Dot(row, image.Slice(i * n, n)));
            Vectors.AddScaled(shift, row, image.Slice(i * n, n));
            int at = i;
            for (; at > 0 && size[order[at - 1]] < size[i]; at--)
                order[at] = order[at - 1];
            order[at] = i;
        }

        rows.CopyTo(old);
        for (int k = 0; k < n; k++)
            image.Slice(order[k] * n, n).CopyTo(rows.Slice(k * n, n));
        for (int k = 0; k < n; k++)
            old.Slice(order[k] * n, n).CopyTo(image.Slice(k * n, n));
        OrthonormalRows.Orthonormalize(rows, n, n, image, along);
        rows.CopyTo(old);
        for (int k = 0; k < n; k++)
            old.Slice(k * n, n).CopyTo(rows.Slice(order[k] * n, n));
        return true;
    }
}
