using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>Packing of op(B): [p][column] of one panel, padded with zeros to whole vectors.</summary>
internal static unsafe class Panel
{
    /// <summary>destination[p·width + j] ← B(p, j) for p &lt; k, j &lt; columns; 0 for the other j &lt; width.</summary>
    public static void Pack<T>(Strided<T> b, int k, int columns, int width, T* destination)
        where T : unmanaged
    {
        if (b.Column == 1)
            PackRows(b, k, columns, width, destination);
        else
            PackColumns(b, k, columns, width, destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackRows<T>(Strided<T> b, int k, int columns, int width, T* destination)
        where T : unmanaged
    {
        T* row = b.Start;
        for (int p = 0; p < k; p++, row += b.Row, destination += width)
        {
            var target = new Span<T>(destination, width);
            new ReadOnlySpan<T>(row, columns).CopyTo(target);
            target[columns..].Clear();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackColumns<T>(Strided<T> b, int k, int columns, int width, T* destination)
        where T : unmanaged
    {
        int side = b.Row == 1 ? TransposedBlock.Side<T>() : 0;
        int squaresAcross = side == 0 ? 0 : columns - (columns % side), squaresDown = side == 0 ? 0 : k - (k % side);
        for (nint j = 0; j < squaresAcross; j += side)
        {
            for (nint p = 0; p < squaresDown; p += side)
                TransposedBlock.Copy(b.Start + (j * b.Column) + p, b.Column, destination + (p * width) + j, width);
        }

        // What is left: the last rows of all columns, the last columns, and the padding.
        for (nint j = 0; j < width; j++)
        {
            T* source = b.Start + (j * b.Column);
            for (nint p = j < squaresAcross ? squaresDown : 0; p < k; p++)
                destination[(p * width) + j] = j < columns ? source[p * b.Row] : default;
        }
    }
}
