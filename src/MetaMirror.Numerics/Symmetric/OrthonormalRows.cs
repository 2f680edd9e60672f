using System.Numerics;

namespace MetaMirror.Numerics;

/// <summary>Gram-Schmidt on the rows of a matrix, each projected once more if it lost much ("twice is enough": Parlett, "The Symmetric Eigenvalue Problem", 6.9).</summary>
public static class OrthonormalRows
{
    /// <summary>A row that keeps less than this of its length (times the machine epsilon) lies in the span of those before it.</summary>
    private const int LostDigits = 64;

    /// <summary>A row that keeps this much of its length is as orthogonal as rounding allows: the error of a projection grew by at most 1 / 0.7.</summary>
    private const double Kept = 0.7;

    /// <summary>Rows that are projected together, by two products, against those before them.</summary>
    private const int BlockRows = 16;

    /// <summary>So few are one block: products would not pay.</summary>
    private const int FewRows = 48;

    /// <summary>Length of the scratch.</summary>
    public static int Scratch(int rows) => BlockRows * rows;

    /// <summary>a ← Q with a = R Q, Q Qᵀ = I and R lower triangular with a positive diagonal: the transposed QR factorization of aᵀ.</summary>
    /// <remarks>
    /// Rows that lie in the span of those before them (or are zero) are replaced by what is left of the same row of <paramref name="fallback"/>, or, if that is
    /// lost too, of unit vectors: the result is always orthonormal. A matrix that is not finite gives a result that is not.
    /// </remarks>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="a">Shape [rows, columns]; overwritten.</param>
    /// <param name="rows">Number of rows, at most <paramref name="columns"/>.</param>
    /// <param name="columns">Length of a row.</param>
    /// <param name="fallback">Shape [rows, columns], or empty; shares no memory with a.</param>
    /// <param name="scratch">At least <see cref="Scratch"/>; overwritten.</param>
    /// <exception cref="ArgumentException">A span does not have the stated shape, or there are more rows than columns.</exception>
    public static void Orthonormalize<T>(Span<T> a, int rows, int columns, ReadOnlySpan<T> fallback, Span<T> scratch)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.SupportedElement<T>();
        Require.Shape(rows, columns, a.Length, nameof(a), "rows x columns");
        Require.AtLeast(Scratch(rows), scratch.Length, nameof(scratch));
        if (rows > columns)
            throw new ArgumentException(FormattableString.Invariant($"There are at most {columns} orthonormal rows of length {columns}, but {rows} are asked for."), nameof(rows));
        if (!fallback.IsEmpty)
            Require.Shape(rows, columns, fallback.Length, nameof(fallback), "rows x columns");
        Require.Disjoint(fallback, a, nameof(fallback), nameof(a));
        T lost = T.CreateChecked(LostDigits) * (T.BitIncrement(T.One) - T.One);
        int size = rows <= FewRows ? rows : BlockRows;
        for (int first = 0; first < rows; first += size)
        {
            int count = Math.Min(size, rows - first);
            Span<T> block = a.Slice(first * columns, count * columns);
            for (int i = 0; i < count; i++)
                _ = TryNormalize(block.Slice(i * columns, columns));
            ProjectBlock(a[..(first * columns)], first, block, count, columns, scratch);
            for (int k = first; k < first + count; k++)
            {
                Span<T> row = a.Slice(k * columns, columns);
                ReadOnlySpan<T> before = a[..(k * columns)];
                if (!TryFinish(before, first, k, row, scratch, lost))
                    Replace(before, k, row, fallback.IsEmpty ? [] : fallback.Slice(k * columns, columns), scratch);
            }
        }
    }

    /// <summary>Block ← its part orthogonal to all rows before it; once more if a row lost much.</summary>
    private static void ProjectBlock<T>(ReadOnlySpan<T> before, int first, Span<T> block, int count, int columns, Span<T> scratch)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (first == 0)
            return;
        Span<T> along = scratch[..(count * first)];
        double least = 1;
        for (int pass = 0; pass == 0 || (pass == 1 && least < Kept); pass++)
        {
            Gemm.Multiply(false, true, count, first, columns, T.One, block, before, T.Zero, along);
            Gemm.Multiply(false, false, count, columns, first, -T.One, along, before, T.One, block);
            for (int i = 0; i < count; i++)
                least = Math.Min(least, Math.Sqrt(Vectors.SquaredNorm<T>(block.Slice(i * columns, columns))));
        }
    }

    /// <summary>Row ← its normalized part orthogonal to the rows of its own block, those before the block being dealt with; false if it is lost.</summary>
    private static bool TryFinish<T>(ReadOnlySpan<T> before, int first, int k, Span<T> row, Span<T> scratch, T lost)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T length = T.CreateTruncating(Math.Sqrt(Vectors.SquaredNorm<T>(row)));
        T left = k == first ? length : Subtract(before[(first * row.Length)..], k - first, row, scratch);
        if (left < lost)
            return false;
        if (left >= T.CreateChecked(Kept) * length)
        {
            Vectors.Scale(T.One / left, row);
            return true;
        }

        if (!TryNormalize(row))
            return false;
        _ = Subtract(before, k, row, scratch);
        return TryNormalize(row);
    }

    /// <summary>Row ← what is left of the fallback, or of a unit vector.</summary>
    private static void Replace<T>(ReadOnlySpan<T> before, int k, Span<T> row, ReadOnlySpan<T> fallback, Span<T> scratch)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int columns = row.Length;
        if (!fallback.IsEmpty)
        {
            fallback.CopyTo(row);
            if (TryProject(before, k, row, scratch, T.CreateChecked(0.1)))
                return;
        }

        // Of the unit vectors at least one keeps sqrt((columns - k) / columns) of its length.
        T enough = T.CreateChecked(0.9) * T.Sqrt(T.CreateChecked(columns - k) / T.CreateChecked(columns));
        for (int unit = 0; unit < columns; unit++)
        {
            row.Clear();
            row[unit] = T.One;
            if (TryProject(before, k, row, scratch, enough))
                return;
        }
    }

    /// <summary>row ← its normalized part orthogonal to the rows before it; false if less than <paramref name="least"/> of its length is left.</summary>
    private static bool TryProject<T>(ReadOnlySpan<T> before, int count, Span<T> row, Span<T> scratch, T least)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!TryNormalize(row))
            return false;
        if (count == 0)
            return true;
        T left = Subtract(before, count, row, scratch);
        if (left < least)
            return false;
        if (left >= T.CreateChecked(Kept))
        {
            Vectors.Scale(T.One / left, row);
            return true;
        }

        if (!TryNormalize(row))
            return false;
        Subtract(before, count, row, scratch);
        return TryNormalize(row);
    }

    private static T Subtract<T>(ReadOnlySpan<T> before, int count, Span<T> row, Span<T> scratch)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<T> along = scratch[..count];
        Gemm.MultiplyVector(false, count, row.Length, T.One, before, row, T.Zero, along);
        Gemm.MultiplyVector<T>(true, count, row.Length, -T.One, before, along, T.One, row);
        return T.CreateTruncating(Math.Sqrt(Vectors.SquaredNorm<T>(row)));
    }

    // The largest entry goes first: squares of small entries (second moments of small gradients) would underflow.
    private static bool TryNormalize<T>(Span<T> row)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T largest = T.CreateTruncating(Vectors.MaxAbs<T>(row));
        if (T.IsZero(largest))
            return false;
        T inverse = T.One / largest;
        if (T.IsFinite(inverse))
            Vectors.Scale(inverse, row);
        Vectors.Scale(T.One / T.CreateTruncating(Math.Sqrt(Vectors.SquaredNorm<T>(row))), row);
        return true;
    }
}
