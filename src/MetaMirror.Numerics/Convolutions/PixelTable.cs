namespace MetaMirror.Numerics;

/// <summary>
/// A product of windows with weights: result pixel r, column c ← Σ over d of source[Rows[r] + Depths[d]] · w[Weights[d] + c · column stride], written to
/// Targets[r] + c · plane. The tables cover the pixels of a whole chunk of images.
/// </summary>
internal sealed class PixelTable
{
    private PixelTable(int[] rows, int[] targets, int[] depths, int[] weights, int rowsPerImage) =>
        (Rows, Targets, Depths, Weights, RowsPerImage) = (rows, targets, depths, weights, rowsPerImage);

    /// <summary>Where the window of a pixel starts in the source.</summary>
    public int[] Rows { get; }

    /// <summary>Where a pixel lies in the first plane of the result.</summary>
    public int[] Targets { get; }

    /// <summary>Where the elements of a window lie.</summary>
    public int[] Depths { get; }

    /// <summary>Where their weights for the first column lie.</summary>
    public int[] Weights { get; }

    /// <summary>Pixels of one image.</summary>
    public int RowsPerImage { get; }

    /// <summary>Rows: output pixels; depth: channel, kernel row, kernel column.</summary>
    public static PixelTable Forward(ConvolutionShape s, PlaneLayout layout, int chunk)
    {
        int pixels = s.OutputPixels;
        int[] rows = new int[chunk * pixels], targets = new int[chunk * pixels], depths = new int[s.Taps], weights = new int[s.Taps];
        for (int r = 0; r < rows.Length; r++)
        {
            int n = r / pixels, i = r % pixels / s.OutputColumns, j = r % s.OutputColumns;
            rows[r] = layout.Lead + (n * layout.ImageStride) + (((i * s.Stride) - s.Padding) * layout.Pitch) + (j * s.Stride) - s.Padding;
            targets[r] = (n * s.OutputSize) + (r % pixels);
        }

        for (int d = 0; d < depths.Length; d++)
        {
            int c = d / (s.KernelRows * s.KernelColumns), p = d / s.KernelColumns % s.KernelRows, q = d % s.KernelColumns;
            depths[d] = (c * layout.PlaneStride) + (p * layout.Pitch) + q;
            weights[d] = d;
        }

        return new PixelTable(rows, targets, depths, weights, pixels);
    }

    /// <summary>
    /// Rows: input pixels (r, t) with r + Padding ≡ a and t + Padding ≡ b modulo Stride; depth: output channel and those kernel rows p = a + m·Stride and
    /// columns q = b + l·Stride, which take from output pixel ((r + Padding − a) / Stride − m, (t + Padding − b) / Stride − l).
    /// </summary>
    public static PixelTable InputGradient(ConvolutionShape s, PlaneLayout layout, int chunk, ResidueClass a, ResidueClass b)
    {
        int pixels = a.Count * b.Count, taps = a.Taps * b.Taps;
        int[] rows = new int[chunk * pixels], targets = new int[chunk * pixels], depths = new int[s.Outputs * taps], weights = new int[s.Outputs * taps];
        for (int r = 0; r < rows.Length; r++)
        {
            int n = r / pixels, u = r % pixels / b.Count, v = r % b.Count;
            rows[r] = layout.Lead + (n * layout.ImageStride) + ((a.FirstOutput + u) * layout.Pitch) + b.FirstOutput + v;
            targets[r] = (n * s.InputSize) + ((a.First + (u * s.Stride)) * s.Columns) + b.First + (v * s.Stride);
        }

        for (int d = 0; d < depths.Length; d++)
        {
            int o = d / taps, m = d % taps / b.Taps, l = d % b.Taps;
            depths[d] = (o * layout.PlaneStride) - (m * layout.Pitch) - l;
            weights[d] = (o * s.Taps) + ((a.Residue + (m * s.Stride)) * s.KernelColumns) + b.Residue + (l * s.Stride);
        }

        return new PixelTable(rows, targets, depths, weights, pixels);
    }
}

/// <summary>The positions r of one axis with r + padding ≡ residue modulo stride: they meet the kernel positions residue, residue + stride, …</summary>
internal readonly record struct ResidueClass
{
    public ResidueClass(int residue, int length, int kernel, int stride, int padding)
    {
        Residue = residue;
        First = (((residue - padding) % stride) + stride) % stride;
        Count = First < length ? ((length - 1 - First) / stride) + 1 : 0;
        Taps = residue < kernel ? ((kernel - 1 - residue) / stride) + 1 : 0;
        FirstOutput = (First + padding - residue) / stride;
    }

    public int Residue { get; }

    /// <summary>Least position of the class.</summary>
    public int First { get; }

    /// <summary>Number of positions.</summary>
    public int Count { get; }

    /// <summary>Number of kernel positions.</summary>
    public int Taps { get; }

    /// <summary>The output position that meets the first position with the first kernel position; later positions and taps differ by one each.</summary>
    public int FirstOutput { get; }

    /// <summary>Whether any sum has terms.</summary>
    public bool HasTerms => Count > 0 && Taps > 0;

    /// <summary>Zeros needed before the first output.</summary>
    public int Before => HasTerms ? Math.Max(0, Taps - 1 - FirstOutput) : 0;

    /// <summary>Zeros needed behind the last output.</summary>
    public int Behind(int outputs) => HasTerms ? Math.Max(0, FirstOutput + Count - outputs) : 0;
}
