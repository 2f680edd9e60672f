namespace MetaMirror.Numerics;

/// <summary>
/// Images cut into strips, one for each column of results: strip j holds the columns that the kernel sees there, row by row, channel by channel. The window of
/// pixel (i, j) is then one run of memory, [kernel row, channel, kernel column], KernelColumns / Stride times shorter altogether than all windows written out.
/// </summary>
internal sealed class StripGeometry
{
    /// <summary>Strips (with entries and sums) of one image should not leave the second-level cache.</summary>
    private const int MostBytes = 256 << 10;

    /// <summary>Elements behind the last strip that may be read or written: as many as the widest vector holds.</summary>
    private const int Slack = 16;

    /// <summary>First-level cache: what is longer takes about twice the time.</summary>
    private const int NearBytes = 32 << 10;

    /// <summary>Cycles of a vector of a window; in most loads of windows that begin anywhere, two cache lines meet.</summary>
    private const double AlignedCost = 1.05, UnalignedCost = 1.65, FarCost = 1.7;

    private StripGeometry(ConvolutionShape shape, int lanes, bool rowsAreVectors, int bytes)
    {
        Shape = shape;
        Lanes = lanes;
        int run = shape.Channels * shape.KernelColumns;
        RowLength = rowsAreVectors ? (run + lanes - 1) / lanes * lanes : run;
        StripRows = ((shape.OutputRows - 1) * shape.Stride) + shape.KernelRows;
        StripLength = (StripRows * RowLength + lanes - 1) / lanes * lanes;
        Vectors = ((shape.KernelRows * RowLength) + lanes - 1) / lanes;
        Length = (shape.OutputColumns * StripLength) + Slack;
        WindowCost = Vectors * (rowsAreVectors ? AlignedCost : UnalignedCost) * ((long)Length * bytes > NearBytes ? FarCost : 1);
        Image = new PlaneLayout(shape.Channels, shape.Rows, shape.Columns, shape.Padding, shape.Padding, shape.Padding, shape.Padding) { Copies = true };
        ImageLength = (Image.Lead + Image.ImageStride + PlaneLayout.Slack + Slack - 1) / Slack * Slack;
        Offsets = new int[shape.OutputPixels];
        for (int i = 0; i < Offsets.Length; i++)
            Offsets[i] = ((i % shape.OutputColumns * StripLength) + (i / shape.OutputColumns * shape.Stride * RowLength)) * bytes;
    }

    public ConvolutionShape Shape { get; }

    /// <summary>Elements of a vector.</summary>
    public int Lanes { get; }

    /// <summary>From one row of a strip to the next.</summary>
    public int RowLength { get; }

    /// <summary>Rows of a strip.</summary>
    public int StripRows { get; }

    /// <summary>From one strip to the next.</summary>
    public int StripLength { get; }

    /// <summary>Vectors of a window.</summary>
    public int Vectors { get; }

    /// <summary>Elements of all strips.</summary>
    public int Length { get; }

    /// <summary>Elements of an image with its zeros.</summary>
    public int ImageLength { get; }

    /// <summary>About how many cycles it takes to add a window.</summary>
    public double WindowCost { get; }

    /// <summary>An image with its zeros.</summary>
    public PlaneLayout Image { get; }

    /// <summary>Where the window of a pixel begins, in bytes.</summary>
    public int[] Offsets { get; }

    /// <summary>Strips with rows of whole vectors, or with windows that begin anywhere; null if they would be too long.</summary>
    public static StripGeometry? Of(ConvolutionShape shape, int lanes, bool rowsAreVectors, int bytes)
    {
        long run = (long)shape.Channels * shape.KernelColumns, padded = rowsAreVectors ? (run + lanes - 1) / lanes * lanes : run;
        long length = ((((shape.OutputRows - 1L) * shape.Stride) + shape.KernelRows) * padded) + lanes;
        return length * shape.OutputColumns * bytes > MostBytes || shape.OutputPixels * (long)bytes > MostBytes
            ? null : new StripGeometry(shape, lanes, rowsAreVectors, bytes);
    }

    /// <summary>The cheaper of the two.</summary>
    public static StripGeometry? Of(ConvolutionShape shape, int lanes, int bytes)
    {
        StripGeometry? aligned = Of(shape, lanes, true, bytes), dense = Of(shape, lanes, false, bytes);
        return aligned is null || dense?.WindowCost < aligned.WindowCost ? dense : aligned;
    }
}
