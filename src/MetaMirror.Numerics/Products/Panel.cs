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
        T* row = b.Start;
        for (int p = 0; p < k; p++, row += b.Row, destination += width)
        {
            var target = new Span<T>(destination, width);
            new ReadOnlySpan<T>(row, columns).CopyTo(target);
            target[columns..].Clear();
        }
    }

    private static void PackColumns<T>(Strided<T> b, int k, int columns, int width, T* destination)
        where T : unmanaged
    {
        for (int j = 0; j < width; j++)
        {
            T* target = destination + j;
            if (j < columns)
            {
                T* source = b.Start + (j * b.Column);
                for (nint p = 0; p < k; p++)
                    target[p * width] = source[p * b.Row];
            }
            else
            {
                for (nint p = 0; p < k; p++)
                    target[p * width] = default;
            }
        }
    }
}
