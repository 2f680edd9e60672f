namespace MetaMirror.Numerics;

/// <summary>
/// Strips of the input's gradient, one for each column of results: all that pixels of this column add to, [row][kernel column, channel], rows being whole vectors.
/// </summary>
internal sealed class StripColumnGeometry
{
    /// <summary>Strips of one image should not leave the second-level cache.</summary>
    private const int MostBytes = 256 << 10;

    /// <summary>Vectors of the widest window that stays in registers.</summary>
    private const int Widest = 10;

    /// <summary>Cycles of a vector of a window.</summary>
    private const double VectorCost = 1.15;

    private StripColumnGeometry(ConvolutionShape shape, int lanes)
    {
        Shape = shape;
        Lanes = lanes;
        int vectors = ((shape.Channels * shape.KernelColumns) + lanes - 1) / lanes;
        Step = vectors > 1 && 2 * shape.KernelRows <= Widest ? 2 : 1;
        Groups = (vectors + Step - 1) / Step;
        Width = shape.KernelRows * Step;
        RowLength = Groups * Step * lanes;
        StripRows = shape.OutputRows + shape.KernelRows - 1;
        StripLength = StripRows * RowLength;
        PaddedOutputs = (shape.Outputs + 15) / 16 * 16;
        PaddedChannels = (shape.Channels + 7) / 8 * 8;
    }

    public ConvolutionShape Shape { get; }

    /// <summary>Elements of a vector.</summary>
    public int Lanes { get; }

    /// <summary>Vectors of a row that a window has in registers, one or two.</summary>
    public int Step { get; }

    /// <summary>Windows beside each other that make up a row.</summary>
    public int Groups { get; }

    /// <summary>Vectors of a window: kernel rows · Step.</summary>
    public int Width { get; }

    /// <summary>From one row of a strip to the next.</summary>
    public int RowLength { get; }

    /// <summary>Rows of a strip.</summary>
    public int StripRows { get; }

    /// <summary>From one strip to the next.</summary>
    public int StripLength { get; }

    /// <summary>Output channels of a pixel, and zeros.</summary>
    public int PaddedOutputs { get; }

    /// <summary>Channels of a pixel of the gradient, and what lies behind them.</summary>
    public int PaddedChannels { get; }

    /// <summary>About how many cycles it takes to add a window in all groups.</summary>
    public double WindowCost => VectorCost * Groups * Width;

    /// <summary>Elements of all packed weights.</summary>
    public long WeightsLength => (long)Groups * PaddedOutputs * Width * Lanes;

    /// <summary>Null for strides, for kernels too high for the registers, and for images too large for the cache.</summary>
    public static StripColumnGeometry? Of(ConvolutionShape shape, int lanes, int bytes)
    {
        long row = ((long)shape.Channels * shape.KernelColumns) + (2 * lanes), pixels = (long)shape.OutputColumns * (shape.OutputRows + shape.KernelRows);
        return shape.Stride > 1 || shape.KernelRows > Widest || row * pixels * bytes > MostBytes || shape.OutputPixels * (shape.Outputs + 15L) * bytes > MostBytes
            ? null : new StripColumnGeometry(shape, lanes);
    }
}
