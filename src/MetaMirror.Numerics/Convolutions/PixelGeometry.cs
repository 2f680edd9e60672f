namespace MetaMirror.Numerics;

/// <summary>What a product of windows with weights needs besides its numbers: the forward product, or the gradient of the input.</summary>
/// <param name="Layout">How source images are read.</param>
/// <param name="Tables">One table, or one for each pair of residue classes.</param>
/// <param name="Chunk">Most images at once.</param>
/// <param name="Columns">Planes of a result.</param>
/// <param name="WeightStride">From the weights of one column to those of the next.</param>
/// <param name="SourceSize">Elements of a source image.</param>
/// <param name="ResultSize">Elements of a result.</param>
/// <param name="Plane">Elements of a plane of a result.</param>
internal sealed record PixelGeometry(
    PlaneLayout Layout, PixelTable[] Tables, int Chunk, int Columns, int WeightStride, int SourceSize, int ResultSize, int Plane)
{
    /// <summary>Depths of all tables together.</summary>
    public int Depth { get; } = Tables.Sum(table => table.Depths.Length);

    /// <summary>Neighboring pixels of a result whose windows are neighbors too: a whole plane, a row, or a single pixel.</summary>
    public int Run { get; } = NeighborsOf(Tables[0]);

    private static int NeighborsOf(PixelTable table)
    {
        int run = 1;
        while (run < table.RowsPerImage && table.Rows[run] == table.Rows[0] + run && table.Targets[run] == table.Targets[0] + run)
            run++;
        return run;
    }
}
