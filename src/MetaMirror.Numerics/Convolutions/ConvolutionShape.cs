namespace MetaMirror.Numerics;

/// <summary>
/// Geometry of a two-dimensional convolution as in PyTorch's <c>conv2d</c> (cross-correlation, zero padding, channels before rows before columns):
/// images x[Channels, Rows, Columns], weight w[Outputs, Channels, KernelRows, KernelColumns], results y[Outputs, OutputRows, OutputColumns].
/// </summary>
/// <param name="Channels">Channels of an image, at least 1.</param>
/// <param name="Rows">Rows of an image, at least 1.</param>
/// <param name="Columns">Columns of an image, at least 1.</param>
/// <param name="Outputs">Channels of a result, at least 1.</param>
/// <param name="KernelRows">Rows of the kernel, at least 1 and at most Rows + 2 Padding.</param>
/// <param name="KernelColumns">Columns of the kernel, at least 1 and at most Columns + 2 Padding.</param>
/// <param name="Stride">Pixels from one kernel position to the next, in both directions, at least 1.</param>
/// <param name="Padding">Zeros around an image, on all four sides, at least 0.</param>
/// <exception cref="ArgumentOutOfRangeException">A number is below its least value, or the kernel does not fit into the padded image.</exception>
/// <exception cref="OverflowException">An image, a result or the weight has more elements than an index can count.</exception>
public sealed record ConvolutionShape(
    int Channels, int Rows, int Columns, int Outputs, int KernelRows, int KernelColumns, int Stride = 1, int Padding = 0)
{
    /// <summary>Channels of an image.</summary>
    public int Channels { get; } = Require.InRange(Channels, 1, int.MaxValue, nameof(Channels));

    /// <summary>Rows of an image.</summary>
    public int Rows { get; } = Require.InRange(Rows, 1, int.MaxValue, nameof(Rows));

    /// <summary>Columns of an image.</summary>
    public int Columns { get; } = Require.InRange(Columns, 1, int.MaxValue, nameof(Columns));

    /// <summary>Channels of a result.</summary>
    public int Outputs { get; } = Require.InRange(Outputs, 1, int.MaxValue, nameof(Outputs));

    /// <summary>Pixels from one kernel position to the next.</summary>
    public int Stride { get; } = Require.InRange(Stride, 1, int.MaxValue, nameof(Stride));

    /// <summary>Zeros on each side of an image.</summary>
    public int Padding { get; } = Require.InRange(Padding, 0, int.MaxValue, nameof(Padding));

    /// <summary>Rows of the kernel.</summary>
    public int KernelRows { get; } = Require.InRange(KernelRows, 1, Rows + (2L * Padding), nameof(KernelRows));

    /// <summary>Columns of the kernel.</summary>
    public int KernelColumns { get; } = Require.InRange(KernelColumns, 1, Columns + (2L * Padding), nameof(KernelColumns));

    /// <summary>Rows of a result: ⌊(Rows + 2 Padding − KernelRows) / Stride⌋ + 1.</summary>
    public int OutputRows { get; } = checked((int)(((Rows + (2L * Padding) - KernelRows) / Stride) + 1));

    /// <summary>Columns of a result: ⌊(Columns + 2 Padding − KernelColumns) / Stride⌋ + 1.</summary>
    public int OutputColumns { get; } = checked((int)(((Columns + (2L * Padding) - KernelColumns) / Stride) + 1));

    /// <summary>Elements of one image.</summary>
    public int InputSize { get; } = checked(Channels * Rows * Columns);

    /// <summary>Weights of one output channel: Channels · KernelRows · KernelColumns.</summary>
    public int Taps { get; } = checked(Channels * KernelRows * KernelColumns);

    /// <summary>Elements of the weight: Outputs · Taps.</summary>
    public int WeightSize { get; } = checked(Outputs * Channels * KernelRows * KernelColumns);

    /// <summary>Elements of one channel of an image.</summary>
    public int Pixels => Rows * Columns;

    /// <summary>Elements of one channel of a result.</summary>
    public int OutputPixels => OutputRows * OutputColumns;

    /// <summary>Elements of one result.</summary>
    public int OutputSize { get; } = checked(
        Outputs * (int)(((Rows + (2L * Padding) - KernelRows) / Stride) + 1) * (int)(((Columns + (2L * Padding) - KernelColumns) / Stride) + 1));
}
