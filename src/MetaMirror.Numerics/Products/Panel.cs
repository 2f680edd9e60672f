using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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

    private static void PackRows<T>(Strided<T> b, int k, int columns, int width, T* destination)
        where T : unmanaged
    {
        if (Vector512.IsHardwareAccelerated)
            PackRows<T, Vector512<T>, Simd512<T>>(b, k, columns, width, destination);
        else if (Vector256.IsHardwareAccelerated)
            PackRows<T, Vector256<T>, Simd256<T>>(b, k, columns, width, destination);
        else
            PackRows<T, Vector128<T>, Simd128<T>>(b, k, columns, width, destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackRows<T, TVector, TSimd>(Strided<T> b, int k, int columns, int width, T* destination)
        where T : unmanaged
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        nint whole = columns - (columns % TSimd.Count), two = TSimd.Count + TSimd.Count;
        T* row = b.Start;
        for (nint p = 0; p < k; p++, row += b.Row, destination += width)
        {
            nint j = 0;
            for (; j <= whole - two; j += two)
            {
                TVector x = TSimd.Load(row + j), y = TSimd.Load(row + j + TSimd.Count);
                TSimd.Store(x, destination + j);
                TSimd.Store(y, destination + j + TSimd.Count);
            }

            for (; j < whole; j += TSimd.Count)
                TSimd.Store(TSimd.Load(row + j), destination + j);
            for (; j < columns; j++)
                destination[j] = row[j];
            for (; j < width; j++)
                destination[j] = default;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackColumns<T>(Strided<T> b, int k, int columns, int width, T* destination)
        where T : unmanaged
    {
        int high = b.Row == 1 ? TransposedStrip.Rows<T>() : 0, wide = TransposedStrip.Columns<T>();
        int turnedColumns = high == 0 ? 0 : columns - (columns % high), turnedRows = high == 0 ? 0 : k - (k % wide);
        for (nint j = 0; j < turnedColumns; j += high)
        {
            for (nint p = 0; p < turnedRows; p += wide)
                TransposedStrip.Copy(b.Start + (j * b.Column) + p, b.Column, destination + (p * width) + j, width);
        }

        // What is left: the last rows of all columns, the last columns, and the padding.
        for (nint j = 0; j < width; j++)
        {
            T* source = b.Start + (j * b.Column);
            for (nint p = j < turnedColumns ? turnedRows : 0; p < k; p++)
                destination[(p * width) + j] = j < columns ? source[p * b.Row] : default;
        }
    }
}
