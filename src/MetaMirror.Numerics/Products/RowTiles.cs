namespace MetaMirror.Numerics;

/// <summary>Rows cut into tiles of 6, and of 4 where that wastes less.</summary>
internal static class RowTiles
{
    /// <summary>Height of the next tile when so many rows are left.</summary>
    public static int Next(int rows) => rows is 1 or 2 or 3 or 4 or 7 or 8 ? 4 : 6;

    /// <summary>Heights of all tiles together.</summary>
    public static int Padded(int rows)
    {
        int padded = 0;
        for (int row = 0; row < rows;)
        {
            int height = Next(rows - row);
            padded += height;
            row += height;
        }

        return padded;
    }
}
