namespace MetaMirror.Numerics;

/// <summary>
/// A product of windows with weights: result pixel r, column c ← Σ over planes d and taps k of source[Rows[r] + Depths[d · taps + k]] · the weight of column c,
/// plane d and kernel position Taps[k], written to Targets[r] + c · plane. The tables cover the pixels of a whole chunk of images.
/// </summary>
internal sealed class PixelTable
{
    private PixelTable(int[] rows, int[] targets, int[] depths, int[] taps, int rowsPerImage) =>
        (Rows, Targets, Depths, Taps, RowsPerImage) = (rows, targets, depths, taps, rowsPerImage);

    /// <summary>Where the window of a pixel starts in the source.</summary>
    public int[] Rows { get; }

    /// <summary>Where a pixel lies in the first plane of the result.</summary>
    public int[] Targets { get; }

    /// <summary>Where the elements of a window lie.</summary>
    public int[] Depths { get; }

    /// <summary>Their positions in the kernel.</summary>
    public int[] Taps { get; }

    /// <summary>Pixels of one image.</summary>
    public int RowsPerImage { get; }

    /// <summary>Rows: output pixels; depth: channel, kernel row, kernel column.</summary>
    public static PixelTable Forward(ConvolutionShape s, PlaneLayout layout, int chunk)
    {
        int pixels = s.OutputPixels, taps = s.KernelRows * s.KernelColumns;
        int[] rows = new int[chunk * pixels], targets = new int[chunk * pixels], depths = new int[s.Taps];
        for (int r = 0; r < rows.Length; r++)
        {
            int n = r / pixels, i = r % pixels / s.OutputColumns, j = r % s.OutputColumns;
            rows[r] = layout.Lead + (n * layout.ImageStride) + (((i * s.Stride) - s.Padding) * layout.Pitch) + (j * s.Stride) - s.Padding;
            targets[r] = (n * s.OutputSize) + (r % pixels);
        }

        for (int d = 0; d < depths.Length; d++)
            depths[d] = (d / taps * layout.PlaneStride) + (d % taps / s.KernelColumns * layout.Pitch) + (d % s.KernelColumns);
        return new PixelTable(rows, targets, depths, [.. Enumerable.Range(0, taps)], pixels);
    }

    /// <summary>
    /// Rows: input pixels (r, t) with r + Padding ≡ a and t + Padding ≡ b modulo Stride; depth: output channel and those kernel rows p = a + m·Stride and
    /// columns q = b + l·Stride, which take from output pixel ((r + Padding − a) / Stride − m, (t + Padding − b) / Stride − l). Targets: with one class
    /// where the pixels lie, with several the pixels of the class one after the other.
    /// </summary>
    public static PixelTable InputGradient(ConvolutionShape s, PlaneLayout layout, int chunk, ResidueClass a, ResidueClass b)
    {
        int pixels = a.Count * b.Count, taps = a.Taps * b.Taps;
        int[] rows = new int[chunk * pixels], targets = new int[chunk * pixels], depths = new int[s.Outputs * taps], kernel = new int[taps];
        for (int r = 0; r < rows.Length; r++)
        {
            int n = r / pixels, u = r % pixels / b.Count, v = r % b.Count;
            rows[r] = layout.Lead + (n * layout.ImageStride) + ((a.FirstOutput + u) * layout.Pitch) + b.FirstOutput + v;
            targets[r] = s.Stride == 1 ? (n * s.InputSize) + (r % pixels) : r;
        }

        for (int k = 0; k < taps; k++)
        {
            int m = k / b.Taps, l = k % b.Taps;
            kernel[k] = ((a.Residue + (m * s.Stride)) * s.KernelColumns) + b.Residue + (l * s.Stride);
            for (int o = 0; o < s.Outputs; o++)
                depths[(o * taps) + k] = (o * layout.PlaneStride) - (m * layout.Pitch) - l;
        }

        return new PixelTable(rows, targets, depths, kernel, pixels);
    }
}
