namespace MetaMirror.Numerics;

/// <summary>What a product of windows with weights needs besides its numbers: the forward product, or the gradient of the input.</summary>
/// <param name="Layout">How source images are read.</param>
/// <param name="Tables">One table, or one for each pair of residue classes.</param>
/// <param name="Residues">Where the pixels of several tables lie; null for one table.</param>
/// <param name="Chunk">Most images at once.</param>
/// <param name="Columns">Planes of a result.</param>
/// <param name="Weights">How the weights lie.</param>
/// <param name="SourceSize">Elements of a source image.</param>
/// <param name="ResultSize">Elements of a result.</param>
/// <param name="Plane">Elements of a plane of a result.</param>
internal sealed record PixelGeometry(
    PlaneLayout Layout, PixelTable[] Tables, ResiduePlane? Residues, int Chunk, int Columns, WeightLayout Weights, int SourceSize, int ResultSize, int Plane)
{
    /// <summary>Source elements of a chunk: with single precision they take half of a second-level cache.</summary>
    private const int ChunkElements = 1 << 17;

    /// <summary>Pixels of a chunk, unless one image has more.</summary>
    public const int ChunkPixels = 1 << 11;

    /// <summary>Depths of all tables together.</summary>
    public int Depth { get; } = Tables.Sum(table => table.Depths.Length);

    /// <summary>Neighboring pixels of a result whose windows are neighbors too: a whole plane, a row, or a single pixel.</summary>
    public int Run { get; } = NeighborsOf(Tables[0]);

    public static PixelGeometry Forward(ConvolutionShape s)
    {
        var layout = new PlaneLayout(
            s.Channels, s.Rows, s.Columns, s.Padding, Behind(s.OutputRows, s.KernelRows, s.Rows), s.Padding, Behind(s.OutputColumns, s.KernelColumns, s.Columns));
        int chunk = ChunkOf(layout, s.OutputPixels), kernel = s.KernelRows * s.KernelColumns;
        var weights = new WeightLayout(s.Taps, kernel, s.Channels, kernel);
        return new PixelGeometry(layout, [PixelTable.Forward(s, layout, chunk)], null, chunk, s.Outputs, weights, s.InputSize, s.OutputSize, s.OutputPixels);

        int Behind(int outputs, int size, int length) => Math.Max(0, ((outputs - 1) * s.Stride) - s.Padding + size - length);
    }

    public static PixelGeometry InputGradient(ConvolutionShape s)
    {
        ResidueClass[] down = Classes(s.Rows, s.KernelRows), across = Classes(s.Columns, s.KernelColumns);
        var layout = new PlaneLayout(
            s.Outputs, s.OutputRows, s.OutputColumns,
            down.Max(a => a.Before), down.Max(a => a.Behind(s.OutputRows)), across.Max(b => b.Before), across.Max(b => b.Behind(s.OutputColumns)));
        int chunk = ChunkOf(layout, s.Pixels), kernel = s.KernelRows * s.KernelColumns;
        PixelTable[] tables = [.. from a in down from b in across select PixelTable.InputGradient(s, layout, chunk, a, b)];
        ResiduePlane? residues = s.Stride == 1 ? null : new ResiduePlane(s.Columns, down, across);
        var weights = new WeightLayout(kernel, s.Taps, s.Outputs, kernel);
        return new PixelGeometry(layout, tables, residues, chunk, s.Channels, weights, s.OutputSize, s.InputSize, s.Pixels);

        ResidueClass[] Classes(int length, int size) =>
            [.. Enumerable.Range(0, s.Stride).Select(residue => new ResidueClass(residue, length, size, s.Stride, s.Padding))];
    }

    private static int ChunkOf(PlaneLayout layout, int pixels) => Math.Max(1, Math.Min(ChunkElements / layout.ImageStride, ChunkPixels / pixels));

    private static int NeighborsOf(PixelTable table)
    {
        int run = 1;
        while (run < table.RowsPerImage && table.Rows[run] == table.Rows[0] + run)
            run++;
        return run;
    }
}
