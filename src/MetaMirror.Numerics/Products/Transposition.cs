using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>Copies of a matrix with rows and columns exchanged.</summary>
public static unsafe class Transposition
{
    /// <summary>Side of the squares that are copied one after the other, so that both sides of a copy stay in the cache.</summary>
    private const int Side = 32;

    /// <summary>destination[j, i] ← source[i, j].</summary>
    /// <typeparam name="T">Any unmanaged type.</typeparam>
    /// <param name="rows">Rows of source.</param>
    /// <param name="columns">Columns of source.</param>
    /// <param name="source">Shape [rows, columns], row-major.</param>
    /// <param name="destination">Shape [columns, rows]; overwritten; shares no memory with source.</param>
    /// <exception cref="ArgumentException">A span does not have the stated shape, or the spans overlap.</exception>
    public static void Copy<T>(int rows, int columns, ReadOnlySpan<T> source, Span<T> destination)
        where T : unmanaged
    {
        Require.NotNegative(rows, nameof(rows));
        Require.NotNegative(columns, nameof(columns));
        Require.Shape(rows, columns, source.Length, nameof(source), "rows x columns");
        Require.Shape(columns, rows, destination.Length, nameof(destination), "columns x rows");
        Require.Disjoint(source, destination, nameof(source), nameof(destination));
        if (rows == 1 || columns == 1)
        {
            source.CopyTo(destination);
            return;
        }

        fixed (T* from = source, to = destination)
            Copy(rows, columns, from, columns, to, rows);
    }

    /// <summary>The same for parts of matrices with rows of the stated lengths.</summary>
    internal static void Copy<T>(int rows, int columns, T* source, nint sourceRow, T* destination, nint destinationRow)
        where T : unmanaged
    {
        for (int i = 0; i < rows; i += Side)
        {
            for (int j = 0; j < columns; j += Side)
                Square(Math.Min(Side, rows - i), Math.Min(Side, columns - j), source + (i * sourceRow) + j, sourceRow, destination + (j * destinationRow) + i, destinationRow);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Square<T>(int rows, int columns, T* from, nint fromRow, T* to, nint toRow)
        where T : unmanaged
    {
        int side = TransposedBlock.Side<T>();
        int wholeRows = side == 0 ? 0 : rows - (rows % side), wholeColumns = side == 0 ? 0 : columns - (columns % side);
        for (int i = 0; i < wholeRows; i += side)
        {
            for (int j = 0; j < wholeColumns; j += side)
                TransposedBlock.Copy(from + (i * fromRow) + j, fromRow, to + (j * toRow) + i, toRow);
        }

        for (int i = 0; i < rows; i++)
        {
            for (int j = i < wholeRows ? wholeColumns : 0; j < columns; j++)
                to[(j * toRow) + i] = from[(i * fromRow) + j];
        }
    }
}
