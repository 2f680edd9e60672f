namespace MetaMirror.Numerics;

/// <summary>Layouts, tables and chunks of the products of one shape.</summary>
internal static class ConvolutionGeometry
{
    /// <summary>Source elements of a chunk: with single precision they take half of a second-level cache.</summary>
    private const int ChunkElements = 1 << 17;

    /// <summary>Pixels of a chunk, unless one image has more.</summary>
    private const int ChunkPixels = 1 << 11;

    public static PixelGeometry Forward(ConvolutionShape s)
    {
        var layout = new PlaneLayout(
            s.Channels, s.Rows, s.Columns, s.Padding, Behind(s.OutputRows, s.KernelRows, s.Rows), s.Padding, Behind(s.OutputColumns, s.KernelColumns, s.Columns));
        int chunk = Chunk(layout, s.OutputPixels);
        return new PixelGeometry(layout, [PixelTable.Forward(s, layout, chunk)], chunk, s.Outputs, s.Taps, s.InputSize, s.OutputSize, s.OutputPixels);

        int Behind(int outputs, int kernel, int length) => Math.Max(0, ((outputs - 1) * s.Stride) - s.Padding + kernel - length);
    }

    public static PixelGeometry InputGradient(ConvolutionShape s)
    {
        ResidueClass[] down = Classes(s.Rows, s.KernelRows), across = Classes(s.Columns, s.KernelColumns);
        var layout = new PlaneLayout(
            s.Outputs, s.OutputRows, s.OutputColumns,
            down.Max(a => a.Before), down.Max(a => a.Behind(s.OutputRows)), across.Max(b => b.Before), across.Max(b => b.Behind(s.OutputColumns)));
        int chunk = Chunk(layout, s.Pixels);
        PixelTable[] tables = [.. from a in down from b in across where a.Count > 0 && b.Count > 0 select PixelTable.InputGradient(s, layout, chunk, a, b)];
        return new PixelGeometry(layout, tables, chunk, s.Channels, s.KernelRows * s.KernelColumns, s.OutputSize, s.InputSize, s.Pixels);

        ResidueClass[] Classes(int length, int kernel) =>
            [.. Enumerable.Range(0, s.Stride).Select(residue => new ResidueClass(residue, length, kernel, s.Stride, s.Padding))];
    }

    private static int Chunk(PlaneLayout layout, int pixels) => Math.Max(1, Math.Min(ChunkElements / layout.ImageStride, ChunkPixels / pixels));
}
